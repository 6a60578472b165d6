"""From one state of a hand-over to the next. Each decision carries the record that it writes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from shared.core.judge.claims import claimed_by
from shared.core.model.age import started_after
from shared.core.model.context import CheckContext
from shared.core.model.decision import Assignment, Decision, DecisionKind, Person
from shared.core.model.decision_changes import DecisionChanges
from shared.core.model.directory import Credential
from shared.core.model.hand_over import Ending, HandOver, HandOverState, Opening
from shared.core.model.memory import Memory

LOOK_AFTER = timedelta(minutes=5)
"""After this time, a process that kept a value or created a secret has ended, or has died."""

WHY = {
    Ending.CONFIRMED: "the service uses it.",
    Ending.EXPIRED: "nobody used it in time.",
    Ending.NOT_KEPT: "the vault does not have the value.",
    Ending.NOT_CREATED: "Entra did not create the secret.",
    Ending.ORPHAN: "the secret exists, and nobody knows its value.",
}
"""Stored with the decision of the program."""


def is_under_way(record: HandOver, now: datetime) -> bool:
    """Return whether another process may be keeping the value, or creating the secret, now."""
    if record.state not in {HandOverState.KEEPING, HandOverState.RENEWING}:
        return False
    return not record.why and now < record.at + LOOK_AFTER


def ready(record: HandOver, credential: Credential, at: CheckContext) -> DecisionChanges:
    """Return the decision once the vault has the value."""
    kind = DecisionKind.RENEW if record.renewed else DecisionKind.HAND_OVER
    kept = replace(
        record,
        state=HandOverState.READY,
        credential=credential,
        opened=(),
        why="",
        stale=tuple(each for each in record.stale if each != credential.key_id),
        changed=at.now,
    )
    changes = _decision(kind, record.by, kept, at.now)
    return replace(changes, assignments=tuple(_assigned(kept, at)))


def opened(record: HandOver, by: Person, at: datetime) -> DecisionChanges:
    """Return the decision before a value is shown."""
    openings = (*record.opened, Opening(by, at))
    shown = replace(record, state=HandOverState.OPENED, opened=openings, changed=at)
    return _decision(DecisionKind.OPEN, by, shown, at)


def withdrawn(record: HandOver, by: Person, at: datetime) -> DecisionChanges:
    """Return the decision before a value is deleted because a person takes it back."""
    ending = replace(
        record,
        state=HandOverState.ENDING,
        ending=Ending.WITHDRAWN,
        withdrawn_by=by,
        why="",
        changed=at,
    )
    return _decision(DecisionKind.WITHDRAW, by, ending, at)


def ended(record: HandOver, ending: Ending, at: datetime) -> DecisionChanges:
    """Return the decision of the program to end a hand-over: to delete the value, if it is kept."""
    state = HandOverState.ENDING if record.kept else HandOverState.DONE
    if ending == Ending.NOT_KEPT:
        state = HandOverState.DONE
    after = replace(record, state=state, ending=ending, why="", changed=at)
    return _decision(DecisionKind.END, None, after, at, WHY[ending])


def ending_of(record: HandOver, memory: Memory, now: datetime) -> Ending | None:
    """Return why a kept value is not needed any more; `None` if it is.

    A confirmation of a newer secret counts if it came after the hand-over: before, it is of one
    that was lost.
    """
    in_use = memory.in_use_records.get(record.service)
    if in_use is not None and in_use.settled:
        known = memory.credential_records.get(in_use.key_id)
        newer = known is not None and started_after(known.credential, record.credential)
        if in_use.key_id == record.key_id or (newer and in_use.at > record.at):
            return Ending.CONFIRMED
    return Ending.EXPIRED if record.until <= now else None


def _assigned(record: HandOver, at: CheckContext) -> Iterator[Assignment]:
    """Yield the assignment of a secret that `renew` created.

    There is none if the rule of its service alone finds it, or if a person has assigned it.
    """
    key_id, service = record.key_id, record.service
    watched = at.watchlist.app_of(service)
    if not record.renewed or watched is None or key_id in at.memory.assignments:
        return
    if claimed_by(record.credential, watched.services, at.memory).services != {service}:
        yield Assignment(key_id, (service,), at.now, record.by)


def _decision(
    kind: DecisionKind, by: Person | None, record: HandOver, at: datetime, why: str = ""
) -> DecisionChanges:
    decision = Decision(at, kind, by, (record.service,), record.key_id, why)
    return DecisionChanges(decision, hand_overs=(record,))
