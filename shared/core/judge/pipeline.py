"""The standing of a service whose credential a pipeline creates and installs.

The newest live credential is in use as soon as it is seen; nobody confirms it, and older ones are
not leftovers. What is watched is the pipeline; the first line that applies:

1. unmatched: the service never had a credential, and no rule matches one;
2. missing: no live credential is left;
3. expiring: the newest reached a reminder before it was replaced, or its rotation is late;
4. healthy.
"""

from collections.abc import Iterable
from datetime import datetime

from shared.core.judge.acknowledgement import resumed, valid_acknowledgement
from shared.core.judge.claims import OwnCredentials
from shared.core.judge.rotation import late_since, reminders
from shared.core.judge.severity import severity_of
from shared.core.judge.situation import BY_PIPELINE, Situation, last_situation
from shared.core.judge.validity import has_ended, is_live
from shared.core.model.age import creation_order
from shared.core.model.context import CheckContext
from shared.core.model.days import days_until
from shared.core.model.directory import AppRecord, Credential
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss, Severity, Standing
from shared.core.model.watchlist import Service


def view_of_pipeline(
    service: Service, app: AppRecord, credentials: OwnCredentials, at: CheckContext
) -> ServiceView:
    """Judge a service that no person installs."""
    zone = at.watchlist.zone
    newest = newest_live(credentials.own, at.now)
    known = _known_key_id(service, credentials, at)
    in_use = newest or _last_used(known, credentials.own, at)
    key_id = in_use.key_id if in_use is not None else known
    loss = Loss.NONE if newest is not None or not key_id else _loss(key_id, credentials.present)
    days_left = days_until(in_use.ends if in_use is not None else None, at.now, zone)
    late = late_since(service, newest, at) if newest is not None else None
    near = days_left is not None and days_left <= max(reminders(service, in_use, zone), default=-1)
    standing = _standing(key_id, loss, overdue=near or late is not None)
    severity = severity_of(standing, loss, days_left)
    if late is not None:
        severity = max(severity, Severity.WARNING, key=lambda each: each.rank)
    situation = Situation(standing, key_id, "", Loss.NONE, BY_PIPELINE).text
    return ServiceView(
        service=service,
        app=app,
        standing=standing,
        severity=severity,
        in_use=in_use,
        in_use_record=None,
        replacement=None,
        upcoming=False,
        leftovers=(),
        shared=frozenset(),
        loss=loss,
        days_left=days_left,
        situation=situation,
        acknowledged=valid_acknowledgement(service.id, situation, at),
        resumed=resumed(service.id, at),
        late_since=late,
    )


def newest_live(own: Iterable[Credential], now: datetime) -> Credential | None:
    """Return the credential that a pipeline installed last; `None` if none is live."""
    return max((c for c in own if is_live(c, now)), key=creation_order, default=None)


def _standing(key_id: str, loss: Loss, *, overdue: bool) -> Standing:
    if not key_id:
        return Standing.UNMATCHED
    if loss != Loss.NONE:
        return Standing.MISSING
    return Standing.EXPIRING if overdue else Standing.HEALTHY


def _last_used(known_key_id: str, own: Iterable[Credential], at: CheckContext) -> Credential | None:
    """Return the newest credential that was in use before none was left."""
    known = at.memory.credential_records.get(known_key_id)
    last = [c for c in own if has_ended(c, at.now)]
    if known is not None:
        last.append(known.credential)
    return max(last, key=creation_order, default=None)


def _known_key_id(service: Service, credentials: OwnCredentials, at: CheckContext) -> str:
    """Return the key id that was in use at the last check; empty if there was none.

    One that is on the app and does not match the claim was a person's.
    """
    last = last_situation(service.id, at.memory)
    others = {c.key_id for c in credentials.present} - {c.key_id for c in credentials.own}
    return last.in_use if last is not None and last.in_use not in others else ""


def _loss(key_id: str, present: Iterable[Credential]) -> Loss:
    return Loss.EXPIRED if any(c.key_id == key_id for c in present) else Loss.DELETED
