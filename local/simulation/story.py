"""`make story`: two years of two secrets, printed day by day: what people did, and what was sent.

The real program runs every day and writes every message; only the people are made up.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from itertools import groupby
from typing import NamedTuple

from local.command_help import answer_help
from local.simulation.build import secret, service, watchlist
from local.simulation.plot import PLOT
from local.simulation.recording_channel import RecordingChannel
from local.simulation.world import World
from shared.core.model.message import Message
from shared.core.model.secret import Secret
from shared.core.model.vocabulary import Reason
from shared.core.model.watchlist import EmailChannel, TeamsChannel
from shared.render.text.dates import Moment
from shared.render.text.headlines import headline, is_weekly, next_message, title
from shared.render.text.next_steps import items_to_ask_for, next_step
from shared.render.text.request import ready_request, requests_shown

CHANNELS: dict[str, TeamsChannel | EmailChannel] = {
    "its": TeamsChannel("its", Secret("")),
    "library": EmailChannel("library", ("libapps-admins@example.org",)),
}
WATCHLIST = replace(
    watchlist(
        *(
            service(name, installer=("library",), request_to="its-helpdesk@example.org")
            for name in ("LibCal", "LibStaffer")
        )
    ),
    channels=CHANNELS,
)
OPENING = """\
Two years of two secrets
========================
LibCal and LibStaffer sync Outlook calendars with one secret each, both on one app registration in
Entra. Sam of ITS creates secrets (the channel "its"); Dana of the library pastes them into the two
products (the channel "library").

  *  what people do               >  what Lapsewatch sends, to whom, and [why]

The weekly status to ITS is shown only where nothing else is sent for months."""
QUIET_WEEKS = 10
"""How many weeks in a row without other messages get a line."""
REMINDERS = {Reason.RUNG, Reason.STILL_WAITING}
"""Reasons that repeat a notice: its next step is not printed again."""


class Line(NamedTuple):
    """One line of the story, on a local day; `to` is empty for what people do."""

    day: date
    to: str
    words: str
    step: str = ""


def main() -> None:
    """Print the story."""
    sys.stdout.write(story())


def story() -> str:
    """Return the story; every run returns the same text."""
    messages: list[Message] = []
    world = World(
        WATCHLIST,
        datetime(2025, 3, 3, 12, tzinfo=UTC),
        inboxes={name: RecordingChannel(messages) for name in CHANNELS},
    )
    world.tenant.put(
        secret(
            "1", "LibCal 2024", starts="2024-12-13T09:15Z", ends="2026-12-13T09:15Z", hint="q7X"
        ),
        secret(
            "2", "LibStaffer 2024", starts="2024-12-29T18:00Z", ends="2026-12-29T18:00Z", hint="b3W"
        ),
    )
    return "\n".join((OPENING, *laid_out(events(world, messages)))) + "\n"


def events(world: World, messages: list[Message]) -> Iterator[Line]:
    """Run the program through the plot. Yield what people do and what is sent, in order."""
    for act in PLOT:
        day = date.fromisoformat(act.day)
        then = datetime.combine(day, time(act.hour), WATCHLIST.zone).astimezone(UTC)
        world.run(then.isoformat())
        world.now = then
        yield from sent(messages)
        yield Line(day, "", act.words)
        act.do(world)
        yield from sent(messages)


def sent(messages: list[Message]) -> Iterator[Line]:
    """Yield the lines of the messages, and clear them; channels with the same text share a line."""
    latest = tuple(messages)
    messages.clear()
    for weekly, group in groupby(latest, is_weekly):
        if weekly:
            yield from quiet_weeks(tuple(group))
            continue
        for _, check in groupby(group, lambda message: message.now):
            lines: dict[Line, list[str]] = {}
            for message in check:
                for line in lines_of(message):
                    lines.setdefault(line, []).append(message.channel)
            yield from (line._replace(to=", ".join(channels)) for line, channels in lines.items())


def quiet_weeks(messages: Sequence[Message]) -> Iterator[Line]:
    """Yield one line for a long run of weekly messages, none for a short one."""
    last = messages[-1]
    if len(messages) >= QUIET_WEEKS:
        words = headline(last.notices[0], now=last.now, zone=last.zone)
        day = last.now.astimezone(last.zone).date()
        repeated = f"[weekly: the last of {len(messages)} messages]"
        yield Line(day, last.channel, f"{words} {repeated}")


def lines_of(message: Message) -> Iterator[Line]:
    """Yield the headline of each notice with its reason and, if it is news, the next step.

    A request for new secrets follows the news for which it is to be sent.
    """
    day = message.now.astimezone(message.zone).date()
    if message.introduction:
        yield Line(day, "", f"{title(message)}. {next_message(message)} [introduced]")
    for notice in message.notices:
        words = headline(notice, now=message.now, zone=message.zone)
        step = (
            ""
            if notice.reason in REMINDERS or notice.about_snooze
            else next_step(notice.view, Moment(message.now, message.zone))
        )
        yield Line(day, "", f"{words} [{notice.reason}]", step)
    news = [notice for notice in message.notices if notice.reason not in REMINDERS]
    for shown in requests_shown(items_to_ask_for(news), message.requests).values():
        ready = ready_request(shown.request, now=message.now, zone=message.zone)
        if ready is not None and shown.first:
            secrets = [each for each in ready.text.splitlines() if each.startswith("- ")]
            yield Line(day, "", f"Request ready to send: {ready.subject}", "\n".join(secrets))


def laid_out(lines: Iterator[Line]) -> Iterator[str]:
    """Yield the lines in columns, with a heading for each year; each day is named once."""
    for year, of_year in groupby(lines, lambda line: line.day.year):
        yield f"\n{year}"
        for day, of_day in groupby(of_year, lambda line: line.day):
            name = f"{day:%a} {day.day:2} {day:%b}"
            for line in of_day:
                text = f"> {line.to:13}  {line.words}" if line.to else f"* {line.words}"
                yield f"{name:10}  {text}"
                yield from (f"{'':8}{step}" for step in line.step.splitlines())
                name = ""


if __name__ == "__main__":
    answer_help(__doc__)
    main()
