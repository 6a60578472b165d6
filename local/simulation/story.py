"""`make story`: two years of two secrets, with people who act late, printed day by day: what they did, and what was sent to whom.

Everything that is said is said by the program itself, which lives through every day; only the people are made up.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from local.simulation.story_world import Entra, World
from shared.core.model.directory import App, Credential
from shared.core.model.memory import Person
from shared.core.model.message import Message
from shared.core.model.secret import Secret
from shared.core.model.vocabulary import Kind, Reason
from shared.core.model.watchlist import (
    Claim,
    EmailChannel,
    Service,
    TeamsChannel,
    WatchedApp,
    Watchlist,
)
from shared.render.text.headlines import headline, is_weekly, next_message, title
from shared.render.text.next_steps import next_step
from shared.usecases import decisions

ZONE = ZoneInfo("America/Chicago")
CLIENT_ID = "5d1c0e7a-96b4-4f0e-8a51-2f6c9b3413d6"
DANA = Person("00000000-0000-4000-8000-0000000000d1", "Dana Example")
SAM = Person("00000000-0000-4000-8000-0000000000d2", "Sam Example")
WATCHLIST = Watchlist(
    zone=ZONE,
    check_at=time(8),
    ladder=(90, 60, 30, 14, 7, 3, 1, 0),
    channels={
        "its": TeamsChannel("its", Secret("")),
        "library": EmailChannel("library", ("libapps-admins@example.org",)),
    },
    apps=(
        WatchedApp(
            "LibApps Outlook sync",
            CLIENT_ID,
            tuple(
                Service(
                    name.lower(),
                    name,
                    f"Outlook calendars stop syncing with {name}.",
                    ("its",),
                    ("library",),
                    Claim("name", f"{name}*"),
                )
                for name in ("LibCal", "LibStaffer")
            ),
        ),
    ),
)
OPENING = """\
Two years of two secrets
========================
LibCal and LibStaffer sync Outlook calendars with one secret each, both on one app registration in Entra. Sam of ITS
creates secrets (the channel "its"); Dana of the library pastes them into the two products (the channel "library").

  *  what people do               >  what Lapsewatch says, to whom, and [why]

