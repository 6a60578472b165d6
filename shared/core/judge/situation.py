"""What makes a change of an item news: the situation is compared from check to check, and a difference has a reason."""

from datetime import datetime
from typing import NamedTuple

from shared.core.model.directory import Credential
from shared.core.model.memory import InUse
from shared.core.model.views import Loss, ServiceView
from shared.core.model.vocabulary import Reason, Standing

NAMESAKES = {
    Standing.UNMATCHED: Reason.UNMATCHED,
    Standing.MISSING: Reason.MISSING,
    Standing.EXPIRED: Reason.EXPIRED,
}


class Situation(NamedTuple):
    """What a service's messages depend on, apart from the passing of days."""

    standing: Standing
    in_use: str
    replacement: str
    over: Loss
    settled_at: str
    """When a person, or evidence, last said what is in use: a new word is news even if nothing else changed."""

    @property
    def text(self) -> str:
        """The situation as the ledger keeps it."""
        return "|".join(self)

    @classmethod
    def read(cls, text: str) -> "Situation | None":
        """Read what `text` wrote; `None` for a text of another shape: of a service that was removed, or of another version."""
        parts = text.split("|")
        if (
            len(parts) != len(cls._fields)
            or parts[0] not in set(Standing)
            or parts[3] not in set(Loss)
        ):
            return None
        return cls(Standing(parts[0]), parts[1], parts[2], Loss(parts[3]), parts[4])


def situation_of(
    standing: Standing, in_use: str, replacement: Credential | None, over: Loss, hold: InUse | None
) -> Situation:
    """Put together the situation of a service. A replacement that has not started yet does not count: `replacement` is live or `None`."""
    settled = hold.at if hold is not None and hold.settled else None
    return Situation(
        standing, in_use, replacement.key_id if replacement else "", over, _stamp(settled)
    )


def reason_of_change(
    before: Situation | None, after: Situation, view: ServiceView, *, replacement_ended: bool
) -> Reason:
    """Say why the situation of a service is news.

    `before` is `None` when the service is seen for the first time. `replacement_ended`: the replacement that there was
    has ended, and not gone.
    """
    hold = view.in_use_record
    if before is not None and after.settled_at and after.settled_at != before.settled_at:
        seen_again = (
            hold is not None and hold.evidence and after.standing == Standing.AWAITING_INSTALL
        )
        return Reason.STILL_OLD if seen_again else Reason.CONFIRMED
    if before is None or before.standing == Standing.UNMATCHED:
        return _reason_at_first_sight(after, assumed=view.assumed)
    if after.standing == Standing.AWAITING_INSTALL:
        return _reason_to_wait(before, after, shorter=view.shorter)
    return NAMESAKES.get(after.standing) or _reason_without_replacement(
        before, replacement_ended=replacement_ended
    )


def _reason_at_first_sight(after: Situation, *, assumed: bool) -> Reason:
    if assumed:
        return Reason.ASSUMED
    return NAMESAKES.get(after.standing, Reason.FIRST)


def _reason_to_wait(before: Situation, after: Situation, *, shorter: bool) -> Reason:
    if before.replacement == after.replacement and before.over != after.over:
        return {
            Loss.DELETED: Reason.DELETED,
            Loss.EXPIRED: Reason.EXPIRED,
            Loss.NONE: Reason.RECOVERED,
        }[after.over]
    return Reason.SHORTER if shorter else Reason.REPLACED


def _reason_without_replacement(before: Situation, *, replacement_ended: bool) -> Reason:
    if before.over == Loss.DELETED:
        return Reason.RECOVERED
    if before.standing != Standing.AWAITING_INSTALL:
        return Reason.FIRST
    return Reason.EXPIRED if replacement_ended else Reason.DELETED


def _stamp(at: datetime | None) -> str:
    return "" if at is None else at.isoformat()
