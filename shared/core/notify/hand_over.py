"""What is news of a hand-over, at which instant, and to whom.

| news | when | who |
|---|---|---|
| the new secret is ready | it was handed over | installers |
| nobody has opened it | days 3, 7 and 13 after that | installers; on day 13 renewers too |
| it was opened again | each opening after the first | both |
| it could not be kept, deleted or created | when that was known | renewers |
| the secret exists, and nobody knows its value | when that was known | renewers |
| it was withdrawn | when it was | installers who had been notified of it |
| the time is over in which it may be opened | its end | both |

A confirmation ends a hand-over without news: the confirmation itself is notified. Each channel is
notified of what is later than its last message about the service, whatever its standing and
whatever people snoozed. Days are local days.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.core.model.context import CheckContext
from shared.core.model.hand_over import READS_LAG, Ending, HandOver, HandOverState
from shared.core.model.news import News
from shared.core.model.notification import Notification
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Reason, Role
from shared.core.model.watchlist import Service
from shared.core.notify.last_message import ANNOUNCED_WITHIN, is_news

UNOPENED_DAYS = (3, 7, 13)
MAIN_NEWS = frozenset(
    {
        Reason.DELETED,
        Reason.EXPIRED,
        Reason.MISSING,
        Reason.UNMATCHED,
        Reason.APP_PROBLEM,
        Reason.STILL_OLD,
        Reason.CONFIRMED,
        Reason.RECOVERED,
        Reason.ROTATION_LATE,
    }
)
"""The reasons that come before news of a hand-over, which is then said below them."""

_FAILURES = frozenset({Reason.ORPHAN, Reason.HAND_OVER_FAILED})
_INSTALLERS = frozenset({Role.INSTALLER})
_RENEWERS = frozenset({Role.RENEWER})
_BOTH = _INSTALLERS | _RENEWERS


def news_due(
    view: ServiceView, channel: str, last: Notification | None, at: CheckContext
) -> tuple[News, ...]:
    """Return what is news to a channel since `last`, its last message about the service."""
    record, roles = view.hand_over, roles_of(view.service, channel)
    if record is None or not roles:
        return ()
    found = (each for each in news(record, at.now, at.watchlist.zone) if each.roles & roles)
    due = [each for each in found if _is_due(each, record, last, at.now)]
    unopened = any(each.reason == Reason.UNOPENED for each in due)
    return tuple(each for each in due if not (unopened and each.reason == Reason.READY))


def news(record: HandOver, now: datetime, zone: ZoneInfo) -> Iterator[News]:
    """Yield what is news of a hand-over up to now, oldest first."""
    if len(record.opened) > 1:
        yield News(Reason.OPENED_AGAIN, record.opened[-1].at, _BOTH)
    if record.state == HandOverState.READY:
        yield News(Reason.READY, record.changed, _INSTALLERS)
        yield from _unopened(record, now, zone)
    if record.state in {HandOverState.ENDING, HandOverState.DONE}:
        yield from _ended(record)
    if record.failed and record.why:
        yield News(Reason.HAND_OVER_FAILED, record.changed, _RENEWERS)


def roles_of(service: Service, channel: str) -> frozenset[Role]:
    """Return the roles that the watchlist gives a channel for a service."""
    named = {Role.RENEWER: service.renewer, Role.INSTALLER: service.installer}
    return frozenset(role for role, names in named.items() if channel in names)


def is_with_installer(view: ServiceView, now: datetime) -> bool:
    """Return whether a renewer has nothing to do: the value is there, or was handed over just now.

    Right after that, a read may lack the new secret.
    """
    record = view.hand_over
    if record is None or record.state == HandOverState.DONE:
        return False
    return view.handed_over is not None or timedelta(0) <= now - record.at < READS_LAG


def days_with_news(record: HandOver, zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the instants from which there is news if nobody opens or installs the value."""
    if record.kept:
        yield from (_day(record, days, zone) for days in UNOPENED_DAYS)
        yield record.until


def ends(at: CheckContext) -> set[datetime]:
    """Return when values are deleted if nobody acts: a tick makes a check at once."""
    return {each.until for each in at.memory.hand_overs.values() if each.kept}


def _unopened(record: HandOver, now: datetime, zone: ZoneInfo) -> Iterator[News]:
    """Yield the last of the days that have come: any number of missed days is one message."""
    come = [days for days in UNOPENED_DAYS if record.changed < _day(record, days, zone) <= now]
    if come:
        roles = _BOTH if come[-1] == UNOPENED_DAYS[-1] else _INSTALLERS
        yield News(Reason.UNOPENED, _day(record, come[-1], zone), roles)


def _ended(record: HandOver) -> Iterator[News]:
    match record.ending:
        case Ending.WITHDRAWN:
            yield News(Reason.WITHDRAWN, record.changed, _INSTALLERS)
        case Ending.EXPIRED:  # a check may be earlier than the tick that deletes the value
            yield News(Reason.HAND_OVER_EXPIRED, record.until, _BOTH)
        case Ending.NOT_KEPT | Ending.NOT_CREATED:
            yield News(Reason.HAND_OVER_FAILED, record.changed, _RENEWERS)
        case Ending.ORPHAN:
            yield News(Reason.ORPHAN, record.changed, _RENEWERS)
        case Ending.CONFIRMED | Ending.NONE:
            pass


def _is_due(each: News, record: HandOver, last: Notification | None, now: datetime) -> bool:
    """Return whether a channel has not been notified yet.

    A channel that was only introduced to the service has had no message about its hand-over. One
    that had no message at all is notified of what failed lately: it may be the first check.
    """
    if last is None and each.reason in _FAILURES and now < each.at + ANNOUNCED_WITHIN:
        return True
    if last is None or last.reason == Reason.INTRODUCED:
        live = record.state != HandOverState.DONE and each.reason != Reason.WITHDRAWN
        return live or (last is not None and is_news(each.at, last, now))
    informed = each.reason != Reason.WITHDRAWN or last.at >= record.at
    return informed and is_news(each.at, last, now)


def _day(record: HandOver, days: int, zone: ZoneInfo) -> datetime:
    """Return the beginning of a local day after that of the hand-over."""
    day = record.at.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, time.min, zone)
