"""The local days on which a message can become due. Every day with a message is included."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.core.judge.leftovers import QUIET_DAYS_BEFORE_DELETING
from shared.core.judge.rotation import created_at, late_after
from shared.core.model.context import AppSnapshot, CheckContext
from shared.core.model.directory import Credential
from shared.core.model.views import LeftoverView, ServiceView, UnclaimedView, View
from shared.core.model.watchlist import Service
from shared.core.notify.action import needs_action
from shared.core.notify.hand_over import days_with_news
from shared.core.notify.reason import DAILY_REMINDERS, LEFTOVER_LADDER


def candidate_days(
    views: Iterable[View], at: CheckContext, snapshots: Mapping[str, AppSnapshot]
) -> set[date]:
    """Return the days on which a message about `views` can become due."""
    days = {day for view in views for day in _days_of_item(view, at)}
    services = [service for app in at.watchlist.apps for service in app.services]
    rungs = {rung for service in services for rung in service.ladder}
    pipelines = [service for service in services if service.by_pipeline]
    for snapshot in snapshots.values():
        for credential in snapshot.credentials:
            days |= set(_days_of_credential(credential, at, rungs))
            days |= set(_days_of_rotation(credential, at, pipelines))
    return days


def _days_of_item(view: View, at: CheckContext) -> Iterator[date]:
    zone = at.watchlist.zone
    match view:
        case ServiceView():
            rungs = (*view.service.ladder, *_escalation(view))
            yield from _rung_days(view.in_use.ends if view.in_use else None, rungs, zone)
            if view.acknowledged is not None:
                yield view.acknowledged.until + timedelta(days=1)
            if view.hand_over is not None:
                for instant in days_with_news(view.hand_over, zone):
                    day = instant.astimezone(zone).date()
                    yield from (day, day + timedelta(days=1))
        case UnclaimedView():
            yield from _rung_days(view.credential.ends, at.watchlist.ladder, zone)
        case LeftoverView():
            yield from _rung_days(view.credential.ends, LEFTOVER_LADDER, zone)
            if view.owner.in_use_record is not None:
                confirmed = view.owner.in_use_record.at.astimezone(zone).date()
                yield confirmed + timedelta(days=QUIET_DAYS_BEFORE_DELETING)
        case _:
            pass
    if needs_action(view):
        today = at.now.astimezone(zone).date()
        yield from (today + timedelta(days=n) for n in range(DAILY_REMINDERS + 1))


def _days_of_credential(
    credential: Credential, at: CheckContext, rungs: Iterable[int]
) -> Iterator[date]:
    """Yield the days around a start or an expiry, which can change a standing.

    Of a credential that starts in the future also the rungs: a service without any will use it.
    """
    zone = at.watchlist.zone
    for instant in (credential.starts, credential.ends):
        if instant is not None and instant > at.now:
            day = instant.astimezone(zone).date()
            yield from (day, day + timedelta(days=1))
    if credential.starts is not None and credential.starts > at.now:
        yield from _rung_days(credential.ends, rungs, zone)


def _days_of_rotation(
    credential: Credential, at: CheckContext, pipelines: Iterable[Service]
) -> Iterator[date]:
    """Yield the reminders of any credential that a pipeline may use, and when its rotation is late.

    An older one is in use again if the newest is lost.
    """
    zone = at.watchlist.zone
    created = created_at(credential, at).astimezone(zone).date()
    for service in pipelines:
        yield from _rung_days(credential.ends, service.ladder, zone)
        if service.rotates_every is not None:
            yield created + timedelta(days=late_after(service.rotates_every))


def _rung_days(end: datetime | None, rungs: Iterable[int], zone: ZoneInfo) -> Iterator[date]:
    if end is not None:
        last = end.astimezone(zone).date()
        yield from (last - timedelta(days=rung) for rung in rungs)


def _escalation(view: ServiceView) -> tuple[int, ...]:
    return (view.service.escalate.below,) if view.service.escalate is not None else ()
