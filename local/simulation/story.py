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
from shared.render.text.next_steps import items_to_ask_for, next_step
from shared.render.text.request import ready_request, requests_shown
from shared.usecases import decisions

DANA = Person("00000000-0000-4000-8000-0000000000d1", "Dana Example")
SAM = Person("00000000-0000-4000-8000-0000000000d2", "Sam Example")
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


def asked_for(service_id: str) -> Callable[[World], object]:
    """Dana has asked ITS for the secret of a service."""
    until = date(2026, 11, 13)
    return lambda world: decisions.acknowledge(
        world.watch, service_id, until, "ticket 4711", by=DANA
    )


def delete_and_undo(world: World) -> None:
    """Sam deletes the old secret of LibCal; Dana confirms that of LibStaffer again."""
    deletes("LibCal 2024")(world)
    confirms("libstaffer", "LibStaffer 2024")(world)


def create_both(world: World) -> None:
    """Sam creates what the request asks for."""
    ends = "2028-11-09T22:00Z"
    creates("LibCal 2028", "2026-11-09T22:00Z", ends, "t5K")(world)
    creates("LibStaffer 2028", "2026-11-09T22:00Z", ends, "Zr2")(world)


def is_not_ours(name: str) -> Callable[[World], object]:
    """Sam marks a secret that no service uses."""
    return lambda world: decisions.claim(world.watch, key_of(world, name), [], by=SAM)


PLOT = (
    Act(
        "2025-03-03",
        7,
        "Both products have their secrets, and calendars sync. Sam switches Lapsewatch on.",
    ),
    Act(
        "2026-09-16",
        14,
        "Dana sends the request, and snoozes LibCal until 13 November: “ticket 4711”.",
        asked_for("libcal"),
    ),
    Act(
        "2026-09-30",
        14,
        "Dana has asked for both secrets: she snoozes LibStaffer too.",
        asked_for("libstaffer"),
    ),
    Act(
        "2026-11-09",
        16,
        "Sam creates “LibCal 2028” and “LibStaffer 2028”, and sends Dana a link to both values.",
        create_both,
    ),
    Act(
        "2026-11-12",
        11,
        "Dana pastes the value of “LibCal 2028” into LibCal, sees it sync, and presses Confirm.",
        confirms("libcal", "LibCal 2028"),
    ),
    Act(
        "2026-11-12",
        12,
        "She presses Confirm for LibStaffer too, is called away, and forgets to paste the value.",
        confirms("libstaffer", "LibStaffer 2028"),
    ),
    Act(
        "2026-11-30",
        13,
        "Sam deletes “LibCal 2024”. LibStaffer still uses the old value: Dana presses Undo.",
        delete_and_undo,
    ),
    Act(
        "2026-12-18",
        16,
        "Dana is on leave over the holidays, and nobody else pastes the value.",
    ),
    Act(
        "2027-01-04",
        10,
        "Dana is back. She pastes the value into LibStaffer, sees it sync, and presses Confirm.",
        confirms("libstaffer", "LibStaffer 2028"),
    ),
    Act(
        "2027-01-20",
        13,
        "Sam deletes “LibStaffer 2024”.",
        deletes("LibStaffer 2024"),
    ),
    Act(
        "2027-03-08",
        15,
        "Sam tries a script with a secret of its own, “export test”: no claim matches it.",
        creates("export test", "2027-03-08T21:00Z", "2027-09-08T21:00Z", "m9_"),
    ),
    Act(
        "2027-03-09",
        9,
        "Sam chooses “Not ours”: there are no more messages about it.",
        is_not_ours("export test"),
    ),
    Act("2028-08-12", 9, "And so it begins again: one request for both, three months ahead."),
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
