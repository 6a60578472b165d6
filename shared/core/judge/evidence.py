"""Sign-ins as evidence of which credential a service uses. No sign-ins prove nothing.

A replacement that was used on two different days, while the old credential was unused since the
first of them, is confirmed as the credential in use. An older credential that is used a day or
more after a confirmation shows that one consumer still has it.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

from shared.core.model.decision import Decision, DecisionKind, InUse, PreviousCredential
from shared.core.model.decision_changes import DecisionChanges
from shared.core.model.memory import Memory, Use
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Standing

DAYS_OF_USE = 2
LATE_USE = timedelta(days=1)
WHY = "seen signing in"
"""Stored with the decision."""


def uses_after(memory: Memory, last_used: Mapping[str, datetime]) -> Iterator[Use]:
    """Yield what is new in the sign-in report: the last use of each credential, by key id."""
    for key_id, last in last_used.items():
        before = memory.uses.get(key_id)
        if before is None or last > before.last:
            day = last.astimezone(UTC).date()
            days = (known for known in (before.days if before else ()) if known < day)
            yield Use(key_id, (*days, day)[-DAYS_OF_USE:], last)


def settle(view: ServiceView, memory: Memory, now: datetime) -> DecisionChanges | None:
    """Return what sign-ins confirm about a service; `None` if they confirm nothing new."""
    in_use, new = view.in_use_record, view.replacement
    if in_use is None or not view.app.usable:
        return None
    old = _still_used(view, in_use, memory)
    if old is not None:
        return _confirmed(view, old, memory, now)
    if view.standing != Standing.AWAITING_INSTALL or new is None:
        return None
    if not _took_over(new.key_id, in_use, memory):
        return None
    return _confirmed(view, new.key_id, memory, now, previous=in_use.key_id)


def is_shown_unused(leftover: str, in_use: InUse, memory: Memory) -> bool:
    """Return whether sign-ins show that a leftover is unused while its successor is used."""
    successor, old = memory.uses.get(in_use.key_id), memory.uses.get(leftover)
    if successor is None or len(_days_after(in_use, successor.days)) < DAYS_OF_USE:
        return False
    return old is None or old.last < in_use.at + LATE_USE


def _still_used(view: ServiceView, in_use: InUse, memory: Memory) -> str | None:
    """Return the older credential last used a day or more after the newer was confirmed."""
    if not in_use.settled:
        return None
    own = (memory.uses.get(c.key_id) for c in view.leftovers if c.key_id not in view.shared)
    late = [use for use in own if use is not None and use.last >= in_use.at + LATE_USE]
    return max(late, key=lambda use: use.last).key_id if late else None


def _took_over(new: str, in_use: InUse, memory: Memory) -> bool:
    use, old = memory.uses.get(new), memory.uses.get(in_use.key_id)
    days = _days_after(in_use, use.days) if use is not None else ()
    if len(days) < DAYS_OF_USE:
        return False
    return old is None or old.last.astimezone(UTC).date() <= days[0]


def _days_after(in_use: InUse, days: tuple[date, ...]) -> tuple[date, ...]:
    """Return the days of use since the confirmation, which took earlier ones into account."""
    if not in_use.settled:
        return days
    return tuple(day for day in days if day >= in_use.at.astimezone(UTC).date())


def _confirmed(
    view: ServiceView, key_id: str, memory: Memory, now: datetime, *, previous: str = ""
) -> DecisionChanges:
    service = view.service.id
    known = memory.in_use_records.get(service)
    version = known.version if known is not None else ""
    in_use = InUse(service, key_id, assumed=False, at=now, evidence=True, version=version)
    # Without an author: no person decided.
    decision = Decision(now, DecisionKind.CONFIRM, None, (service,), key_id, WHY)
    earlier = (PreviousCredential(service, previous),) if previous else ()
    return DecisionChanges(decision, in_use_records=(in_use,), previous_credentials=earlier)
