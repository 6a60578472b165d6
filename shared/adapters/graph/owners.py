"""Read the owners of an app from a response.

Names, addresses and notes are written by people in other departments. A field that cannot be
used is dropped: mail to an unusable address would fail at every check. An owner without a usable
id is an error, since the ledger could not keep what was sent to that owner.
"""

from contextlib import suppress
from http import HTTPStatus

import msgspec

from shared.adapters.graph.response import (
    UNREADABLE,
    GraphResponse,
    no_such_object,
    status_error,
    unreadable_error,
)
from shared.adapters.graph.shapes import ID
from shared.config.problems import InvalidValue
from shared.config.values import email_address
from shared.core.model.owners import AppOwners, Owner
from shared.ports.errors import DirectoryError
from shared.render.text.escape import clean

USER = "#microsoft.graph.user"
MAX_NOTE_CHARS = 500
MAX_ADDRESS_CHARS = 254
"""Characters of an address in a mail (RFC 5321, 4.5.3.1.3, without the angle brackets)."""


class _Owner(msgspec.Struct, rename="camel"):
    id: str
    kind: str | None = msgspec.field(default=None, name="@odata.type")
    display_name: str | None = None
    mail: str | None = None
    account_enabled: bool | None = None
    """`None` without User.Read.All: not known."""
    deleted_date_time: str | None = None


class _OwnedObject(msgspec.Struct, rename="camel"):
    owners: list[_Owner]
    notes: str | None = None
    service_management_reference: str | None = None


def owners_of(response: GraphResponse | DirectoryError) -> AppOwners:
    """Return the owners in the response about one app; none if the app has been deleted.

    Raises:
        DirectoryError: the response is an error, or does not list the owners.
    """
    if isinstance(response, DirectoryError):
        raise response
    if no_such_object(response):
        return AppOwners()
    if response.status != HTTPStatus.OK:
        raise status_error(response)
    try:
        owned = msgspec.json.decode(response.body, type=_OwnedObject)
    except UNREADABLE as error:
        raise unreadable_error(response.body, error) from error
    return AppOwners(
        tuple(_owner(each) for each in owned.owners),
        clean(owned.service_management_reference or "", MAX_NOTE_CHARS),
        clean(owned.notes or "", MAX_NOTE_CHARS),
    )


def _owner(owner: _Owner) -> Owner:
    if not ID.fullmatch(owner.id):
        raise DirectoryError(
            f"Graph returned an owner with {clean(owner.id, 50)!r}, which is not an object id.",
            transient=False,
        )
    is_user = owner.kind in (None, USER)
    disabled = owner.account_enabled is False or bool(owner.deleted_date_time)
    return Owner(owner.id, owner.display_name or "", _address(owner.mail), is_user, disabled)


def _address(mail: str | None) -> str:
    """Return the address if it is valid, else an empty text."""
    with suppress(InvalidValue):
        if mail and len(mail) <= MAX_ADDRESS_CHARS:
            return email_address(mail)
    return ""
