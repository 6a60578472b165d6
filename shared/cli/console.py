"""Checks, decisions and the status as text on the terminal.

Text from Graph is cleaned, and never interpreted as markup.
"""

from collections.abc import Iterable
from datetime import datetime

from rich.console import Console
from rich.text import Text

from shared.cli.service_table import show_services
from shared.cli.styles import FAILURE, STYLE
from shared.core.model.check_record import LastChecks, Outcome
from shared.core.model.decision import Decision, DecisionKind
from shared.core.model.watchlist import Watchlist
from shared.core.results import CheckResult, Delivery, InventoryStatus, Status
from shared.render.text.dates import clock, day
from shared.render.text.escape import clean
from shared.render.text.headlines import headline, summary
from shared.render.text.inventory import decided_about
from shared.render.text.left_out import left_out_sentence
from shared.render.text.unreadable import unreadable_rows

MAX_INVENTORY_ROWS = 20
OUTCOME = {
    Outcome.OK: "The check succeeded.",
    Outcome.PARTIAL: "The check succeeded only in part. The next hourly runs retry what failed.",
    Outcome.FAILED: ('Check FAILED. Nothing could be evaluated; do not treat this as "all clear".'),
    Outcome.BUSY: "This check did nothing.",
    Outcome.NOT_DUE: "No check is due: today's check has already succeeded.",
}


def check(console: Console, result: CheckResult, watchlist: Watchlist) -> None:
    """Show what a check found and sent."""
    if result.judgement is not None:
        show_services(console, result.judgement, result.next_messages, watchlist)
    for delivery in result.deliveries:
        _delivery(console, delivery, watchlist, dry_run=result.dry_run)
    if result.judgement is not None and not result.deliveries:
        console.print("No messages due.")
    if result.dry_run and result.outcome == Outcome.OK:
        console.print("Dry run: nothing was sent or saved.")
    else:
        console.print(OUTCOME[result.outcome])
    if result.outcome == Outcome.BUSY:
        console.print(result.error)


def tenant(console: Console, watchlist: Watchlist) -> None:
    """Show the name of the tenant that follows, where several are watched."""
    console.print(Text(f"\n{clean(watchlist.name)} ({watchlist.key})", style="bold"))


def decision(console: Console, made: Decision, notes: Iterable[str], watchlist: Watchlist) -> None:
    """Show a saved decision, with notes on what may be a mistake."""
    known = watchlist.services
    names = ", ".join(known[each].name for each in made.services if each in known)
    subject = names or made.key_id or "no service"
    sentences = {
        DecisionKind.CONFIRM: f"{names or 'no service'} uses {made.key_id} now",
        DecisionKind.ACKNOWLEDGE: f"{subject}: reminders paused, {made.why}",
        DecisionKind.CLAIM: f"{made.key_id} is assigned to {names or 'no service'}",
        DecisionKind.CANCEL: f"{subject}: reminders continue",
        DecisionKind.REOPEN: f"{made.key_id} is not assigned any more",
    }
    console.print(Text(f"saved: {clean(sentences[made.kind], 300)}", style="bold"))
    for note in notes:
        console.print(Text(f"note: {clean(note, 500)}", style="yellow"))


def status(console: Console, found: Status, watchlist: Watchlist) -> None:
    """Show the status, and how old it is."""
    now, last_checks = found.judgement.now, found.last_checks
    if last_checks.last_attempt is None:
        console.print("No check has been made yet: nothing is known.")
    else:
        show_services(console, found.judgement, found.next_messages, watchlist)
    if found.all_unreadable:
        console.print(Text(unreadable_rows(found.all_unreadable), style=FAILURE))
    if last_checks.last_attempt is None:
        return
    for item, why in found.failed_items.items():
        console.print(Text(f"not evaluated: {clean(item, 200)}: {why}", style=FAILURE))
    if found.stale:
        warning = "STALE: no check has succeeded in the last 26 hours. Is the timer running?"
        console.print(Text(warning, style=FAILURE))
    if found.inventory is not None:
        _inventory(console, found.inventory, now, watchlist)
    _last_checks(console, last_checks, now, watchlist)


def _delivery(console: Console, delivery: Delivery, watchlist: Watchlist, *, dry_run: bool) -> None:
    message = delivery.message
    failed = not delivery.delivered and not dry_run
    verb = "NOT sent" if failed else "would be sent" if dry_run else "sent"
    console.print(Text(f"{verb} to {clean(message.to)}:", style=FAILURE if failed else ""))
    if message.introduction:
        console.print(Text(f"  introduction: watching {len(message.watching)} services"))
    for notice in message.notices:
        line = headline(notice, now=message.now, zone=watchlist.zone)
        console.print(Text(f"  {clean(line, 300)}"))


def _last_checks(
    console: Console, last_checks: LastChecks, now: datetime, watchlist: Watchlist
) -> None:
    when, zone = "never", watchlist.zone
    if success := last_checks.last_success:
        when = f"{day(success.astimezone(zone).date(), now, zone)} at {clock(success, zone)}"
    console.print(f"last successful check: {when}")
    if last_checks.outcome in {Outcome.PARTIAL, Outcome.FAILED}:
        error = clean(last_checks.error, 1000)
        console.print(Text(f"last check: {last_checks.outcome}. {error}", style=FAILURE))


def _inventory(
    console: Console, inventory: InventoryStatus, now: datetime, watchlist: Watchlist
) -> None:
    """Show the most urgent credentials of the tenant; `--csv` and `--json` have all of them."""
    scan, zone = inventory.scan, watchlist.zone
    if scan is None or scan.read_at is None:
        console.print(Text("The tenant has not been read completely yet.", style="yellow"))
        return
    counts = f"{scan.applications:,} apps with {scan.credentials:,} credentials"
    read = day(scan.read_at.astimezone(zone).date(), now, zone)
    console.print(f"the tenant: {counts}, read {read}")
    if left_out := left_out_sentence(scan.left_out):
        console.print(f"  {left_out}")
    undecided = [view for view in inventory.views if not view.silenced]
    for view in undecided[:MAX_INVENTORY_ROWS]:
        line = summary(view, now=now, zone=zone)
        console.print(Text(f"  {line}", style=STYLE[view.severity]))
    decided = [view for view in inventory.views if view.silenced]
    for view in decided[:MAX_INVENTORY_ROWS]:
        console.print(Text(f"  {summary(view, now=now, zone=zone)}; {decided_about(view, zone)}"))
    more = sum(max(0, len(each) - MAX_INVENTORY_ROWS) for each in (undecided, decided))
    if more > 0:
        console.print(f"  and {more:,} more; --csv and --json list them all")
