"""Older credentials of a service that was confirmed on a newer one.

People are notified of the last days of each, and when it can be deleted. In the week after the
confirmation, they are not.
"""

from collections.abc import Iterable, Iterator

from shared.core.judge.claims import AppContext
from shared.core.judge.evidence import is_shown_unused
from shared.core.judge.quiet_week import is_quiet
from shared.core.judge.severity import LONG_ENDED_DAYS
from shared.core.judge.validity import has_ended
from shared.core.model.age import started_after
from shared.core.model.context import CheckContext
from shared.core.model.days import days_between, days_until
from shared.core.model.directory import Credential
from shared.core.model.item_id import ItemKind, item_id
from shared.core.model.views import LeftoverView, ServiceView
from shared.core.model.vocabulary import Severity, Standing

QUIET_DAYS_BEFORE_DELETING = 14
LEFTOVER_WARNING_DAYS = 7


def leftover_views(
    view: ServiceView, app: AppContext, services: Iterable[ServiceView], at: CheckContext
) -> Iterator[LeftoverView]:
    """Yield the leftovers of the service `view`, one of the `services` of an app."""
    if view.in_use_record is None or not view.app.usable:
        return
    others = (other.replacement for other in services if other is not view)
    needed = view.shared | {each.key_id for each in others if each is not None}
    for credential in (*view.leftovers, *_expired_unnoticed(view, app, at)):
        days_left = days_until(credential.ends, at.now, at.watchlist.zone)
        near = days_left is not None and days_left <= LEFTOVER_WARNING_DAYS
        if not is_shown_unused(credential.key_id, view.in_use_record, at.memory):
            quiet = is_quiet(view.in_use_record, at.now, at.watchlist.zone)
            severity = Severity.WARNING if near and not quiet else Severity.OK
            yield LeftoverView(view, credential, False, severity, days_left)
        if credential.key_id not in needed and _is_deletable(view, credential, at):
            yield LeftoverView(view, credential, True, Severity.NOTICE, days_left)


def _is_deletable(view: ServiceView, credential: Credential, at: CheckContext) -> bool:
    """Return whether it can be deleted.

    While the service is not healthy, a live older credential is a way back.
    """
    if view.in_use_record is None or view.standing != Standing.HEALTHY:
        return False
    quiet_days = days_between(view.in_use_record.at, at.now, at.watchlist.zone)
    return quiet_days >= QUIET_DAYS_BEFORE_DELETING and not has_ended(credential, at.now)


def _expired_unnoticed(
    view: ServiceView, app: AppContext, at: CheckContext
) -> Iterator[Credential]:
    """Yield leftovers that expired within a week and whose expiry an installer has not seen.

    Most expire in the night before the check, and an earlier mail may have failed.
    """
    if view.in_use_record is None or view.in_use is None or not view.in_use_record.settled:
        return
    for credential in app.owned_by(view.service):
        older = credential.key_id != view.in_use.key_id and not started_after(
            credential, view.in_use
        )
        if older and has_ended(credential, at.now) and _is_unnoticed(view, credential, at):
            yield credential


def _is_unnoticed(view: ServiceView, credential: Credential, at: CheckContext) -> bool:
    zone, ends, record = at.watchlist.zone, credential.ends, view.in_use_record
    assert ends is not None  # it has expired
    assert record is not None  # the caller asked
    if days_between(ends, at.now, zone) > LONG_ENDED_DAYS or is_quiet(record, ends, zone):
        return False
    item = item_id(ItemKind.LEFTOVER, view.service.id, credential.key_id)
    last = (at.memory.notifications.get((item, channel)) for channel in view.service.installer)
    return any(each is None or days_between(each.at, ends, zone) > 0 for each in last)
