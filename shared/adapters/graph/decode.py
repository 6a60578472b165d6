"""Decode one object of Graph, and make an app of it.

The usual way is one typed pass over the bytes, with msgspec; only if that fails, `diagnosis`
looks for the credential to blame. Nothing is guessed and nothing is left out.
"""

import msgspec

from shared.adapters.graph.credentials import copies_of, credentials_of
from shared.adapters.graph.diagnosis import Shape, decode_slowly
from shared.adapters.graph.response import UNREADABLE
from shared.adapters.graph.shapes import KeyedPrincipal, Principal, Record
from shared.core.model.directory import NO_PRINCIPAL, App, Credential
from shared.render.text.escape import clean


def decode[T: Shape](body: bytes, shape: type[T]) -> T:
    """Decode one object.

    Raises:
        DirectoryError: permanent; names each credential that cannot be read, or what else is
            wrong.
    """
    try:
        return msgspec.json.decode(body, type=shape)
    except UNREADABLE:
        return decode_slowly(body, shape)


def app_of(record: Record, principal: Principal | None) -> App:
    """Return the app.

    A `principal` adds its credentials, if they were asked for, and whether it is disabled; `None`:
    the app has none in this tenant.
    """
    parts = (record.web, record.spa, record.public_client)
    copies = copies_of(record.key_credentials)
    if isinstance(principal, KeyedPrincipal):
        copies += copies_of(principal.key_credentials)
    return App(
        record.app_id,
        record.id,
        record.display_name or "",
        _all_credentials(record, principal),
        tuple(uri for part in parts if part for uri in part.redirect_uris),
        _disabled(record, principal),
        copies,
    )


def _all_credentials(record: Record, principal: Principal | None) -> tuple[Credential, ...]:
    credentials = credentials_of(record.key_credentials, record.password_credentials)
    if not isinstance(principal, KeyedPrincipal):
        return credentials
    known = {credential.key_id for credential in credentials}
    others = credentials_of(principal.key_credentials, principal.password_credentials)
    added = (each._replace(principal=principal.id) for each in others if each.key_id not in known)
    return (*credentials, *added)


def _disabled(record: Record, principal: Principal | None) -> str:
    """Return why nobody can sign in as the app; the ledger stores and compares this text.

    Entra copies both properties of the registration to its service principal. Either of the two
    counts, once.
    """
    reasons = []
    if record.is_disabled:
        reasons.append("the app registration is disabled")
    statuses = [record.disabled_by_microsoft_status]
    if principal is not None:
        statuses.append(principal.disabled_by_microsoft_status)
    if status := next((each for each in statuses if each not in (None, "", "NotDisabled")), None):
        reasons.append(f"Microsoft has disabled it ({clean(status)})")
    if principal is None:
        reasons.append(NO_PRINCIPAL)
    elif principal.account_enabled is False or (principal.is_disabled and not record.is_disabled):
        reasons.append("its service principal is disabled")
    return ", and ".join(reasons)
