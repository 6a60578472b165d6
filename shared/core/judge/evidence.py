"""Proof of use, where sign-ins are read. Their absence means nothing, so they only ever add to what people say.

The replacement seen on two different days, with the old one unseen since the first of them, settles by itself that the
service uses it. The old one seen a day or more after somebody settled it shows that one consumer still holds it.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

from shared.core.model.changes import DecisionChanges
from shared.core.model.memory import Decision, DecisionKind, InUse, Memory, PreviousCredential, Use
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Standing

DAYS_OF_USE = 2
LATE_USE = timedelta(days=1)


def uses_after(memory: Memory, last_seen: Mapping[str, datetime]) -> Iterator[Use]:
    """Give what is new in a reading of sign-ins, by key id; an older instant than the one that is known is not."""
    for key_id, seen in last_seen.items():
        before = memory.uses.get(key_id)
        if before is None or seen > before.last:
            days = before.days if before is not None else ()
            day = seen.astimezone(UTC).date()
            yield Use(key_id, (*(known for known in days if known < day), day)[-DAYS_OF_USE:], seen)


def settle(view: ServiceView, memory: Memory, now: datetime) -> DecisionChanges | None:
    """Give what sign-ins settle about a service, if they do."""
    hold = view.in_use_record
    if hold is None or not view.app.usable:
        return None
    old = _still_used(view, hold, memory)
    if old is not None:
        return _decided(view, old, memory, now)
    new = view.replacement
    if (
        view.standing == Standing.AWAITING_INSTALL
        and new is not None
        and _took_over(new.key_id, hold, memory)
    ):
        return _decided(view, new.key_id, memory, now, former=hold.key_id)
    return None


def is_shown_unused(leftover: str, hold: InUse, memory: Memory) -> bool:
    """Say whether sign-ins show that a leftover is not used: its successor is seen since it was settled, and the leftover is not."""
    successor, old = memory.uses.get(hold.key_id), memory.uses.get(leftover)
    seen = successor is not None and len(_since(hold, successor.days)) == DAYS_OF_USE
    return seen and (old is None or old.last < hold.at + LATE_USE)


def _still_used(view: ServiceView, hold: InUse, memory: Memory) -> str | None:
    """Find an older credential that was seen a day or more after the present one was settled."""
    if not hold.settled:
        return None
    own = (c for c in view.leftovers if c.key_id not in view.shared)
    late = [
        use
        for c in own
        if (use := memory.uses.get(c.key_id)) is not None and use.last >= hold.at + LATE_USE
    ]
    return max(late, key=lambda use: use.last).key_id if late else None


def _took_over(new: str, hold: InUse, memory: Memory) -> bool:
    use, old = memory.uses.get(new), memory.uses.get(hold.key_id)
    days = _since(hold, use.days) if use is not None else ()
    return len(days) == DAYS_OF_USE and (old is None or old.last.astimezone(UTC).date() <= days[0])


def _since(hold: InUse, days: tuple[date, ...]) -> tuple[date, ...]:
    """What was seen before somebody settled the matter was known to them; a first sight settles nothing."""
    return tuple(day for day in days if not hold.settled or day >= hold.at.astimezone(UTC).date())


def _decided(
    view: ServiceView, key_id: str, memory: Memory, now: datetime, *, former: str = ""
) -> DecisionChanges:
    known = memory.in_use_records.get(view.service.id)
    hold = InUse(
        view.service.id,
        key_id,
        assumed=False,
        at=now,
        evidence=True,
        version=known.version if known is not None else "",
    )
    decision = Decision(
        now, DecisionKind.CONFIRM, None, (view.service.id,), key_id, "seen signing in"
    )
    return DecisionChanges(
        decision,
        in_use_records=(hold,),
        previous_credentials=(PreviousCredential(view.service.id, former),) if former else (),
    )
