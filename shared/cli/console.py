"""What the command line shows to a person: tables and sentences. Texts from Graph are cleaned, and never read as markup."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from shlex import quote

from rich.console import Console
from rich.table import Table
from rich.text import Text

from shared.core.model.check_record import Outcome
from shared.core.model.decision import Decision, DecisionKind
from shared.core.model.judgement import Judgement
from shared.core.model.message import NextMessages
from shared.core.model.views import View
from shared.core.model.vocabulary import Severity, Standing
from shared.core.model.watchlist import Watchlist
from shared.core.results import CheckResult, Forecast, InventoryStatus, Status
from shared.render.feeds.forecast import forecast_rows
from shared.render.page.verdict import urgency
from shared.render.text.dates import clock, day, full_day, until
from shared.render.text.escape import clean
from shared.render.text.headlines import headline, summary
from shared.render.text.naming import described
from shared.render.text.next_steps import next_step
from shared.usecases.doctor import Finding

STYLE = {
    Severity.OK: "green",
    Severity.NOTICE: "cyan",
    Severity.WARNING: "yellow",
    Severity.CRITICAL: "bold red",
}
PROGRAM = "python -m shared"
SHOWN = 20
"""Credentials of the tenant that a person is shown."""
HOW_IT_ENDED = {
    Outcome.OK: "The check is done.",
    Outcome.PARTIAL: "The check is done only in part: what failed is tried again at the next ticks.",
    Outcome.FAILED: "The check FAILED: nothing was concluded. This is no all-clear.",
    Outcome.BUSY: "Another check is running just now; this one did nothing.",
    Outcome.NOT_DUE: "No check is owed: the last good one covers today.",
}


def check(console: Console, result: CheckResult, watchlist: Watchlist) -> None:
    """Show what a check found and told."""
    if result.judgement is not None:
        _services(console, result.judgement, result.next_messages, watchlist)
    for delivery in result.deliveries:
        verb = (
            "would tell" if result.dry_run else "told" if delivery.delivered else "could NOT tell"
        )
        lines = [
            headline(notice, now=delivery.message.now, zone=watchlist.zone)
            for notice in delivery.message.notices
        ]
        if delivery.message.introduction:
            lines.insert(0, f"introduction: watching {len(delivery.message.watching)} services")
        console.print(
            Text(
                f"{verb} {delivery.message.channel}:",
                style="" if delivery.delivered or result.dry_run else "bold red",
            )
        )
        for line in lines:
            console.print(Text(f"  {clean(line, 300)}"))
    if result.judgement is not None and not result.deliveries:
        console.print(
            "told nobody: nothing is due"
            if not result.dry_run
            else "nobody would be told: nothing is due"
        )
    if result.dry_run and result.outcome == Outcome.OK:
        console.print("A dry run: nothing was sent, nothing was recorded.")
    else:
        console.print(HOW_IT_ENDED[result.outcome])


def tenant(console: Console, watchlist: Watchlist) -> None:
    """Show whose tenant comes now, where there are several."""
    console.print(Text(f"\n{clean(watchlist.name)} ({watchlist.key})", style="bold"))


def decision(console: Console, made: Decision, notes: Iterable[str], watchlist: Watchlist) -> None:
    """Show a decision as it was recorded, and what is odd about it."""
    whose = (
        ", ".join(
            watchlist.services[each].name for each in made.services if each in watchlist.services
        )
        or "nobody"
    )
    said = {
        DecisionKind.CONFIRM: f"{whose} uses {made.key_id} now",
        DecisionKind.ACKNOWLEDGE: f"{whose}: acknowledged, {made.why}",
        DecisionKind.CLAIM: f"{made.key_id} belongs to {whose}",
    }
    console.print(Text(f"recorded: {clean(said[made.kind], 300)}", style="bold"))
    for note in notes:
        console.print(Text(f"note: {clean(note, 500)}", style="yellow"))


def status(console: Console, found: Status, watchlist: Watchlist) -> None:
    """Show how we stand, and how far the answer can be trusted."""
    last_checks, zone, now = found.last_checks, watchlist.zone, found.judgement.now
    if last_checks.last_attempt is None:
        console.print("No check has been made yet: nothing is known.")
        return
    _services(console, found.judgement, found.next_messages, watchlist)
    if found.stale:
        console.print(
            Text(
                "STALE: no good check in the last 26 hours. Is the timer running?", style="bold red"
            )
        )
    if found.inventory is not None:
        _tenant(console, found.inventory, now, watchlist)
    last = (
        f"{day(last_checks.last_success.astimezone(zone).date(), now, zone)} at {clock(last_checks.last_success, zone)}"
        if last_checks.last_success
        else "never"
    )
    console.print(f"last good check: {last}")
    if last_checks.outcome in {Outcome.PARTIAL, Outcome.FAILED}:
        console.print(
            Text(
                f"the last check ended as {last_checks.outcome}: {clean(last_checks.error, 1000)}",
                style="bold red",
            )
        )


def forecast(console: Console, found: Forecast, *, drawn: Path | None) -> None:
    """Show what will be told, a line for each thing on a day."""
    if found.at.last_checks.last_attempt is None:
        console.print("No check has been made yet: nothing is known, so nothing can be forecast.")
        return
    rows = forecast_rows(found.messages)
    table = Table("Day", "To", "What", "Why", box=None, pad_edge=False)
    for row in rows.listed:
        table.add_row(
            f"{row.day:%a} {full_day(row.day)}",
            ", ".join(row.channels),
            Text(row.what, style=STYLE[row.severity]),
            row.reason,
        )
    console.print(table)
    if rows.weekly:
        lines = "quiet line" if rows.weekly == 1 else "quiet lines"
        console.print(f"and {rows.weekly} {lines} of the week; --json has them too")
    console.print(f"up to {full_day(found.until)}, if nobody acts and nothing changes")
    for app in found.unread:
        console.print(
            Text(
                f"{clean(app.name)} has not been read yet: nothing that it brings is in this forecast.",
                style="yellow",
            )
        )
    if drawn is not None:
        console.print(f"drawn into {drawn}")


def findings(console: Console, found: Iterable[Finding]) -> bool:
    """Show each finding as it comes, and at last how many are missing; give whether all is well."""
    marks = {
        True: Text("ok     ", style="green"),
        False: Text("MISSING", style="bold red"),
        None: Text("-      ", style="dim"),
    }
    missing = untried = 0
    for finding in found:
        console.print(
            Text.assemble(
                marks[finding.ok], " ", (f"{finding.part}: ", "bold"), clean(finding.text, 1000)
            )
        )
        for command in () if finding.ok else finding.mend:
            console.print(Text(f"          {clean(command, 1000)}", style="cyan"), soft_wrap=True)
        missing += finding.ok is False
        untried += finding.ok is None and not finding.by_the_way
    said = f"{_parts(missing)} missing" if missing else "Nothing is missing"
    not_tried = f"; {_parts(untried, past=True)} not tried" if untried else ""
    console.print(Text(f"{said}{not_tried}.", style="bold red" if missing else "green"))
    return not missing


def _parts(number: int, *, past: bool = False) -> str:
    """Count parts, with their verb: "1 part is", "2 parts were"."""
    one, several = ("was", "were") if past else ("is", "are")
    return f"1 part {one}" if number == 1 else f"{number} parts {several}"


def _services(
    console: Console, judgement: Judgement, next_messages: NextMessages, watchlist: Watchlist
) -> None:
    table = Table(
        "Service",
        "Standing",
        "Credential in use",
        "Next step",
        "Next message",
        box=None,
        pad_edge=False,
    )
    for view in judgement.services:
        in_use = (
            "none"
            if view.in_use is None
            else _credential(view.in_use.name, view.in_use.ends, judgement.now, watchlist)
        )
        table.add_row(
            Text(clean(view.service.name)),
            Text(view.standing, style=STYLE[view.severity]),
            Text(in_use),
            Text(
                (next_step(view) or "nothing to do")
                if view.app.usable
                else "see below: its app cannot be used"
            ),
            Text(_next(view, next_messages, judgement.now, watchlist)),
        )
    for app in watchlist.apps:
        if app.key not in judgement.concluded:
            for service in app.services:
                table.add_row(
                    Text(clean(service.name)), Text("not read yet", style="yellow"), "", "", ""
                )
    console.print(table)
    for view, given in (
        (view, view.acknowledged) for view in judgement.services if view.acknowledged is not None
    ):
        knows = (
            f"{clean(given.by.name)} knows, until {full_day(given.until)}: {clean(given.why, 300)}"
        )
        console.print(Text(f"{clean(view.service.name)}: {knows}"))
    others: tuple[View, ...] = (*judgement.unclaimed, *judgement.apps, *judgement.leftovers)
    for other in sorted((view for view in others if view.severity != Severity.OK), key=urgency):
        console.print(
            Text(
                f"{summary(other, now=judgement.now, zone=watchlist.zone)}. {next_step(other)}",
                style=STYLE[other.severity],
            )
        )
    for command in _commands(judgement, watchlist):
        console.print(Text(f"  {command}", style="dim"), soft_wrap=True)
    for error in judgement.unread.values():
        console.print(Text(f"not read: {clean(error, 1000)}", style="bold red"))


def _tenant(console: Console, tenant: InventoryStatus, now: datetime, watchlist: Watchlist) -> None:
    """Show what is due in the tenant, the most urgent of it; the rest is in `--csv` and `--json`."""
    scan = tenant.scan
    if scan is None or scan.read_at is None:
        console.print(Text("The tenant has not been read completely yet.", style="yellow"))
        return
    counts = f"{scan.applications:,} apps with {scan.credentials:,} credentials"
    console.print(
        f"the tenant: {counts}, read {day(scan.read_at.astimezone(watchlist.zone).date(), now, watchlist.zone)}"
    )
    for view in tenant.views[:SHOWN]:
        console.print(
            Text(f"  {summary(view, now=now, zone=watchlist.zone)}", style=STYLE[view.severity])
        )
    if len(tenant.views) > SHOWN:
        console.print(f"  and {len(tenant.views) - SHOWN:,} more; --csv and --json have them all")


def _commands(judgement: Judgement, watchlist: Watchlist) -> Iterator[str]:
    """Give the commands that record what only a person can know, ready to copy."""
    tenant, now, zone = (
        f" --tenant {watchlist.key}" if watchlist.name else "",
        judgement.now,
        watchlist.zone,
    )
    for view in judgement.services:
        for credential in (view.replacement, view.in_use if view.assumed else None):
            if credential is not None and not view.upcoming:
                used = f"if {clean(view.service.name)} uses the {described(credential, now, zone)}"
                yield f"{used}: {PROGRAM} confirm {view.service.id} --key-id {quote(clean(credential.key_id))}{tenant}"
    for unclaimed in sorted(judgement.unclaimed, key=urgency):
        if unclaimed.standing != Standing.EXPIRED:
            key_id, which = (
                quote(clean(unclaimed.credential.key_id)),
                described(unclaimed.credential, now, zone),
            )
            yield f"whose is the {which}: {PROGRAM} claim {key_id} SERVICE... (or none){tenant}"


def _credential(name: str, ends: datetime | None, now: datetime, watchlist: Watchlist) -> str:
    return f"{clean(name) or 'unnamed'}, {until(ends, now, watchlist.zone)}"


def _next(view: View, next_messages: NextMessages, now: datetime, watchlist: Watchlist) -> str:
    on = next_messages.by_item.get(view.item)
    return day(on, now, watchlist.zone) if on is not None else "none"
