"""What a person may decide, and what follows for the ledger. A decision that does not hold is refused with a sentence.

What the person was shown travels with the decision: if it no longer holds, nothing is recorded, and the present state is
said instead. Confirming an older live credential is the undo.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from shared.core.judge.claims import claimed_by
from shared.core.judge.snapshot import AppSnapshot, CheckContext
from shared.core.judge.standing import is_live, started_after
from shared.core.model.changes import DecisionChanges
from shared.core.model.directory import Credential
from shared.core.model.memory import (
    Acknowledgement,
    Assignment,
    Decision,
    DecisionKind,
    InUse,
    Memory,
    Person,
    PreviousCredential,
)
from shared.core.model.views import Judgement, Loss, ServiceView
from shared.core.model.vocabulary import Standing


class Refused(Exception):
    """The decision does not hold; the text says why, and how things are."""


@dataclass(frozen=True, slots=True)
class ShownCredential:
    """What the person saw of the credential when they decided: its hint and its end."""

    hint: str
    ends: datetime | None


def confirm(
    view: ServiceView,
    key_id: str,
    seen: AppSnapshot,
    at: CheckContext,
    *,
    by: Person,
    shown: ShownCredential | None = None,
) -> DecisionChanges:
    """Record that the service of `view` uses the credential `key_id` of its app now; an unclaimed one becomes its own.

    Raises `Refused` if that is no live credential of the app, if it is not what was shown, or if it is confirmed already.
    """
    credential = _live(key_id, seen, at)
    if shown is not None and (shown.hint != credential.hint or shown.ends != credential.ends):
        raise Refused(
            f"The credential {key_id} is not what you were shown any more. Nothing was recorded; please look again."
        )
    held = at.memory.in_use_records.get(view.service.id)
    if held is not None and held.key_id == credential.key_id and held.by is not None:
        raise Refused(
            f"{view.service.name} was already confirmed on this credential by {held.by.name}. Nothing was recorded."
        )
    hold = InUse(
        view.service.id,
        credential.key_id,
        assumed=False,
        at=at.now,
        by=by,
        version=held.version if held else "",
    )
    return DecisionChanges(
        decision=Decision(at.now, DecisionKind.CONFIRM, by, (view.service.id,), credential.key_id),
        in_use_records=(hold,),
        previous_credentials=tuple(_superseded(view, credential, at.memory)),
        assignments=(
            *_claimed_with_it(view, credential, seen, at, by),
            *_withdrawn(view, credential, at.memory),
        ),
    )


def undoes(view: ServiceView, older: Credential) -> bool:
    """Say whether to confirm `older` takes back what was settled: that the service of `view` uses a newer one."""
    return (
        view.in_use_record is not None
        and view.in_use_record.settled
        and view.in_use is not None
        and started_after(view.in_use, older)
    )


def acknowledge(
    view: ServiceView, until: date, why: str, at: CheckContext, *, by: Person
) -> DecisionChanges:
    """Record that somebody knows, until a local day (inclusive): it quiets what is far away, and only in this situation.

    Raises `Refused` if nothing is open, if no reason is given, or if the day is past or after the credential's end.
    """
    zone = at.watchlist.zone
    today = at.now.astimezone(zone).date()
    if view.standing == Standing.HEALTHY:
        raise Refused(f"{view.service.name} is healthy; there is nothing to acknowledge.")
    if not why.strip():
        raise Refused("An acknowledgement needs a reason: say why, so that the others know.")
    if until < today:
        raise Refused(f"The day {until} is past; give today ({today}) or a later one.")
    ends = view.in_use.ends if view.in_use is not None else None
    if (
        view.loss == Loss.NONE
        and ends is not None
        and until > (last := ends.astimezone(zone).date())
    ):
        raise Refused(
            f"An acknowledgement cannot outlive the credential, which ends on {last}; give that day or an earlier one."
        )
    before = at.memory.acknowledgements.get(view.service.id)
    given = Acknowledgement(
        view.service.id,
        until,
        why.strip(),
        at.now,
        by,
        view.situation,
        before.version if before else "",
    )
    decision = Decision(at.now, DecisionKind.ACKNOWLEDGE, by, (view.service.id,), why=given.why)
    return DecisionChanges(decision=decision, acknowledgements=(given,))


def claim(
    key_id: str,
    services: Iterable[str],
    judgement: Judgement,
    seen: AppSnapshot,
    at: CheckContext,
    *,
    by: Person,
) -> DecisionChanges:
    """Record whose credential `key_id` is: that of one service, of several, or of none ("ignore it").

    Raises `Refused` if it is not on the app any more, or if a service is not one of the app's.
    """
    services = tuple(dict.fromkeys(services))
    if all(c.key_id != key_id for c in seen.credentials):
        raise Refused(
            f"There is no credential {key_id} on {seen.record.name}. {_what_is_there(seen, at)}"
        )
    known = {view.service.id for view in judgement.services if view.app.key == seen.record.key}
    for service in services:
        if service not in known:
            raise Refused(
                f"{service} is not a service of {seen.record.name}; its services are {', '.join(sorted(known))}."
            )
    before = at.memory.assignments.get(key_id)
    given = Assignment(key_id, services, at.now, by, version=before.version if before else "")
    return DecisionChanges(
        decision=Decision(at.now, DecisionKind.CLAIM, by, services, key_id), assignments=(given,)
    )


def _live(key_id: str, seen: AppSnapshot, at: CheckContext) -> Credential:
    credential = next(
        (c for c in seen.credentials if c.key_id.casefold() == key_id.casefold()), None
    )
    if credential is None or not is_live(credential, at.now):
        fault = "is not on the app" if credential is None else "is not live"
        raise Refused(
            f"The credential {key_id} {fault} ({seen.record.name}). Nothing was recorded. {_what_is_there(seen, at)}"
        )
    return credential


def _what_is_there(seen: AppSnapshot, at: CheckContext) -> str:
    live = [
        f"{c.key_id} ({c.name or 'unnamed'}, begins with {c.hint or '?'})"
        for c in seen.credentials
        if is_live(c, at.now)
    ]
    return f"Live credentials there: {'; '.join(live)}." if live else "No live credential is there."


def _superseded(
    view: ServiceView, newer: Credential, memory: Memory
) -> Iterable[PreviousCredential]:
    """What was in use stays the service's own once something newer took its place; what was confirmed by mistake does not."""
    held = memory.in_use_records.get(view.service.id)
    if held is not None and view.in_use is not None and started_after(newer, view.in_use):
        yield PreviousCredential(view.service.id, held.key_id)


