"""From one state of a hand-over to the next. Each decision carries the record that it writes."""

from dataclasses import replace
from datetime import datetime, timedelta

from shared.core.model.age import started_after
from shared.core.model.decision import Decision, DecisionKind, Person
from shared.core.model.decision_changes import DecisionChanges
from shared.core.model.directory import Credential
from shared.core.model.hand_over import Ending, HandOver, HandOverState, Opening
from shared.core.model.memory import Memory

LOOK_AFTER = timedelta(minutes=5)
"""After this time, a process that kept a value or created a secret has ended, or has died."""
GIVE_UP_AFTER = timedelta(minutes=15)
"""When Graph shows each secret that was created; see also `core.judge.new_secrets`."""

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


def ready(record: HandOver, credential: Credential, at: datetime) -> DecisionChanges:
    """Return the decision once the vault has the value."""
    kind = DecisionKind.RENEW if record.renewed else DecisionKind.HAND_OVER
    kept = replace(
        record,
        state=HandOverState.READY,
        credential=credential,
        opened=(),
        why="",
        stale=tuple(each for each in record.stale if each != credential.key_id),
        changed=at,
    )
    return _decision(kind, record.by, kept, at)


def opened(record: HandOver, by: Person, at: datetime) -> DecisionChanges:
    """Return the decision before a value is shown."""
    openings = (*record.opened, Opening(by, at))
    shown = replace(record, state=HandOverState.OPENED, opened=openings, changed=at)
    return _decision(DecisionKind.OPEN, by, shown, at)


def withdrawn(record: HandOver, by: Person, at: datetime) -> DecisionChanges:
    """Return the decision before a value is deleted because a person takes it back."""
    ending = replace(
        record, state=HandOverState.ENDING, ending=Ending.WITHDRAWN, why="", changed=at
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


def _decision(
    kind: DecisionKind, by: Person | None, record: HandOver, at: datetime, why: str = ""
) -> DecisionChanges:
    decision = Decision(at, kind, by, (record.service,), record.key_id, why)
    return DecisionChanges(decision, hand_overs=(record,))
