"""The certificate with which a service principal signs tokens, named by its thumbprint."""

import base64

from shared.adapters.graph.shapes import Key, ListedPrincipal, ListedRecord

SHA1_BYTES = 20


def signing_key_ids(record: ListedRecord) -> frozenset[str]:
    """Return the key ids of the signing certificate; none for an application."""
    if not isinstance(record, ListedPrincipal):
        return frozenset()
    wanted = (record.preferred_token_signing_key_thumbprint or "").upper()
    if not wanted:
        return frozenset()
    keys = record.key_credentials
    return frozenset(key.key_id.lower() for key in keys if _thumbprint(key) == wanted)


def _thumbprint(key: Key) -> str:
    """Return the SHA-1 in hex. SAML principals keep it as Base64 of its bytes, apps as hex."""
    identifier = key.custom_key_identifier or ""
    try:
        raw = base64.b64decode(identifier, validate=True)
    except ValueError:
        return identifier.upper()
    return raw.hex().upper() if len(raw) == SHA1_BYTES else identifier.upper()
