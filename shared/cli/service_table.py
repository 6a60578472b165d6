"""The services as a table, then other items that need attention, and commands to copy."""

from collections.abc import Iterator
from shlex import quote

from rich.console import Console
from rich.table import Table
from rich.text import Text

from shared.cli.styles import FAILURE, STYLE
from shared.core.model.judgement import Judgement
from shared.core.model.message import NextMessages
from shared.core.model.views import ServiceView, UnclaimedView, View
from shared.core.model.vocabulary import Severity, Standing
from shared.core.model.watchlist import Watchlist
from shared.render.text.dates import Moment, day, full_day, until
from shared.render.text.escape import clean
from shared.render.text.headlines import summary
from shared.render.text.naming import described
from shared.render.text.next_steps import next_step
from shared.render.text.service import hand_over
from shared.render.text.urgency import most_urgent_first, urgency

PROGRAM = "python -m shared"
COLUMNS = ("Service", "Status", "Credential in use", "Next step", "Next message")


def show_services(
    console: Console, judgement: Judgement, next_messages: NextMessages, watchlist: Watchlist
) -> None:
    """Show each service and what is wrong elsewhere, most urgent first."""
    console.print(_table(judgement, next_messages, watchlist))
    at = Moment(judgement.now, watchlist.zone)
    for line in (*_snoozes(judgement), *_hand_overs(judgement, at)):
        console.print(Text(line))
    others: tuple[View, ...] = (*judgement.unclaimed, *judgement.apps, *judgement.leftovers)
    for other in sorted(
        (view for view in others if view.severity != Severity.OK), key=most_urgent_first
    ):
        sentence = summary(other, now=judgement.now, zone=watchlist.zone)
        console.print(Text(f"{sentence}. {next_step(other, at)}", style=STYLE[other.severity]))
    for command in _commands(judgement, watchlist):
        console.print(Text(f"  {command}", style="dim"), soft_wrap=True)
    for error in judgement.unread.values():
        console.print(Text(f"not read: {clean(error, 1000)}", style=FAILURE))


def _table(judgement: Judgement, next_messages: NextMessages, watchlist: Watchlist) -> Table:
    table = Table(*COLUMNS, box=None, pad_edge=False)
    now, zone = judgement.now, watchlist.zone
    for view in judgement.services:
        in_use = view.in_use
        credential = (
            f"{clean(in_use.name) or 'unnamed'}, {until(in_use.ends, now, zone)}"
            if in_use is not None
            else "none"
        )
        on = next_messages.by_item.get(view.item)
        table.add_row(
            Text(clean(view.service.name)),
            Text(urgency(view, zone), style=STYLE[view.severity]),
            Text(credential),
            Text(_next_step(view, Moment(now, zone))),
            Text(day(on, now, zone) if on is not None else "none"),
        )
    not_read = Text("not read yet", style="yellow")
    for app in watchlist.apps:
        if app.key not in judgement.concluded:
            for service in app.services:
                table.add_row(Text(clean(service.name)), not_read, "", "", "")
    return table


def _next_step(view: ServiceView, at: Moment) -> str:
    if not view.app.usable:
        return "see below: its app cannot be used"
    return next_step(view, at) or "nothing to do"


def _snoozes(judgement: Judgement) -> Iterator[str]:
    for view in judgement.services:
        given = view.acknowledged
        if given is not None:
            name, by, why = clean(view.service.name), clean(given.by.name), clean(given.why, 300)
            yield f"{name}: snoozed by {by} until {full_day(given.until)}: “{why}”"


def _hand_overs(judgement: Judgement, at: Moment) -> Iterator[str]:
    for view in judgement.services:
        if state := hand_over.fact(view, at):
            yield f"{clean(view.service.name)}: new secret handed over {state}"


def _commands(judgement: Judgement, watchlist: Watchlist) -> Iterator[str]:
    """Yield the commands with which a person saves a decision, ready to copy."""
    tenant = f" --tenant {watchlist.key}" if watchlist.name else ""
    for view in judgement.services:
        for command in _confirmations(view, judgement, watchlist):
            yield f"{command}{tenant}"
    for unclaimed in sorted(judgement.unclaimed, key=most_urgent_first):
        if unclaimed.standing != Standing.EXPIRED:
            yield f"{_assignment(unclaimed, judgement, watchlist)}{tenant}"


def _confirmations(view: ServiceView, judgement: Judgement, watchlist: Watchlist) -> Iterator[str]:
    for credential in (view.replacement, view.in_use if view.assumed else None):
        if credential is not None and not view.upcoming:
            called = described(credential, judgement.now, watchlist.zone)
            command = f"confirm {view.service.id} --key-id {quote(clean(credential.key_id))}"
            yield f"if {clean(view.service.name)} uses the {called}: {PROGRAM} {command}"


def _assignment(unclaimed: UnclaimedView, judgement: Judgement, watchlist: Watchlist) -> str:
    called = described(unclaimed.credential, judgement.now, watchlist.zone)
    key_id = quote(clean(unclaimed.credential.key_id))
    return f"assign the {called}: {PROGRAM} claim {key_id} SERVICE... (or none)"
