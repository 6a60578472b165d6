"""What people begin: to hand a value over, to renew, or to withdraw."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shared.core.decisions import Refused
from shared.core.hand_over.offer import kept_until
from shared.core.hand_over.steps import LOOK_AFTER, is_under_way
from shared.core.model.decision import Person
from shared.core.model.directory import Credential
from shared.core.model.hand_over import READS_LAG, HandOver, HandOverState
from shared.core.model.watchlist import Service


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

    It replaces the one before, whose value becomes stale; the same secret is kept again.

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
            f"Try again in {READS_LAG // timedelta(minutes=1)} minutes."
        )
    if before.key_id != key_id and is_under_way(before, now):
        raise Refused(
            f"{before.by.name} is handing over a value of {service.name} now. Nothing was saved. "
            f"Try again in {LOOK_AFTER // timedelta(minutes=1)} minutes."
        )


def require_withdrawable(service: Service, record: HandOver | None, now: datetime) -> HandOver:
    """Return the record whose value a person may take back.

    Raises:
        Refused: No value is kept, or somebody is handing one over now.
    """
    if record is None or record.state in {HandOverState.DONE, HandOverState.ENDING}:
        left = " It is being deleted." if record is not None and record.failed else ""
        raise Refused(f"There is no value of {service.name} to withdraw.{left} Nothing was saved.")
    require_free(service, record, now)
    return record


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
