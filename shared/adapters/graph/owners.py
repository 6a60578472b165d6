"""Who owns an app, from bytes. A field of an owner that cannot be used is as if it were not there; without a usable id there is no owner.

Names, addresses and notes are written by people in other departments: an address that no mail can be written to would
fail at every check, and an id that no ledger can keep would be told again at every check.
"""

from contextlib import suppress
from http import HTTPStatus

import msgspec

from shared.adapters.graph.response import (
    UNREADABLE,
    GraphResponse,
    complaint,
    no_such_object,
    unreadable,
)
from shared.adapters.graph.shapes import ID
from shared.config.problems import InvalidValue
from shared.config.values import email_address
from shared.core.model.owners import AppOwners, Owner
from shared.ports.errors import DirectoryError
from shared.render.text.escape import plain

USER = "#microsoft.graph.user"
MAX_NOTE_CHARS = 500
MAX_ADDRESS_CHARS = 254
"""Characters of an address in a mail (RFC 5321, 4.5.3.1.3, without the angle brackets)."""


class _Owner(msgspec.Struct, rename="camel"):
    id: str
    kind: str | None = msgspec.field(default=None, name="@odata.type")
    display_name: str | None = None
    mail: str | None = None


class _Owned(msgspec.Struct, rename="camel"):
    owners: list[_Owner]
    notes: str | None = None
    service_management_reference: str | None = None


def ownership(answer: GraphResponse | DirectoryError) -> AppOwners:
    """Read who owns one app; nobody, if the app is gone. Raises `DirectoryError` if the answer does not say it."""
    if isinstance(answer, DirectoryError):
        raise answer
    if no_such_object(answer):
        return AppOwners()  # deleted since it was listed: what is left to say falls to the channels
    if answer.status != HTTPStatus.OK:
        raise complaint(answer)
    try:
        read = msgspec.json.decode(answer.body, type=_Owned)
    except UNREADABLE as error:
        raise unreadable(answer.body, error) from error
    for owner in read.owners:
        if not ID.fullmatch(owner.id):
            raise DirectoryError(
                f"Graph gave an owner the id {plain(owner.id, 50)!r}, which is not one.",
                transient=False,
            )
    owners = tuple(
        Owner(each.id, each.display_name or "", _address(each.mail), each.kind in (None, USER))
        for each in read.owners
    )
    return AppOwners(
        owners,
        plain(read.service_management_reference or "", MAX_NOTE_CHARS),
        plain(read.notes or "", MAX_NOTE_CHARS),
    )


def _address(mail: str | None) -> str:
    """Give the address, if a mail can be written to it; else none."""
    with suppress(InvalidValue):
        if mail and len(mail) <= MAX_ADDRESS_CHARS:
            return email_address(mail)
    return ""
