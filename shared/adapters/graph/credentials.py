"""Make credentials of Graph's passwords and keys. Key ids are in lower case from here on."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from shared.adapters.graph.old_name import old_name
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


def copies_of(keys: Sequence[Key]) -> tuple[tuple[str, ...], ...]:
    """Return the key ids of each certificate that was uploaded more than once.

    All its copies have the same thumbprint and the same dates.
    """
    if len(keys) == 1:
        return ()
    groups: defaultdict[object, list[str]] = defaultdict(list)
    for key in _without_signing_twins(keys):
        if key.custom_key_identifier:
            dates = key.start_date_time, key.end_date_time
            groups[key.custom_key_identifier, dates].append(key.key_id.lower())
    return tuple(tuple(sorted(set(copies))) for copies in groups.values() if len(copies) > 1)


def without_copies(keys: Sequence[Key]) -> Sequence[Key]:
    """Return the keys with each certificate once: the copy whose key id sorts first."""
    left_out = {key_id for copies in copies_of(keys) for key_id in copies[1:]}
    return [key for key in keys if key.key_id.lower() not in left_out] if left_out else keys


def _secret(password: Password) -> Credential:
    identifier = password.custom_key_identifier
    value = (
        password.key_id.lower(),
        Kind.SECRET,
        password.display_name or (identifier and old_name(identifier)) or "",
        password.hint or "",
        _start_of(password.start_date_time),
        end_of(password.end_date_time),
        None,
    )
    return _make(Credential, value)


def _certificate(key: Key) -> Credential:
    identifier = key.custom_key_identifier
    value = (
        key.key_id.lower(),
        Kind.CERTIFICATE,
        key.display_name or (identifier and old_name(identifier)) or "",
        "",
        _start_of(key.start_date_time),
        end_of(key.end_date_time),
        None,
    )
    return _make(Credential, value)


def _start_of(instant: datetime | None) -> datetime | None:
    return None if instant is None else within_bounds(instant)
