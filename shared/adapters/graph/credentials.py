"""Make credentials of Graph's passwords and keys. Key ids are in lower case from here on."""

import base64
from collections.abc import Sequence
from datetime import datetime

from shared.adapters.graph.shapes import Key, Password
from shared.core.model.days import end_of, within_bounds
from shared.core.model.directory import Credential, Kind

_make = tuple.__new__
"""What the constructor of a NamedTuple does, without its frame in Python."""


def credentials_of(keys: Sequence[Key], passwords: Sequence[Password]) -> tuple[Credential, ...]:
    """Return the credentials, a signing certificate once.

    For SAML, Entra keeps one certificate as a key to sign, a key to verify and a password for
    the first. All three have one `customKeyIdentifier`, and the password has the key id of the
    key to sign.
    """
    if not keys:
        return tuple([_secret(password) for password in passwords])
    if passwords:
        key_ids = {key.key_id for key in keys}
        identifiers = {key.custom_key_identifier for key in keys if key.custom_key_identifier}
        known = key_ids | identifiers
        passwords = [
            password
            for password in passwords
            if password.key_id not in known and password.custom_key_identifier not in known
        ]
    certificates = [_certificate(key) for key in _without_signing_twins(keys)]
    return (*certificates, *[_secret(password) for password in passwords])


def _without_signing_twins(keys: Sequence[Key]) -> Sequence[Key]:
    """Leave out each key to sign whose certificate is there as a key to verify."""
    if len(keys) == 1:
        return keys
    verifying = {
        (key.custom_key_identifier, key.end_date_time)
        for key in keys
        if key.usage == "Verify" and key.custom_key_identifier
    }
    return [
        key
        for key in keys
        if key.usage != "Sign" or (key.custom_key_identifier, key.end_date_time) not in verifying
    ]


def _secret(password: Password) -> Credential:
    identifier = password.custom_key_identifier
    value = (
        password.key_id.lower(),
        Kind.SECRET,
        password.display_name or (identifier and _old_name(identifier)) or "",
        password.hint or "",
        _start_of(password.start_date_time),
        end_of(password.end_date_time),
        None,
    )
    return _make(Credential, value)


def _certificate(key: Key) -> Credential:
    value = (
        key.key_id.lower(),
        Kind.CERTIFICATE,
        key.display_name or "",
        "",
        _start_of(key.start_date_time),
        end_of(key.end_date_time),
        None,
    )
    return _make(Credential, value)


def _start_of(instant: datetime | None) -> datetime | None:
    return None if instant is None else within_bounds(instant)


def _old_name(identifier: str) -> str:
    """Return the name that the old portal kept in `customKeyIdentifier`, or an empty text.

    It is Base64 of UTF-16LE. Raw bytes, which others keep there, often decode to printable
    characters too, but from all over Unicode; a name has those of one block of 256 besides
    ASCII.
    """
    try:
        name = base64.b64decode(identifier, validate=True).decode("utf-16-le")
    except ValueError:  # binascii.Error and UnicodeDecodeError are kinds of it
        return ""
    blocks = {ord(character) >> 8 for character in name if not character.isascii()}
    return name if name.isprintable() and len(blocks) <= 1 else ""
