"""Credentials of a watched app that no service claims."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from shared.core.judge.claims import AppContext, ClaimedBy
from shared.core.judge.new_secrets import is_of_unknown_value
from shared.core.judge.severity import severity_of_days, severity_of_expired
from shared.core.judge.validity import has_ended, is_live
from shared.core.model.age import creation_order, started_after
from shared.core.model.context import CheckContext
from shared.core.model.days import LONG_AGO, days_until
from shared.core.model.directory import Credential
from shared.core.model.views import ServiceView, UnclaimedView
from shared.core.model.vocabulary import Loss, Severity, Standing

WITHOUT_CREDENTIAL = frozenset({Standing.MISSING, Standing.UNMATCHED})


def unclaimed_views(
    app: AppContext, views: Iterable[ServiceView], at: CheckContext
) -> Iterator[UnclaimedView]:
    """Yield the unclaimed credentials of an app whose services are `views`."""
    views = tuple(views)
    waiting = [v for v in views if v.standing in WITHOUT_CREDENTIAL or v.stopgap]
    for credential in app.snapshot.credentials:
        claimed = app.claims[credential.key_id]
        if not claimed.services and not claimed.ignored:
            view = _view(credential, claimed, waiting, app, at)
            yield _as_superseded(view) if is_superseded(view, views, at.now) else view


# In the inventory nothing says how many services use an app, so another name proves nothing there.
def is_superseded(view: UnclaimedView, services: Sequence[ServiceView], now: datetime) -> bool:
    """Return whether the one in use shows that an expired credential needs no message.

    It was over before it was first seen, and the only service of its app uses a newer one that
    works. If several services use the app, it may have been the one of any of them.
    """
    if len(view.watched.services) != 1 or len(services) != 1:
        return False
    ends, in_use = view.credential.ends, services[0].in_use
    if ends is None or ends > view.first_seen or in_use is None or services[0].loss != Loss.NONE:
        return False
    return is_live(in_use, now) and started_after(in_use, view.credential)


def _as_superseded(view: UnclaimedView) -> UnclaimedView:
    return replace(view, superseded=True, severity=Severity.OK)


def with_candidates(
    view: ServiceView, unclaimed: Iterable[UnclaimedView], now: datetime
) -> ServiceView:
    """Return the service with the unclaimed credentials that may be its new one, newest first."""
    wanted = (each.credential for each in unclaimed if view.service in each.wanted_by)
    live = (credential for credential in wanted if is_live(credential, now))
    return replace(view, candidates=tuple(sorted(live, key=creation_order, reverse=True)))


def _view(
    credential: Credential,
    claimed: ClaimedBy,
    waiting: Iterable[ServiceView],
    app: AppContext,
    at: CheckContext,
) -> UnclaimedView:
    ended = has_ended(credential, at.now)
    days_left = days_until(credential.ends, at.now, at.watchlist.zone)
    lost = ended or is_of_unknown_value(credential, at.memory)
    possible = (view.service for view in waiting if _may_replace(credential, view))
    standing, severity = _standing(days_left, at.watchlist.ladder[0], ended=ended)
    return UnclaimedView(
        credential=credential,
        app=app.snapshot.record,
        watched=app.watched,
        standing=standing,
        severity=severity,
        days_left=days_left,
        situation="ended" if ended else "open",
        first_seen=_first_seen(credential, at),
        rivals=claimed.rivals,
        wanted_by=() if lost else tuple(possible),
    )


def _first_seen(credential: Credential, at: CheckContext) -> datetime:
    """Return when a credential was first seen; long ago if a clock that was ahead wrote it."""
    before = at.memory.credential_records.get(credential.key_id)
    if before is None:
        return at.now
    return before.first_seen if before.first_seen <= at.now else LONG_AGO


def _may_replace(credential: Credential, view: ServiceView) -> bool:
    return view.in_use is None or started_after(credential, view.in_use)


def _standing(days_left: int | None, first_rung: int, *, ended: bool) -> tuple[Standing, Severity]:
    """Return standing and severity: while it works, `notice` at least, as its use is unknown."""
    if ended:
        return Standing.EXPIRED, severity_of_expired(days_left)
    near = days_left is not None and days_left <= first_rung
    return Standing.EXPIRING if near else Standing.HEALTHY, severity_of_days(days_left)
