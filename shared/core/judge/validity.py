"""Whether a credential works at an instant, and which one expires first."""

from datetime import datetime

from shared.core.model.age import creation_order
from shared.core.model.days import FAR_AWAY
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


def expiry_order(credential: Credential) -> tuple[datetime, datetime, datetime, str]:
    """Return a sort key: first to expire first, then oldest first."""
    return (credential.ends or FAR_AWAY, *creation_order(credential))