def _withdrawn(view: ServiceView, older: Credential, memory: Memory) -> Iterable[Assignment]:
    """Take back the claim that the confirmation before this one made, or its part in it, if this one is its undo."""
    held = memory.in_use_records.get(view.service.id)
    made = memory.assignments.get(held.key_id) if held is not None else None
    if (
        not undoes(view, older)
        or held is None
        or made is None
        or made.at != held.at
        or held.service not in made.services
    ):
        return
    others = tuple(service for service in made.services if service != held.service)
    yield replace(made, services=others) if others else replace(made, withdrawn=True)


def _claimed_with_it(
    view: ServiceView, credential: Credential, seen: AppSnapshot, at: CheckContext, by: Person
) -> Iterable[Assignment]:
    """A credential that is confirmed for a service is that service's too from now on, where nobody's rule or a person's word said so."""
    watched = next(app for app in at.watchlist.apps if app.key == seen.record.key)
    before = at.memory.assignments.get(credential.key_id)
    said = before.services if before is not None and not before.withdrawn else ()
    if not claimed_by(credential, watched.services, at.memory).services or (
        said and view.service.id not in said
    ):
        yield Assignment(
            credential.key_id,
            (*said, view.service.id),
            at.now,
            by,
            version=before.version if before else "",
        )
