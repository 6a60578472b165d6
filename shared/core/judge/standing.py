"""The standing of a service: the first line that applies.

1. awaiting_install: a replacement is live, and nobody has confirmed that the service uses it;
2. unmatched: it never had a credential, and no rule matches one;
3. missing: the credential in use was deleted, and there is no replacement;
4. expired: the credential in use has expired, and there is no replacement;
5. expiring: it expires within the ladder;
6. healthy.

The credential in use is a key id in the ledger; rules never change it. If several live
credentials are there at first, the first to expire is assumed to be in use until a person confirms
one. The newest is never assumed. A secret that is being handed over is not in use yet; if nobody
confirmed it, it is assumed afterwards. A secret whose value nobody knows (see `new_secrets`) cannot
be installed: it replaces nothing, and no service is assumed to use it.
"""

from collections.abc import Iterable
from datetime import datetime

from shared.core.judge.acknowledgement import resumed, valid_acknowledgement
from shared.core.judge.claims import OwnCredentials
from shared.core.judge.new_secrets import is_of_unknown_value
from shared.core.judge.severity import severity_of
from shared.core.judge.situation import last_situation, situation_of
from shared.core.judge.validity import expiry_order, has_ended, has_started, is_live
from shared.core.model.age import creation_order, started_after
from shared.core.model.context import CheckContext
from shared.core.model.days import days_until
from shared.core.model.decision import InUse
from shared.core.model.directory import AppRecord, Credential
from shared.core.model.hand_over import HandOverState, hand_over_at
from shared.core.model.memory import Memory
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss, Standing
from shared.core.model.watchlist import Service


def view_service(
    service: Service, app: AppRecord, credentials: OwnCredentials, at: CheckContext
) -> ServiceView:
    """Judge one service of an app that was read completely, or that is remembered."""
    memory, now, own = at.memory, at.now, credentials.own
    installable = tuple(each for each in own if not is_of_unknown_value(each, memory))
    record = (
        memory.in_use_records.get(service.id)
        or _handed_over(service, installable, at)
        or first_in_use(service, installable, at)
    )
    in_use = _credential_in_use(record, credentials.present, memory)
    loss = _loss(record, in_use, credentials.present, now)
    replacement = replacement_of(in_use, loss, installable, now)
    live = replacement if replacement is not None and has_started(replacement, now) else None
    days_left = days_until(in_use.ends if in_use else None, now, at.watchlist.zone)
    standing = _standing(service, record, live, loss, days_left)
    leftovers = _leftovers(record, in_use, own, now)
    situation = situation_of(standing, record, live, loss).text
    return ServiceView(
        service=service,
        app=app,
        standing=standing,
        severity=severity_of(standing, loss, days_left),
        in_use=in_use,
        in_use_record=record,
        replacement=replacement,
        upcoming=replacement is not None and live is None,
        leftovers=leftovers,
        shared=credentials.in_use_elsewhere & {each.key_id for each in leftovers},
        loss=loss,
        days_left=days_left,
        situation=situation,
        acknowledged=valid_acknowledgement(service.id, situation, at),
        resumed=resumed(service.id, at),
        hand_over=hand_over_at(memory.hand_overs.get(service.id), now),
        hands_over=memory.hands_over,
    )


def _handed_over(service: Service, own: Iterable[Credential], at: CheckContext) -> InUse | None:
    """Return what a pipeline installed last, if it did so until the watchlist changed."""
    last = last_situation(service.id, at.memory)
    if last is None or not last.by_pipeline:
        return None
    live = (c for c in own if c.key_id == last.in_use and is_live(c, at.now))
    return next((InUse(service.id, c.key_id, assumed=False, at=at.now) for c in live), None)


def first_in_use(service: Service, own: Iterable[Credential], at: CheckContext) -> InUse | None:
    """Return the first live credential to expire, else the last one that expired."""
    now, record = at.now, at.memory.hand_overs.get(service.id)
    new = record.key_id if record is not None else ""
    if record is not None and record.state != HandOverState.DONE:
        own = (c for c in own if c.key_id != new)
    in_order = sorted(own, key=expiry_order)
    live = [c for c in in_order if is_live(c, now)]
    if live:
        first = live[0]
        assumed = len(live) > 1 or first.key_id == new
        return InUse(service.id, first.key_id, assumed=assumed, at=now)
    ended = [c for c in in_order if has_ended(c, now)]
    return InUse(service.id, ended[-1].key_id, assumed=False, at=now) if ended else None


def replacement_of(
    in_use: Credential | None, loss: Loss, own: Iterable[Credential], now: datetime
) -> Credential | None:
    """Return the credential to install next: the newest that is newer than the one in use.

    If that is lost, and nothing is newer, the newest of the others. Of several, one that has not
    started only if none is live.
    """
    used = in_use.key_id if in_use is not None else ""
    others = [c for c in own if not has_ended(c, now) and c.key_id != used]
    if in_use is not None:
        newer = [c for c in others if started_after(c, in_use)]
        others = newer if newer or loss == Loss.NONE else others
    return max(others, key=lambda c: (has_started(c, now), creation_order(c)), default=None)


def _credential_in_use(
    record: InUse | None, present: Iterable[Credential], memory: Memory
) -> Credential | None:
    if record is None:
        return None
    known = memory.credential_records.get(record.key_id)
    present_one = (c for c in present if c.key_id == record.key_id)
    return next(present_one, known.credential if known else None)


def _loss(
    record: InUse | None, in_use: Credential | None, present: Iterable[Credential], now: datetime
) -> Loss:
    if record is None:
        return Loss.NONE
    if all(c.key_id != record.key_id for c in present):
        return Loss.DELETED
    return Loss.EXPIRED if in_use is not None and has_ended(in_use, now) else Loss.NONE


def _standing(
    service: Service,
    record: InUse | None,
    live_replacement: Credential | None,
    loss: Loss,
    days_left: int | None,
) -> Standing:
    if live_replacement is not None:
        return Standing.AWAITING_INSTALL
    if record is None:
        return Standing.UNMATCHED
    if loss != Loss.NONE:
        return Standing.MISSING if loss == Loss.DELETED else Standing.EXPIRED
    near = days_left is not None and days_left <= service.ladder[0]
    return Standing.EXPIRING if near else Standing.HEALTHY


def _leftovers(
    record: InUse | None, in_use: Credential | None, own: Iterable[Credential], now: datetime
) -> tuple[Credential, ...]:
    """Return the older live credentials of a service that was confirmed on a newer one."""
    if record is None or in_use is None or not record.settled:
        return ()
    others = (c for c in own if c.key_id != in_use.key_id and is_live(c, now))
    return tuple(sorted((c for c in others if not started_after(c, in_use)), key=creation_order))
