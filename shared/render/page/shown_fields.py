"""The hidden fields of a form: the credential as the page showed it.

A decision is refused if the credential has changed since.
"""

from datetime import UTC, datetime
from typing import NamedTuple

from shared.core.model.directory import Credential
from shared.core.visible import visible


class ShownFields(NamedTuple):
    """Which credential is meant, and how it looked."""

    key_id: str
    hint: str
    ends: str
    """RFC 3339 in UTC, with a fraction only where the end has one; empty: it does not expire."""


def shown_fields(credential: Credential) -> ShownFields:
    """Return the hidden fields for a credential; its texts are as a reader may see them."""
    return ShownFields(
        visible(credential.key_id), visible(credential.hint), _exact(credential.ends)
    )


def _exact(ends: datetime | None) -> str:
    return "" if ends is None else ends.astimezone(UTC).isoformat().replace("+00:00", "Z")
