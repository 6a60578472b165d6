"""`make story`: two years of two secrets, printed day by day: what people did, and what was sent.

The real program runs every day and writes every message; only the people are made up.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from itertools import groupby
from typing import NamedTuple

from local.command_help import answer_help
from local.simulation.build import secret, service, watchlist
from local.simulation.recording_channel import RecordingChannel
from local.simulation.world import World
from shared.core.model.decision import Person
from shared.core.model.message import Message
from shared.core.model.secret import Secret
from shared.core.model.vocabulary import Reason
from shared.core.model.watchlist import EmailChannel, TeamsChannel
from shared.render.text.dates import Moment
from shared.render.text.headlines import headline, is_weekly, next_message, title
from shared.render.text.next_steps import next_step
from shared.usecases import decisions

DANA = Person("00000000-0000-4000-8000-0000000000d1", "Dana Example")
SAM = Person("00000000-0000-4000-8000-0000000000d2", "Sam Example")
CHANNELS: dict[str, TeamsChannel | EmailChannel] = {
    "its": TeamsChannel("its", Secret("")),
    "library": EmailChannel("library", ("libapps-admins@example.org",)),
}
WATCHLIST = replace(
    watchlist(*(service(name, installer=("library",)) for name in ("LibCal", "LibStaffer"))),
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


class Act(NamedTuple):
    """What somebody does, and when (local)."""

    day: str
    hour: int
    words: str
    do: Callable[[World], object] = lambda _: None


def key_of(world: World, name: str) -> str:
    """Return the key id of the secret with this name."""
    return next(c.key_id for c in world.tenant.credentials if c.name == name)


def creates(name: str, starts: str, ends: str, hint: str) -> Callable[[World], object]:
    """Sam creates a secret that lasts from one UTC instant to another."""
    return lambda world: world.tenant.add(secret(name, name, starts=starts, ends=ends, hint=hint))


def deletes(name: str) -> Callable[[World], object]:
    """Sam deletes the secret with this name."""
    return lambda world: world.tenant.drop(key_of(world, name))


def confirms(service_id: str, name: str) -> Callable[[World], object]:
    """Dana confirms which secret a service uses."""
    return lambda world: decisions.confirm(world.watch, service_id, key_of(world, name), by=DANA)


def tidies_up(world: World) -> None:
    """Sam assigns the new secret to LibStaffer, and deletes the one whose value was lost."""
    deletes("LibCal 2026")(world)
    decisions.claim(world.watch, key_of(world, "staff calendar"), ["libstaffer"], by=SAM)


PLOT = (
    Act(
        "2025-03-03",
        7,
        "Both products have their secrets, and calendars sync. Sam switches Lapsewatch on.",
    ),
    Act(
        "2026-10-14",
        14,
        "Dana writes to ITS, and acknowledges LibCal until 4 December: “asked ITS, ticket 4711”.",
        lambda world: decisions.acknowledge(
            world.watch, "libcal", date(2026, 12, 4), "asked ITS, ticket 4711", by=DANA
        ),
    ),
    Act(
        "2026-12-09",
        16,
        "Sam creates “LibCal 2026” and mails Dana a link to its value. Dana is on leave.",
        creates("LibCal 2026", "2026-12-09T22:00Z", "2028-12-09T22:00Z", "t5K"),
    ),
    Act(
        "2026-12-14",
        10,
        "Dana is back, but the link has expired. Sam creates “LibCal 2026 again”.",
        creates("LibCal 2026 again", "2026-12-14T16:00Z", "2028-12-14T16:00Z", "Zr2"),
    ),
    Act(
        "2026-12-15",
        11,
        "Dana pastes it into LibCal, sees it sync, and presses Confirm.",
        confirms("libcal", "LibCal 2026 again"),
    ),
    Act(
        "2027-01-04",
        9,
        "Sam is early, but names LibStaffer's new secret “staff calendar”: no claim matches it.",
        creates("staff calendar", "2027-01-04T15:00Z", "2029-01-04T15:00Z", "m9_"),
    ),
    Act(
        "2027-01-05",
        9,
        "Sam assigns it to LibStaffer. He deletes “LibCal 2026”, whose value was lost.",
        tidies_up,
    ),
    Act(
        "2027-01-05",
        15,
        "Dana presses Confirm for LibStaffer before she pastes the value, and forgets to paste it.",
        confirms("libstaffer", "staff calendar"),
    ),
    Act(
        "2027-01-20",
        10,
        "Sam sees that LibStaffer still uses the old value. Dana confirms “LibStaffer 2025” again.",
        confirms("libstaffer", "LibStaffer 2025"),
    ),
    Act(
        "2027-02-01",
        10,
        "Dana pastes the value into LibStaffer, sees it sync, and presses Confirm.",
        confirms("libstaffer", "staff calendar"),
    ),
    Act(
        "2027-02-22",
        13,
        "Sam deletes “LibStaffer 2025”.",
        deletes("LibStaffer 2025"),
    ),
    Act("2028-09-15", 9, "And so it begins again: this time ITS has three months."),
)


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
            "2", "LibStaffer 2025", starts="2025-03-01T02:00Z", ends="2027-03-01T02:00Z", hint="b3W"
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
    """Yield the headline of each notice with its reason and, if it is news, the next step."""
    day = message.now.astimezone(message.zone).date()
    if message.introduction:
        yield Line(day, "", f"{title(message)}. {next_message(message)} [introduced]")
    for notice in message.notices:
        words = headline(notice, now=message.now, zone=message.zone)
        step = (
            ""
            if notice.reason in REMINDERS
            else next_step(notice.view, Moment(message.now, message.zone))
        )
        yield Line(day, "", f"{words} [{notice.reason}]", step)


def laid_out(lines: Iterator[Line]) -> Iterator[str]:
    """Yield the lines in columns, with a heading for each year; each day is named once."""
    for year, of_year in groupby(lines, lambda line: line.day.year):
        yield f"\n{year}"
        for day, of_day in groupby(of_year, lambda line: line.day):
            name = f"{day:%a} {day.day:2} {day:%b}"
            for line in of_day:
                text = f"> {line.to:13}  {line.words}" if line.to else f"* {line.words}"
                yield f"{name:10}  {text}"
                if line.step:
                    yield f"{'':8}{line.step}"
                name = ""


if __name__ == "__main__":
    answer_help(__doc__)
    main()
