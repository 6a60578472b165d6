"""Which of two credentials is newer."""

from datetime import datetime

from shared.core.model.days import FAR_AWAY, LONG_AGO
from shared.core.model.directory import Credential


def creation_order(credential: Credential) -> tuple[datetime, datetime, str]:
    """Return a sort key, oldest first: start, end, and the key id to keep the order stable."""
    return (credential.starts or LONG_AGO, credential.ends or FAR_AWAY, credential.key_id)


def started_after(credential: Credential, other: Credential) -> bool:
    """Return whether a credential is newer than another.

    Of two that were created in the same second, the one that lasts longer is newer. One whose
    start is not known counts as the oldest.
    """
    return creation_order(credential)[:2] > creation_order(other)[:2]
