"""What all documents for programs have in common: how an instant and a credential are written in them."""

from datetime import UTC, datetime

from shared.core.model.directory import Credential

type Json = dict[str, object]


def credential_document(credential: Credential | None) -> Json | None:
    """Describe a credential: everything that we know, which is never its value."""
    if credential is None:
        return None
    return {
        "key_id": credential.key_id,
        "kind": credential.kind,
        "name": credential.name or None,
        "hint": credential.hint or None,
        "starts": instant(credential.starts),
        "ends": instant(credential.ends),
    }


def instant(at: datetime | None) -> str | None:
    """Write an instant as RFC 3339 in UTC, to the second."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
