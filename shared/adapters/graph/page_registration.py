"""Read the app registration behind the page's sign-in from Microsoft Graph, for `doctor`.

Needs the application permission Application.Read.All, as every check does.
"""

import asyncio
from collections.abc import AsyncGenerator
from http import HTTPStatus
from urllib.parse import quote

import msgspec
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation

from shared.adapters.graph.access_token import CredentialFactory
from shared.adapters.graph.paging import next_page_url
from shared.adapters.graph.response import (
    UNREADABLE,
    no_such_object,
    status_error,
    unreadable_error,
)
from shared.adapters.graph.session import Session
from shared.core.model.visitor import INSTALLER, SIGNED_IN_AT
from shared.ports.page_registration import PageRegistration


class _Role(msgspec.Struct, rename="camel"):
    id: str
    value: str | None = None
    is_enabled: bool = False
    allowed_member_types: list[str] = []

    @property
    def opens(self) -> bool:
        return self.value == INSTALLER and self.is_enabled and "User" in self.allowed_member_types


class _Claim(msgspec.Struct):
    name: str


class _Claims(msgspec.Struct, rename="camel"):
    id_token: list[_Claim] | None = None


class _Registration(msgspec.Struct, rename="camel"):
    app_roles: list[_Role] | None = None
    optional_claims: _Claims | None = None


class _Assignment(msgspec.Struct, rename="camel"):
    app_role_id: str


class _Page(msgspec.Struct):
    value: list[_Assignment]
    next: str | None = msgspec.field(default=None, name="@odata.nextLink")


class GraphRegistration:
    """The registrations of one tenant; implements the port `RegistrationReader`."""

    def __init__(self, root: str, sign_in: CredentialFactory, *, backoff: float = 1.0) -> None:
        """Contact nothing yet; the arguments are those of `GraphDirectory`."""
        self._root, self._sign_in, self._backoff = root, sign_in, backoff

    def read(self, client_id: str, *, seconds: float) -> PageRegistration | None:
        """Return what a registration has; see `shared.ports.RegistrationReader`."""
        with asyncio.Runner() as runner:
            return runner.run(self._read(client_id, seconds))

    async def _read(self, client_id: str, seconds: float) -> PageRegistration | None:
        session = Session(self._root, self._sign_in, seconds=seconds, backoff=self._backoff)
        named = quote(client_id.replace("'", "''"), safe="")
        root = f"{session.root.rstrip('/')}/v1.0"
        try:
            url = f"{root}/applications(appId='{named}')?$select=appRoles,optionalClaims"
            found = await _get(session, url, _Registration)
            if found is None:
                return None
            roles = {role.id for role in found.app_roles or () if role.opens}
            held = f"{root}/servicePrincipals(appId='{named}')/appRoleAssignedTo"
            installers = 0
            async for assignment in _assignments(session, held):
                installers += assignment.app_role_id in roles
        finally:
            await session.close()
        claims = found.optional_claims.id_token if found.optional_claims else None
        claim = any(each.name == SIGNED_IN_AT for each in claims or ())
        return PageRegistration(bool(roles), claim, installers)


async def _assignments(session: Session, url: str) -> AsyncGenerator[_Assignment]:
    """Yield who is assigned; nobody if there is no enterprise application."""
    seen = {url}
    while page := await _get(session, url, _Page):
        for assignment in page.value:
            yield assignment
        if page.next is None:
            return
        url = next_page_url(page.next, session.root, seen)


async def _get[Shape](session: Session, url: str, shape: type[Shape]) -> Shape | None:
    """Return the object at a URL, or `None` if there is none. Raises `DirectoryError`."""
    request = RequestInformation(Method.GET)
    request.url = url
    request.headers.try_add("Accept", "application/json")
    response = await session.fetch(request)
    if no_such_object(response):
        return None
    if response.status != HTTPStatus.OK:
        raise status_error(response)
    try:
        return msgspec.json.decode(response.body, type=shape)
    except UNREADABLE as error:
        raise unreadable_error(response.body, error) from error
