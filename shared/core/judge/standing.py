"""Where a service is now: the first line that fits decides.

1. unmatched: it never had a credential, and no rule finds one;
2. awaiting_install: a replacement is live and nothing shows that the service uses it;
3. missing: the credential in use is gone from the app, and nothing replaces it;
4. expired: it has ended, and nothing replaces it;
5. expiring: it ends within the ladder;
6. healthy.

What is in use is a key id in the ledger; rules never take it away. At first sight of several live credentials, the one
that ends first is in use and a person settles it: the newer one is never assumed to be used.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from shared.core.judge.situation import situation_of
from shared.core.judge.snapshot import CheckContext
from shared.core.model.days import days_between
from shared.core.model.directory import Credential
from shared.core.model.memory import Acknowledgement, AppRecord, InUse, Memory
from shared.core.model.views import Loss, ServiceView
from shared.core.model.vocabulary import Severity, Standing
from shared.core.model.watchlist import Service

LONG_AGO = datetime.min.replace(tzinfo=UTC)
FAR_AWAY = datetime.max.replace(tzinfo=UTC)


class OwnCredentials(NamedTuple):
    """The credentials a service may use: those that are its own, and what else lies on the app."""

    own: tuple[Credential, ...]
    present: tuple[Credential, ...]
    """Everything on the app, whoever owns it."""
    in_use_elsewhere: frozenset[str]
    """Key ids that other services of the app use."""


def is_live(credential: Credential, now: datetime) -> bool:
    """Say whether a credential works at `now`: it has started and not ended."""
    return has_started(credential, now) and not has_ended(credential, now)


def has_started(credential: Credential, now: datetime) -> bool:
    """Say whether a credential has started; one without a start has."""
    return credential.starts is None or credential.starts <= now


def has_ended(credential: Credential, now: datetime) -> bool:
    """Say whether a credential has ended, by the instant; one that does not expire never has."""
    return credential.ends is not None and credential.ends <= now


def creation_order(credential: Credential) -> tuple[datetime, datetime, str]:
    """Order credentials from old to new: by start, then by end, then by key id so that the order is always the same."""
    return (credential.starts or LONG_AGO, credential.ends or FAR_AWAY, credential.key_id)


def started_after(credential: Credential, other: Credential) -> bool:
    """Say whether a credential is newer than another; of two made in the same second the one that lasts longer is."""
    return creation_order(credential)[:2] > creation_order(other)[:2]


def first_hold(service: Service, own: Iterable[Credential], now: datetime) -> InUse | None:
    """Choose what a service uses when it is seen for the first time; `None` if there is nothing to choose from."""
    own = tuple(own)
    live = sorted(
        (c for c in own if is_live(c, now)), key=lambda c: (c.ends or FAR_AWAY, *creation_order(c))
    )
    if live:
        return InUse(service=service.id, key_id=live[0].key_id, assumed=len(live) > 1, at=now)
    ended = sorted(
        (c for c in own if has_ended(c, now)),
        key=lambda c: (c.ends or FAR_AWAY, *creation_order(c)),
    )
    return (
        InUse(service=service.id, key_id=ended[-1].key_id, assumed=False, at=now) if ended else None
    )


def replacement_of(
    in_use: Credential | None, over: Loss, own: Iterable[Credential], now: datetime
) -> Credential | None:
    """Find what the service should be given next: the newest live one after the one in use, or the newest of all when that is over.

    A candidate that has not started yet is given only when no live one is there.
    """
    others = [
        c for c in own if not has_ended(c, now) and (in_use is None or c.key_id != in_use.key_id)
    ]
    if in_use is not None and over == Loss.NONE:
        others = [c for c in others if started_after(c, in_use)]
    return max(others, key=lambda c: (has_started(c, now), creation_order(c)), default=None)


def severity_of(standing: Standing, over: Loss, days_left: int | None) -> Severity:
    """Say how urgent a standing is, by the days that are left to the credential in use."""
    if standing in {Standing.MISSING, Standing.EXPIRED, Standing.APP_PROBLEM} or over != Loss.NONE:
        return Severity.CRITICAL
    match standing:
        case Standing.UNMATCHED:
            return Severity.WARNING
        case Standing.EXPIRING | Standing.AWAITING_INSTALL:
            return severity_of_days(days_left)
        case _:
            return Severity.OK


def severity_of_days(days_left: int | None) -> Severity:
    """Say how urgent an end is: more than 30 days notice, 30 to 8 warning, 7 and fewer critical."""
    if days_left is None or days_left > 30:  # noqa: PLR2004  (the two steps are the rule of this function)
        return Severity.NOTICE
    return Severity.WARNING if days_left > 7 else Severity.CRITICAL  # noqa: PLR2004  (as above)


def view_service(
    service: Service, app: AppRecord, mine: OwnCredentials, at: CheckContext
) -> ServiceView:
    """Judge one service of an app that was read completely, or that is remembered."""
    memory, now = at.memory, at.now
    hold = memory.in_use_records.get(service.id) or first_hold(service, mine.own, now)
    in_use = _in_use(hold, mine.present, memory)
    over = _over(hold, in_use, mine.present, now)
    replacement = replacement_of(in_use, over, mine.own, now)
    live = replacement if replacement is not None and has_started(replacement, now) else None
    days_left = (
        days_between(now, in_use.ends, at.watchlist.zone)
        if in_use is not None and in_use.ends is not None
        else None
    )
    standing = _standing(service, hold, live, over, days_left)
    situation = situation_of(standing, hold.key_id if hold else "", live, over, hold).text
    return ServiceView(
        service=service,
        app=app,
        standing=standing,
        severity=severity_of(standing, over, days_left),
        in_use=in_use,
        in_use_record=hold,
        replacement=replacement,
        upcoming=replacement is not None and live is None,
        leftovers=(leftovers := _leftovers(hold, in_use, mine, now)),
        shared=mine.in_use_elsewhere & {leftover.key_id for leftover in leftovers},
        loss=over,
        days_left=days_left,
        situation=situation,
        acknowledged=_standing_acknowledgement(
            memory.acknowledgements.get(service.id), situation, at
        ),
    )


def _in_use(hold: InUse | None, present: Iterable[Credential], memory: Memory) -> Credential | None:
    if hold is None:
        return None
    here = next((c for c in present if c.key_id == hold.key_id), None)
    if here is not None:
        return here
    remembered = memory.credential_records.get(hold.key_id)
    return remembered.credential if remembered else None


def _over(
    hold: InUse | None, in_use: Credential | None, present: Iterable[Credential], now: datetime
) -> Loss:
    if hold is None:
        return Loss.NONE
    if all(c.key_id != hold.key_id for c in present):
        return Loss.DELETED
    return Loss.EXPIRED if in_use is not None and has_ended(in_use, now) else Loss.NONE


def _standing(
    service: Service, hold: InUse | None, live: Credential | None, over: Loss, days_left: int | None
) -> Standing:
    if hold is None:
        return Standing.UNMATCHED
    if live is not None:
        return Standing.AWAITING_INSTALL
    if over != Loss.NONE:
        return Standing.MISSING if over == Loss.DELETED else Standing.EXPIRED
    return (
        Standing.EXPIRING
        if days_left is not None and days_left <= service.ladder[0]
        else Standing.HEALTHY
    )


def _leftovers(
    hold: InUse | None, in_use: Credential | None, mine: OwnCredentials, now: datetime
) -> tuple[Credential, ...]:
    """Give the live older credentials of a service that was confirmed on a newer one."""
    if hold is None or in_use is None or not hold.settled:
        return ()
    older = (
        c
        for c in mine.own
        if c.key_id != in_use.key_id and is_live(c, now) and not started_after(c, in_use)
    )
    return tuple(sorted(older, key=creation_order))


def _standing_acknowledgement(
    given: Acknowledgement | None, situation: str, at: CheckContext
) -> Acknowledgement | None:
    """Give an acknowledgement that still holds: the same situation, and not later than its last day."""
    if (
        given is None
        or given.situation != situation
        or at.now.astimezone(at.watchlist.zone).date() > given.until
    ):
        return None
    return given
