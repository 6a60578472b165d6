"""Why a change of a service's situation is news."""

from shared.core.judge.situation import Situation
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss, Reason, Standing

REASON_BY_STANDING = {
    Standing.UNMATCHED: Reason.UNMATCHED,
    Standing.MISSING: Reason.MISSING,
    Standing.EXPIRED: Reason.EXPIRED,
}
REASON_BY_LOSS = {
    Loss.DELETED: Reason.DELETED,
    Loss.EXPIRED: Reason.EXPIRED,
    Loss.NONE: Reason.RECOVERED,
}

REASON_OF_PIPELINE = {
    Standing.HEALTHY: Reason.RECOVERED,
    Standing.EXPIRING: Reason.FIRST,
    Standing.UNMATCHED: Reason.UNMATCHED,
}
"""An all-clear reaches only those who got a warning, so it is the reason of any healthy one."""


def reason_of_change(
    before: Situation | None, after: Situation, view: ServiceView, *, replacement_ended: bool
) -> Reason:
    """Return why the new situation of a service is news.

    Args:
        before: The stored situation; `None` when the service is seen for the first time.
        after: The situation now.
        view: The service now.
        replacement_ended: The previous replacement has expired; it was not deleted.
    """
    if before is not None and after.settled_at and after.settled_at != before.settled_at:
        return _reason_of_confirmation(after, view)
    if before is None or not before.in_use:
        first = REASON_BY_STANDING.get(after.standing, Reason.FIRST)
        return Reason.ASSUMED if view.assumed else first
    if after.standing == Standing.AWAITING_INSTALL:
        return _reason_to_wait(before, after, view)
    if after.standing in REASON_BY_STANDING:
        return REASON_BY_STANDING[after.standing]
    return _reason_without_replacement(before, replacement_ended=replacement_ended)


def reason_of_pipeline(view: ServiceView) -> Reason:
    """Return why a new situation of a service that a pipeline installs is news."""
    if view.late_since is not None:
        return Reason.ROTATION_LATE
    if view.standing == Standing.MISSING:
        return Reason.EXPIRED if view.loss == Loss.EXPIRED else Reason.MISSING
    return REASON_OF_PIPELINE[view.standing]


def _reason_of_confirmation(after: Situation, view: ServiceView) -> Reason:
    by_evidence = view.in_use_record is not None and view.in_use_record.evidence
    if by_evidence and after.standing == Standing.AWAITING_INSTALL and not view.stopgap:
        return Reason.STILL_OLD
    return Reason.CONFIRMED


def _reason_to_wait(before: Situation, after: Situation, view: ServiceView) -> Reason:
    if before.replacement == after.replacement and before.loss != after.loss:
        return REASON_BY_LOSS[after.loss]
    return Reason.SHORTER if view.shorter else Reason.REPLACED


def _reason_without_replacement(before: Situation, *, replacement_ended: bool) -> Reason:
    if before.loss == Loss.DELETED:
        return Reason.RECOVERED
    if before.standing != Standing.AWAITING_INSTALL:
        return Reason.FIRST
    return Reason.EXPIRED if replacement_ended else Reason.DELETED
