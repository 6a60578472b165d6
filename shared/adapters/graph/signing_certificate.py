"""The certificates with which a service principal signs tokens.

Graph names the active one by its SHA-1 thumbprint, but has no field for the thumbprint of a
certificate. Its `customKeyIdentifier` has one of several forms: the thumbprint, as Entra writes
it; the SHA-256 of the thumbprint's letters, as Microsoft's guide for custom signing keys writes
it; or any other bytes.
"""

import base64
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256

from shared.adapters.graph.shapes import Key, ListedPrincipal, ListedRecord


def signing_key_ids(record: ListedRecord) -> frozenset[str]:
    """Return the key ids of every certificate that may be the active one; none for an application.

    If no identifier shows which one is active, or Graph does not say it, that is any of them.
    """
    if not isinstance(record, ListedPrincipal):
        return frozenset()
    keys = record.key_credentials
    letters = "".join(filter(str.isalnum, record.preferred_token_signing_key_thumbprint or ""))
    known = _identifiers(letters)
    active = [key for key in keys if letters and known & set(_read(key))]
    return frozenset(key.key_id.lower() for key in (active or keys))


def _identifiers(thumbprint: str) -> frozenset[str]:
    """Return the identifiers, in hex, that name a certificate with this thumbprint."""
    letters = (thumbprint.upper(), thumbprint.lower())
    hashes = (sha256(each.encode()).hexdigest() for each in letters)
    return frozenset((thumbprint.lower(), *hashes))


def _read(key: Key) -> Iterator[str]:
    """Yield what an identifier may mean, in hex: it is hex itself, or Base64 of the bytes."""
    identifier = key.custom_key_identifier or ""
    yield "".join(filter(str.isalnum, identifier)).lower()
    with suppress(ValueError):
        padded = identifier + "=" * (-len(identifier) % 4)
        yield base64.b64decode(padded, altchars=b"-_").hex()
