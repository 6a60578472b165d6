"""The hidden fields of a form: the credential as the page showed it.

A decision is refused if the credential has changed since.
"""

from datetime import UTC, datetime
from typing import NamedTuple

from shared.core.model.directory import Credential


class ShownFields(NamedTuple):
    """Which credential is meant, and how it looked."""

    key_id: str
    hint: str
    ends: str
    """RFC 3339 in UTC, with a fraction only where the end has one; empty: it does not expire."""


def shown_fields(credential: Credential) -> ShownFields:
    """Return the hidden fields for a credential.

    What UTF-8 cannot encode is replaced; a decision with that field is refused.
    """
    return ShownFields(
        _sendable(credential.key_id), _sendable(credential.hint), _exact(credential.ends)
    )


def _sendable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _exact(ends: datetime | None) -> str:
    return "" if ends is None else ends.astimezone(UTC).isoformat().replace("+00:00", "Z")
