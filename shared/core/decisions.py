"""What a person may decide, and the rows that the decision writes.

A decision carries what the person saw. If that is outdated, the decision is refused with a
sentence about the present state, and nothing is saved. An undo confirms an older credential: one
that is live, or else the one before, which is lost.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from shared.core import confirmation
from shared.core.blank import is_blank
from shared.core.judge.validity import is_live
from shared.core.model.age import started_after
from shared.core.model.context import AppSnapshot, CheckContext
from shared.core.model.days import a_year_after
from shared.core.model.decision import (
    Acknowledgement,
    Assignment,
    Decision,
    DecisionKind,
    InUse,
    Person,
)
from shared.core.model.decision_changes import DecisionChanges
from shared.core.model.directory import Credential
from shared.core.model.judgement import Judgement
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss, Standing
from shared.core.visible import visible


class Refused(Exception):
    """The decision is not possible; the text says why, and what the present state is."""


@dataclass(frozen=True, slots=True)
class ShownCredential:
    """What the person saw of the credential."""

    hint: str
    ends: datetime | None

    def is_of(self, credential: Credential) -> bool:
        """Return whether this is what the page shows of a credential."""
        seen = visible(self.hint), self.ends
        return seen == (visible(credential.hint), credential.ends)


def confirm(
    view: ServiceView,
    key_id: str,
    app: AppSnapshot,
    at: CheckContext,
    *,
    by: Person,
    shown: ShownCredential | None = None,
) -> DecisionChanges:
    """Confirm that a service uses a credential of its app; an unclaimed one becomes its own.

    Raises:
        Refused: It is neither live nor what an undo confirms, it has changed, is confirmed
            already, or a pipeline installs it.
    """
    _require_person(view)
    lost = confirmation.lost_before(view, at.memory)
    undo = lost is not None and lost.key_id.casefold() == key_id.casefold()
    credential = lost if lost is not None and undo else _live_credential(key_id, app, at)
    if shown is not None and not shown.is_of(credential):
        raise Refused(
            f"Credential {key_id} has changed since you opened the page. "
            "Nothing was saved; reload and check."
        )
    service = view.service
    before = at.memory.in_use_records.get(service.id)
    if before is not None and before.key_id == credential.key_id and before.by is not None:
        raise Refused(
            f"{service.name} was already confirmed on this credential by {before.by.name}. "
            "Nothing was saved."
        )
    version = before.version if before else ""
    in_use = InUse(service.id, credential.key_id, assumed=False, at=at.now, by=by, version=version)
    taken_back = confirmation.withdrawn(view, at.memory) if undoes(view, credential) else ()
    return DecisionChanges(
        Decision(at.now, DecisionKind.CONFIRM, by, (service.id,), credential.key_id),
        in_use_records=(in_use,),
        previous_credentials=tuple(confirmation.superseded(view, credential, at.memory)),
        assignments=(*confirmation.assigned(view, credential, app, at, by), *taken_back),
    )


def undoes(view: ServiceView, older: Credential) -> bool:
    """Return whether confirming `older` takes back the confirmation of a newer credential.

    While the newer one is lost, it is not an undo: the older one is installed as a stopgap.
    """
    if view.in_use_record is None or view.in_use is None or view.loss != Loss.NONE:
        return False
    return view.in_use_record.settled and started_after(view.in_use, older)


def acknowledge(
    view: ServiceView, until: date, why: str, at: CheckContext, *, by: Person
) -> DecisionChanges:
    """Pause reminders until a local day (inclusive), as long as the situation stays the same.

    Raises:
        Refused: The service is healthy, the reason is missing, or the day is not possible.
    """
    service, zone = view.service, at.watchlist.zone
    if view.standing == Standing.HEALTHY:
        raise Refused(f"{service.name} is healthy; there is nothing to acknowledge.")
    works = view.in_use if view.loss == Loss.NONE else None
    ends = works.ends if works is not None else None
    require_pause(until, why, ends, at.now, zone)
    before = at.memory.acknowledgements.get(service.id)
    version = before.version if before else ""
    given = Acknowledgement(service.id, until, why.strip(), at.now, by, view.situation, version)
    decision = Decision(at.now, DecisionKind.ACKNOWLEDGE, by, (service.id,), why=given.why)
    return DecisionChanges(decision, acknowledgements=(given,))


def require_pause(
    until: date, why: str, ends: datetime | None, now: datetime, zone: ZoneInfo
) -> None:
    """Raise `Refused` unless reminders can pause until a day, for a reason.

    `ends` is when the credential expires; `None` if that does not limit the pause.
    """
    if is_blank(why):
        raise Refused("An acknowledgement needs a reason. Add one, so that others know.")
    today = now.astimezone(zone).date()
    if until < today:
        raise Refused(f"{until} is in the past. Choose today ({today}) or a later date.")
    year = a_year_after(today)
    if until > year:
        raise Refused(f"Reminders pause for a year at most. Choose a date up to {_day(year)}.")
    last = ends.astimezone(zone).date() if ends is not None else until
    if until > last:
        raise Refused(f"Choose a date up to {_day(last)}, when the credential expires.")


def claim(
    key_id: str,
    services: Iterable[str],
    judgement: Judgement,
    app: AppSnapshot,
    at: CheckContext,
    *,
    by: Person,
) -> DecisionChanges:
    """Assign a credential to one or more services; to none in order to ignore it.

    Raises:
        Refused: The credential is not on the app any more, or a service is not the app's.
    """
    services, name = tuple(dict.fromkeys(services)), app.record.name
    if all(c.key_id != key_id for c in app.credentials):
        raise Refused(f"There is no credential {key_id} on {name}. {_live_credentials(app, at)}")
    known = {view.service.id for view in judgement.services if view.app.key == app.record.key}
    for service in services:
        if service not in known:
            names = ", ".join(sorted(known))
            raise Refused(f"{service} is not a service of {name}. Its services are {names}.")
    before = at.memory.assignments.get(key_id)
    given = Assignment(key_id, services, at.now, by, version=before.version if before else "")
    decision = Decision(at.now, DecisionKind.CLAIM, by, services, key_id)
    return DecisionChanges(decision, assignments=(given,))


def _require_person(view: ServiceView) -> None:
    if view.service.by_pipeline:
        raise Refused(
            f"A pipeline installs the credentials of {view.service.name}, and the newest one that "
            "works counts as in use. There is nothing to confirm. Nothing was saved."
        )


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _live_credential(key_id: str, app: AppSnapshot, at: CheckContext) -> Credential:
    same = (c for c in app.credentials if c.key_id.casefold() == key_id.casefold())
    credential = next(same, None)
    if credential is not None and is_live(credential, at.now):
        return credential
    fault = "is not on the app" if credential is None else "is not live"
    raise Refused(
        f"Credential {key_id} {fault} ({app.record.name}). Nothing was saved. "
        f"{_live_credentials(app, at)}"
    )


def _live_credentials(app: AppSnapshot, at: CheckContext) -> str:
    live = (c for c in app.credentials if is_live(c, at.now))
    texts = [f"{c.key_id} ({_name(c)}, begins with {c.hint or '?'})" for c in live]
    return f"Its live credentials: {'; '.join(texts)}." if texts else "It has no live credentials."


def _name(credential: Credential) -> str:
    return "unnamed" if is_blank(credential.name) else credential.name
