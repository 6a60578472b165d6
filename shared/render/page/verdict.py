"""The page's first sentence answers "are we safe?": yes is said only after a good, recent check that read everything."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.core.model.check_record import Outcome
from shared.core.model.context import CheckContext
from shared.core.model.memory import last_record_of
from shared.core.model.views import AppView, ServiceView, View
from shared.core.model.vocabulary import Severity, Standing
from shared.core.model.watchlist import WatchedApp
from shared.core.notify.action import needs_action
from shared.core.results import Status
from shared.render.feeds.documents import worst_of
from shared.render.text.dates import clock, full_day, when
from shared.render.text.escape import clean
from shared.render.text.headlines import summary
from shared.render.text.naming import capital, listed

MAX_ERROR_CHARS = 600
HOUR, MINUTE = 3600, 60


class Verdict(NamedTuple):
    """The answer in a word, and the sentence that explains it."""

    word: str
    """`Yes`, `No`, `Not yet` or `Not certain`."""
    sentence: str
    severity: Severity


class Doubt(NamedTuple):
    """Why what is shown may not be the whole truth."""

    brief: str
    detail: str


def verdict(status: Status, at: CheckContext, left: int) -> Verdict:
    """Verdict "are we safe?". `left` is how many things besides the services wait to be settled."""
    worst, open_ones = worst_of(status, at.watchlist), sorted(_open(status), key=urgency)
    doubt = next(doubts(status, at), None)
    if open_ones:
        first, *others = open_ones
        sentences = [f"{summary(first, now=at.now, zone=at.watchlist.zone)}."]
        if others:
            sentences.append(_also(others))
        if doubt is not None:
            sentences.append(f"And {doubt.brief[:1].lower()}{doubt.brief[1:]}")
        return Verdict("No" if needs_action(first) else "Not yet", " ".join(sentences), worst)
    if doubt is not None:
        return Verdict("Not certain", f"{doubt.brief} Silence is no all-clear.", worst)
    return Verdict("Yes", " ".join((_all_safe(status.judgement.services, at), *_left(left))), worst)


def doubts(status: Status, at: CheckContext) -> Iterator[Doubt]:
    """Give every reason not to trust what is shown, the gravest first."""
    last_checks, zone = status.last_checks, at.watchlist.zone
    error = clean(last_checks.error, MAX_ERROR_CHARS)
    if last_checks.last_success is None:
        yield Doubt(
            "No check has ended well yet.", error if last_checks.outcome != Outcome.FAILED else ""
        )
    elif status.stale:
        began = f"{full_day(last_checks.last_success.astimezone(zone).date())}, {clock(last_checks.last_success, zone)}"
        yield Doubt(
            f"The last good check was {age_text(last_checks.last_success, at.now)}.",
            f"It began on {began}; what has changed since is not known.",
        )
    if last_checks.outcome == Outcome.FAILED:
        yield Doubt("The last check failed.", error)
    elif last_checks.outcome == Outcome.PARTIAL:
        yield Doubt("The last check was only partly done.", error)
    for app in at.watchlist.apps:
        if (since := unread_since(app, status, at)) is not None:
            yield since


def unread_since(app: WatchedApp, status: Status, at: CheckContext) -> Doubt | None:
    """Say that an app was not read in the last check, and what that leaves unknown; `None` if it was."""
    names, services = clean(app.name), listed([clean(service.name) for service in app.services])
    seen = last_record_of(app, at.memory)
    if app.key not in status.judgement.concluded:
        why = clean(status.judgement.unread.get(app.key, ""), MAX_ERROR_CHARS)
        return Doubt(
            f"{names} has not been read yet.", f"{why} Nothing is known of {services}.".strip()
        )
    if (
        seen is not None
        and status.last_checks.last_attempt is not None
        and seen.read_at < status.last_checks.last_attempt
    ):
        read = when(seen.read_at, at.now, at.watchlist.zone)
        return Doubt(
            f"{names} was not read in the last check.",
            f"What is shown of {services} was read {read}.",
        )
    return None


def age_text(then: datetime, now: datetime) -> str:
    """Say how old a moment is: "just now", "25 minutes ago", "3 hours ago", "2 days ago"."""
    seconds = (now - then).total_seconds()
    for unit, length, until in (
        ("minute", MINUTE, HOUR),
        ("hour", HOUR, 48 * HOUR),
        ("day", 24 * HOUR, float("inf")),
    ):
        if MINUTE <= seconds < until:
            number = int(seconds // length)
            return f"{number} {unit}{'' if number == 1 else 's'} ago"
    return "just now" if seconds > -MINUTE else "in the future: a clock is wrong"


def urgency(view: View) -> tuple[int, int]:
    """Order items from the most to the least urgent."""
    return (-view.severity.rank, view.days_left if view.days_left is not None else 10**6)


def _open(status: Status) -> Iterator[ServiceView | AppView]:
    """Give the services that are not safe; of an app that cannot be used the app itself, which speaks for its services."""
    judgement = status.judgement
    yield from (view for view in judgement.apps if view.problems)
    yield from (
        view for view in judgement.services if view.standing != Standing.HEALTHY and view.app.usable
    )


def _also(others: Sequence[ServiceView | AppView]) -> str:
    names = list(
        dict.fromkeys(
            clean(view.service.name if isinstance(view, ServiceView) else view.watched.name)
            for view in others
        )
    )
    return f"{capital(listed(names))} {'needs' if len(names) == 1 else 'need'} attention too."


def _all_safe(services: Sequence[ServiceView], at: CheckContext) -> str:
    if len(services) == 1:
        return f"{summary(services[0], now=at.now, zone=at.watchlist.zone)}."
    names = listed([clean(view.service.name) for view in services])
    return f"{names} are safe; {_first_end(services, at.watchlist.zone)}."


def _first_end(services: Sequence[ServiceView], zone: ZoneInfo) -> str:
    ends = [
        (view.in_use.ends, clean(view.service.name))
        for view in services
        if view.in_use is not None and view.in_use.ends is not None
    ]
    if not ends:
        return "nothing that they use expires"
    first, name = min(ends)
    return f"the first to end is {name}'s, on {full_day(first.astimezone(zone).date())}"


def _left(left: int) -> Iterator[str]:
    if left:
        yield "One thing is left to settle." if left == 1 else f"{left} things are left to settle."