The line that ITS gets in every quiet week is shown only where it is all that is said for months."""
QUIET_WEEKS = 10
"""So many quiet weeks in a row are worth a line."""
REMINDERS = {Reason.RUNG, Reason.STILL_WAITING}
"""The next step is said with news; a reminder would only say it again."""


class Act(NamedTuple):
    """What somebody does, and when (local)."""

    day: str
    hour: int
    words: str
    do: Callable[[World], object] = lambda _: None


def secret(number: int, name: str, starts: str, ends: str, hint: str) -> Credential:
    """Make a secret that lasts from one UTC instant to another."""
    key_id = f"00000000-0000-4000-8000-{number:012d}"
    return Credential(
        key_id,
        Kind.SECRET,
        name,
        hint,
        datetime.fromisoformat(starts),
        datetime.fromisoformat(ends),
    )


def creates(number: int, name: str, starts: str, ends: str, hint: str) -> Callable[[World], object]:
    """Somebody creates a secret."""
    return lambda world: world.entra.add(secret(number, name, starts, ends, hint))


def confirms(service: str, name: str) -> Callable[[World], object]:
    """Dana says which secret a service uses."""
    return lambda world: decisions.confirm(world.watch, service, world.entra.key_of(name), by=DANA)


def tidies_up(world: World) -> None:
    """Sam claims the new secret for LibStaffer, and deletes the one whose value was lost."""
    world.entra.delete("LibCal 2026")
    decisions.claim(world.watch, world.entra.key_of("staff calendar"), ["libstaffer"], by=SAM)


PLOT = (
    Act(
        "2025-03-03",
        7,
        "Both products hold their secrets, and calendars sync. Sam switches Lapsewatch on.",
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
        "Sam gets to ticket 4711 at last: he creates “LibCal 2026” and mails Dana a link to the value. Dana is on leave.",
        creates(3, "LibCal 2026", "2026-12-09T22:00Z", "2028-12-09T22:00Z", "t5K"),
    ),
    Act(
        "2026-12-14",
        10,
        "Dana is back, but the link has run out, and Entra shows a value only once. Sam creates “LibCal 2026 again”.",
        creates(4, "LibCal 2026 again", "2026-12-14T16:00Z", "2028-12-14T16:00Z", "Zr2"),
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
        "This time Sam is early, but calls LibStaffer's new secret “staff calendar”, so that no rule knows whose it is.",
        creates(5, "staff calendar", "2027-01-04T15:00Z", "2029-01-04T15:00Z", "m9_"),
    ),
    Act(
        "2027-01-05",
        9,
        "Sam claims it for LibStaffer. He deletes “LibCal 2026”, the one whose value was lost.",
        tidies_up,
    ),
    Act(
        "2027-01-05",
        15,
        "Dana presses Confirm for LibStaffer, means to paste the value after lunch, and forgets it.",
        confirms("libstaffer", "staff calendar"),
    ),
    Act(
        "2027-01-20",
        10,
        "Sam checks first. LibStaffer still holds the old value! Dana undoes her word: she confirms “LibStaffer 2025”.",
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
        lambda world: world.entra.delete("LibStaffer 2025"),
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
    """Tell the story; every run gives the same text."""
    app = App(
        CLIENT_ID,
        "8c1f3a52-0000-4000-8000-0000000013d6",
        "LibApps Outlook sync",
        (
            secret(1, "LibCal 2024", "2024-12-13T09:15Z", "2026-12-13T09:15Z", "q7X"),
            secret(2, "LibStaffer 2025", "2025-03-01T02:00Z", "2027-03-01T02:00Z", "b3W"),
        ),
    )
    world = World(WATCHLIST, Entra(app), datetime(2025, 3, 3, 12, tzinfo=UTC))
    return "\n".join((OPENING, *laid_out(lived(world)))) + "\n"


def lived(world: World) -> Iterator[Line]:
    """Live through the plot, and say what happens."""
    for act in PLOT:
        day = date.fromisoformat(act.day)
        world.live_until(day, act.hour)
        yield from said(world)
        yield Line(day, "", act.words)
        act.do(world)
        yield from said(world)


def said(world: World) -> Iterator[Line]:
    """Say what was heard since the last time: one line for each thing that some channels hear alike."""
    heard, world.heard[:] = tuple(world.heard), ()
    for quiet, messages in groupby(heard, is_weekly):
        if quiet:
            yield from quiet_weeks(tuple(messages))
            continue
        for _, check in groupby(messages, lambda message: message.now):
            lines: dict[Line, list[str]] = {}
            for message in check:
                for line in lines_of(message):
                    lines.setdefault(line, []).append(message.channel)
            yield from (line._replace(to=", ".join(channels)) for line, channels in lines.items())


def quiet_weeks(messages: Sequence[Message]) -> Iterator[Line]:
    """Say in one line that weeks were quiet, if they were many."""
    last = messages[-1]
    if len(messages) >= QUIET_WEEKS:
        words = headline(last.notices[0], now=last.now, zone=last.zone)
        yield Line(
            last.now.astimezone(last.zone).date(),
            last.channel,
            f"{words} [weekly: the last of {len(messages)} such lines]",
        )


def lines_of(message: Message) -> Iterator[Line]:
    """Say what a message says: the headline of each thing, why it is said now, and what is news whose turn it is."""
    day = message.now.astimezone(message.zone).date()
    if message.introduction:
        yield Line(day, "", f"{title(message)}. {next_message(message)} [introduced]")
    for notice in message.notices:
        step = "" if notice.reason in REMINDERS else next_step(notice.view)
        yield Line(
            day,
            "",
            f"{headline(notice, now=message.now, zone=message.zone)} [{notice.reason}]",
            step,
        )


def laid_out(lines: Iterator[Line]) -> Iterator[str]:
    """Set the lines in columns, with a heading for each year, and each day named once."""
    for year, of_year in groupby(lines, lambda line: line.day.year):
        yield f"\n{year}"
        for day, of_day in groupby(of_year, lambda line: line.day):
            name = f"{day:%a} {day.day:2} {day:%b}"
            for line in of_day:
                yield (
                    f"{name:10}  > {line.to:13}  {line.words}"
                    if line.to
                    else f"{name:10}  * {line.words}"
                )
                if line.step:
                    yield f"{'':16}{line.step}"
                name = ""


if __name__ == "__main__":
    main()
