"""From one state of a hand-over to the next. Each decision carries the record that it writes."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shared.core.decisions import Refused
from shared.core.hand_over.offer import kept_until
from shared.core.model.age import started_after
from shared.core.model.decision import Decision, DecisionKind, Person
from shared.core.model.decision_changes import DecisionChanges
from shared.core.model.directory import Credential, Kind
from shared.core.model.hand_over import Ending, HandOver, HandOverState, Opening
from shared.core.model.memory import Memory
from shared.core.model.watchlist import Service

LOOK_AFTER = timedelta(minutes=5)
"""When whoever began to keep or to create a secret has ended, or has died."""
GIVE_UP_AFTER = timedelta(minutes=15)
"""When Graph shows each secret that was created; see also `core.judge.grace`."""

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


def keeping(
    service: Service,
    credential: Credential,
    before: HandOver | None,
    *,
    by: Person,
    at: datetime,
    zone: ZoneInfo,
) -> HandOver:
    """Return the record to save before the vault is asked to keep a value.

    It replaces the one before, whose value becomes stale; the same secret is kept anew.

    Raises:
        Refused: Somebody else is handing over a value of the service, or creating a secret.
    """
    require_free(service, before, at, credential.key_id)
    return HandOver(
        service.id,
        HandOverState.KEEPING,
        credential,
        by,
        at,
        kept_until(at, zone),
        at,
        stale=_stale(before, credential.key_id),
        orphans=_orphans(before, credential.key_id),
        version=before.version if before is not None else "",
    )


def renewing(
    service: Service,
    asked: Credential,
    before: HandOver | None,
    *,
    by: Person,
    at: datetime,
    zone: ZoneInfo,
) -> HandOver:
    """Return the record to save before a secret is created. Raises like `keeping`.

    `asked` has no key id yet, the exact name, and an end in whole seconds.
    """
    require_free(service, before, at)
    return HandOver(
        service.id,
        HandOverState.RENEWING,
        asked,
        by,
        at,
        kept_until(at, zone),
        at,
        renewed=True,
        stale=_stale(before),
        orphans=_orphans(before),
        version=before.version if before is not None else "",
    )


def require_free(
    service: Service, before: HandOver | None, now: datetime, key_id: str = ""
) -> None:
    """Raise `Refused` while the outcome of an earlier step is not known."""
    if before is None:
        return
    if before.state == HandOverState.RENEWING:
        raise Refused(
            f"{before.by.name} is creating a secret for {service.name}. Nothing was saved. "
            f"Try again in {GIVE_UP_AFTER // timedelta(minutes=1)} minutes."
        )
    if before.key_id != key_id and is_under_way(before, now):
        raise Refused(
            f"{before.by.name} is handing over a value of {service.name} now. Nothing was saved. "
            f"Try again in {LOOK_AFTER // timedelta(minutes=1)} minutes."
        )


def ready(record: HandOver, credential: Credential, at: datetime) -> DecisionChanges:
    """Return the decision once the vault has the value."""
    kind = DecisionKind.RENEW if record.renewed else DecisionKind.HAND_OVER
    kept = replace(
        record, state=HandOverState.READY, credential=credential, opened=(), why="", changed=at
    )
    return _decision(kind, record.by, kept, at)


def opened(record: HandOver, by: Person, at: datetime) -> DecisionChanges:
    """Return the decision before a value is shown."""
    openings = (*record.opened, Opening(by, at))
    shown = replace(record, state=HandOverState.OPENED, opened=openings, changed=at)
    return _decision(DecisionKind.OPEN, by, shown, at)


def withdrawn(
    service: Service, record: HandOver | None, *, by: Person, at: datetime
) -> DecisionChanges:
    """Return the decision before a value is deleted because a person takes it back.

    Raises:
        Refused: No value is kept, or somebody is handing one over now.
    """
    if record is None or record.state in {HandOverState.DONE, HandOverState.ENDING}:
        left = " It is being deleted." if record is not None and record.failed else ""
        raise Refused(f"There is no value of {service.name} to withdraw.{left} Nothing was saved.")
    if record.state == HandOverState.RENEWING or is_under_way(record, at):
        require_free(service, record, at)
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


def is_the_new(credential: Credential, record: HandOver) -> bool:
    """Return whether a secret is the one that `renew` asked for: same name, end in same second."""
    asked, ends = record.credential, credential.ends
    if credential.kind != Kind.SECRET or credential.name != asked.name:
        return False
    if ends is None or asked.ends is None:
        return False
    return ends.replace(microsecond=0) == asked.ends.replace(microsecond=0)


def _decision(
    kind: DecisionKind, by: Person | None, record: HandOver, at: datetime, why: str = ""
) -> DecisionChanges:
    decision = Decision(at, kind, by, (record.service,), record.key_id, why)
    return DecisionChanges(decision, hand_overs=(record,))


def _stale(before: HandOver | None, key_id: str = "") -> tuple[str, ...]:
    """Return the key ids of values to delete once the new one is ready, without its own."""
    if before is None:
        return ()
    kept = before.kept or before.failed
    return _without(key_id, (*before.stale, before.key_id) if kept else before.stale)


def _orphans(before: HandOver | None, key_id: str = "") -> tuple[str, ...]:
    return _without(key_id, sorted(before.without_value)) if before is not None else ()


def _without(key_id: str, key_ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(each for each in dict.fromkeys(key_ids) if each and each != key_id)
