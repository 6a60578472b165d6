"""Whether a credential works at an instant, and which of two credentials is newer."""

from datetime import datetime

from shared.core.model.days import FAR_AWAY, LONG_AGO
from shared.core.model.directory import Credential


def is_live(credential: Credential, now: datetime) -> bool:
    """Return whether a credential works: it has started and not expired."""
    return has_started(credential, now) and not has_ended(credential, now)


def has_started(credential: Credential, now: datetime) -> bool:
    """Return whether a credential has started; one without a start has."""
    return credential.starts is None or credential.starts <= now


def has_ended(credential: Credential, now: datetime) -> bool:
    """Return whether a credential has expired, by the instant."""
    return credential.ends is not None and credential.ends <= now


def creation_order(credential: Credential) -> tuple[datetime, datetime, str]:
    """Return a sort key, oldest first: start, end, and the key id to keep the order stable."""
    return (credential.starts or LONG_AGO, credential.ends or FAR_AWAY, credential.key_id)


def expiry_order(credential: Credential) -> tuple[datetime, datetime, datetime, str]:
    """Return a sort key: first to expire first, then oldest first."""
    return (credential.ends or FAR_AWAY, *creation_order(credential))


def started_after(credential: Credential, other: Credential) -> bool:
    """Return whether a credential is newer than another.

    Of two that were created in the same second, the one that lasts longer is newer.
    """
    return creation_order(credential)[:2] > creation_order(other)[:2]
