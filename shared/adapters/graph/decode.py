"""Bytes from Graph become values here; what cannot be understood is named, never guessed and never left out.

The usual way is one typed pass over the bytes. Only where it fails is an object taken apart, to find the credential
that is to blame, or a date that is fine but beyond the fast decoder (an end of 9999-12-31T23:59:59.9999999Z rounds up).
Key ids are in lower case from here on, as those that people give are.
"""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from shared.adapters.graph.response import UNREADABLE, unreadable
from shared.adapters.graph.shapes import (
    Key,
    KeyedPrincipal,
    ListedPrincipal,
    ListedRecord,
    Password,
    Principal,
    Record,
)
from shared.core.model.days import end_of
from shared.core.model.directory import App, Credential
from shared.core.model.vocabulary import Kind
from shared.ports.errors import DirectoryError
from shared.render.text.escape import plain

_make = tuple.__new__
"""What the constructor of a NamedTuple does, without its frame in Python."""


def decoded[T: (Record, Principal, ListedRecord, ListedPrincipal)](
    body: bytes, shape: type[T]
) -> T:
    """Decode one object.

    Raises:
        DirectoryError: permanent, names each credential that cannot be understood, or what else is wrong.
    """
    try:
        return msgspec.json.decode(body, type=shape)
    except UNREADABLE:
        return _taken_apart(body, shape)


def app_of(record: Record, principal: Principal | None = None) -> App:
    """Make the app's value; `principal` adds its credentials, where they were asked for, and whether it is disabled.

    Raises:
        DirectoryError: a date whose offset leads out of the calendar.
    """
    try:
        credentials = credentials_of(record.key_credentials, record.password_credentials)
        if isinstance(principal, KeyedPrincipal):
            known = {credential.key_id for credential in credentials}
            others = credentials_of(principal.key_credentials, principal.password_credentials)
            credentials += tuple(
                each._replace(principal=principal.id) for each in others if each.key_id not in known
            )
    except OverflowError as error:
        raise unusable(
            [f"a date of the app {plain(record.app_id, 50)} is before the year 1"]
        ) from error
    uris = [
        uri
        for part in (record.web, record.spa, record.public_client)
        if part
        for uri in part.redirect_uris
    ]
    return App(
        record.app_id,
        record.id,
        record.display_name or "",
        credentials,
        tuple(uris),
        _disabled(record, principal),
    )


def _disabled(record: Record, principal: Principal | None) -> str:
    reasons = []
    if record.is_disabled:
        reasons.append("the app registration is disabled")
    if record.disabled_by_microsoft_status not in (None, "", "NotDisabled"):
        reasons.append(
            f"Microsoft has disabled it ({plain(record.disabled_by_microsoft_status or '', 80)})"
        )
    if principal and principal.account_enabled is False:
        reasons.append("its service principal is disabled")
    return ", and ".join(reasons)


def credentials_of(keys: Sequence[Key], passwords: Sequence[Password]) -> tuple[Credential, ...]:
    """List the credentials, a signing certificate once.

    For SAML, Entra keeps one certificate as a key to sign, a key to verify and a password for the first. All three have
    one `customKeyIdentifier`, and the password has the key id of the key to sign.
    """
    if not keys:
        return tuple([_secret(password) for password in passwords])
    parts = {key.key_id for key in keys} | {
        key.custom_key_identifier for key in keys if key.custom_key_identifier
    }
    if len(keys) > 1:
        verifying = {
            (key.custom_key_identifier, key.end_date_time)
            for key in keys
            if key.usage == "Verify" and key.custom_key_identifier
        }
        keys = [
            key
            for key in keys
            if key.usage != "Sign"
            or (key.custom_key_identifier, key.end_date_time) not in verifying
        ]
    if passwords:
        passwords = [
            each
            for each in passwords
            if each.key_id not in parts and each.custom_key_identifier not in parts
        ]
    return (*[_certificate(key) for key in keys], *[_secret(password) for password in passwords])


def _secret(password: Password) -> Credential:
    starts = password.start_date_time
    value = (
        password.key_id.lower(),
        Kind.SECRET,
        password.display_name
        or (password.custom_key_identifier and _old_name(password.custom_key_identifier))
        or "",
        password.hint or "",
        starts if starts is None or starts.tzinfo is UTC else starts.astimezone(UTC),
        end_of(password.end_date_time),
        None,
    )
    return _make(Credential, value)


def _certificate(key: Key) -> Credential:
    starts = key.start_date_time
    value = (
        key.key_id.lower(),
        Kind.CERTIFICATE,
        key.display_name or "",
        "",
        starts if starts is None or starts.tzinfo is UTC else starts.astimezone(UTC),
        end_of(key.end_date_time),
        None,
    )
    return _make(Credential, value)


def _old_name(identifier: str) -> str:
    """Read the name that the old portal kept in `customKeyIdentifier`: base64 of UTF-16LE; empty if it is something else.

    Raw bytes, which others keep there, often decode to printable characters too, but from all over Unicode; a name has
    those of one block of 256 besides ASCII.
    """
    try:
        name = base64.b64decode(identifier, validate=True).decode("utf-16-le")
    except ValueError:  # binascii.Error and UnicodeDecodeError are kinds of it
        return ""
    blocks = {ord(character) >> 8 for character in name if not character.isascii()}
    return name if name.isprintable() and len(blocks) <= 1 else ""


def _taken_apart[T: (Record, Principal, ListedRecord, ListedPrincipal)](
    body: bytes, shape: type[T]
) -> T:
    try:
        loose = msgspec.json.decode(body)
    except UNREADABLE as error:
        raise unreadable(body, error) from error
    if not isinstance(loose, dict):
        raise unreadable(body, TypeError("expected an object"))
    problems: list[str] = []
    for field, item_shape, what in (
        ("passwordCredentials", Password, "client secret"),
        ("keyCredentials", Key, "certificate"),
    ):
        items = loose.get(field)
        for index, item in enumerate(items if isinstance(items, list) else []):
            if problem := _problem(item, item_shape):
                key_id = item.get("keyId") if isinstance(item, dict) else None
                problems.append(
                    f"{what} {plain(key_id, 50) if key_id and isinstance(key_id, str) else f'#{index + 1}'}: {problem}"
                )
    if problems:
        raise unusable(problems)
    try:
        return msgspec.convert(loose, shape)
    except UNREADABLE as error:
        raise unusable([plain(str(error))]) from error


def unusable(problems: Sequence[str], shown: int = 3) -> DirectoryError:
    """Say what is wrong with an app, `shown` problems of it."""
    more = f"; and {len(problems) - shown} more" if len(problems) > shown else ""
    return DirectoryError(
        f"Graph's answer cannot be understood: {'; '.join(problems[:shown])}{more}."
        " Look at the app in Entra; if it is in order there, report this.",
        transient=False,
    )


def _problem(item: Any, shape: type[Password | Key]) -> str:  # noqa: ANN401  (whatever JSON holds)
    """Say what is wrong with a credential; empty if nothing is. Its dates are replaced by what they mean."""
    if isinstance(item, dict):
        for field in ("startDateTime", "endDateTime"):
            text = item.get(field)
            if isinstance(text, str):
                try:
                    item[field] = datetime.fromisoformat(text)
                except ValueError:
                    return f"{field} is {plain(text, 40)!r}, expected an instant such as 2027-05-07T06:52:46Z"
    try:
        msgspec.convert(item, shape)
    except msgspec.ValidationError as error:
        return plain(str(error))
    return ""
