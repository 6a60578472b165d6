"""Reads a whole tenant from Microsoft Graph, a page in memory at a time, and who owns the few apps that are to be told about.

Needs Application.Read.All; for the names and addresses of owners User.ReadBasic.All too. Without it they come back with
nothing but an id: https://learn.microsoft.com/graph/api/application-list-owners.
"""

import asyncio
from collections.abc import Generator, Mapping
from http import HTTPStatus
from typing import Any

from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.request_information import RequestInformation
from msgraph.generated.applications.applications_request_builder import ApplicationsRequestBuilder
from msgraph.generated.applications.item.application_item_request_builder import (
    ApplicationItemRequestBuilder,
)
from msgraph.generated.service_principals.item.service_principal_item_request_builder import (
    ServicePrincipalItemRequestBuilder,
)
from msgraph.generated.service_principals.service_principals_request_builder import (
    ServicePrincipalsRequestBuilder,
)

from shared.adapters.graph.access_token import CredentialFactory
from shared.adapters.graph.owners import ownership
from shared.adapters.graph.page_decoder import APPLICATION, PRINCIPAL, PageDecoder
from shared.adapters.graph.paging import Pace, followed
from shared.adapters.graph.response import GraphResponse, complaint
from shared.adapters.graph.session import Pause, Session
from shared.core.model.inventory import Holder
from shared.core.model.owners import AppOwners
from shared.ports.errors import DirectoryError
from shared.ports.inventory import OwnersReading, ScanPage, ScanQuery

OWNED = ["id", "notes", "serviceManagementReference"]


class GraphInventory:
    """One tenant; implements the port `InventoryReader`. Keeps no connection and no token between two calls."""

    def __init__(
        self,
        root: str,
        sign_in: CredentialFactory,
        *,
        page_size: int = 999,
        backoff: float = 1.0,
        pause: Pause = asyncio.sleep,
    ) -> None:
        """Say where and as whom to read; `page_size` is at most 999, the other arguments are those of `GraphDirectory`."""
        self._root = root
        self._sign_in = sign_in
        self._page_size = page_size
        self._backoff = backoff
        self._pause = pause

    def scan(self, query: ScanQuery, *, seconds: float) -> Generator[ScanPage]:
        """Give the tenant page by page, one in memory at a time, all within `seconds`. A caller that stops early closes the generator.

        Raises:
            DirectoryError: the rest could not be read. Pages that were given are right; what they leave out is unknown.
        """
        with asyncio.Runner() as runner:
            session = runner.run(self._session(seconds))
            pace = Pace()
            try:
                for holder in (
                    Holder.APPLICATION,
                    *([Holder.SERVICE_PRINCIPAL] if query.service_principals else []),
                ):
                    decoder = PageDecoder(holder, query)
                    request: RequestInformation | None = self._first(session, holder, query)
                    seen: set[str] = set()
                    while request is not None:
                        answer = runner.run(self._paced(session, request, pace))
                        if answer.status != HTTPStatus.OK:
                            raise complaint(answer)
                        page = decoder.decoded(answer.body)
                        yield ScanPage(
                            page.apps,
                            page.applications,
                            page.credentials,
                            page.failures,
                            session.requests,
                        )
                        request = _next(session, holder, page.next, seen)
            finally:
                runner.run(session.close())

    def owners(self, holders: Mapping[str, Holder], *, seconds: float) -> OwnersReading:
        """Say who owns these applications and service principals, by object id: twenty to a request, and the first 20 owners of each."""
        if not holders:
            return OwnersReading({})
        with asyncio.Runner() as runner:
            try:
                return runner.run(self._owners(holders, seconds))
            except DirectoryError as error:
                return OwnersReading({}, dict.fromkeys(holders, error))

    async def _session(self, seconds: float) -> Session:
        return Session(
            self._root, self._sign_in, seconds=seconds, backoff=self._backoff, pause=self._pause
        )

    def _first(self, session: Session, holder: Holder, query: ScanQuery) -> RequestInformation:
        select = APPLICATION if holder == Holder.APPLICATION else PRINCIPAL
        builder = _list_of(session, holder)
        parameters = type(builder).QUERY(
            select=[*select, *(["tags"] if query.tags else [])], top=self._page_size
        )
        made: RequestInformation = builder.to_get_request_information(
            RequestConfiguration(query_parameters=parameters)
        )
        return made

    async def _paced(
        self, session: Session, request: RequestInformation, pace: Pace
    ) -> GraphResponse:
        wait = pace.wait(asyncio.get_running_loop().time())
        if wait and wait >= session.left():
            raise DirectoryError(
                f"Graph's limit of requests a minute makes us wait for {wait:.0f} s, and the check has no such time left."
            )
        if wait:
            await self._pause(wait)
        return await session.fetch(request)

    async def _owners(self, holders: Mapping[str, Holder], seconds: float) -> OwnersReading:
        session = await self._session(seconds)
        try:
            answers = await session.batch(
                {
                    object_id: _owned_request(session, object_id, holder)
                    for object_id, holder in holders.items()
                }
            )
        finally:
            await session.close()
        owned: dict[str, AppOwners] = {}
        failures: dict[str, DirectoryError] = {}
        for object_id, answer in answers.items():
            try:
                owned[object_id] = ownership(answer)
            except DirectoryError as error:
                failures[object_id] = error
        return OwnersReading(owned, failures, session.requests)


class _Applications(ApplicationsRequestBuilder):  # type: ignore[misc]  # the SDK is not type-checked here
    QUERY = ApplicationsRequestBuilder.ApplicationsRequestBuilderGetQueryParameters


class _Principals(ServicePrincipalsRequestBuilder):  # type: ignore[misc]  # the same
    QUERY = ServicePrincipalsRequestBuilder.ServicePrincipalsRequestBuilderGetQueryParameters


def _list_of(session: Session, holder: Holder) -> Any:  # noqa: ANN401  (the SDK is not type-checked here)
    return (_Applications if holder == Holder.APPLICATION else _Principals)(session.adapter, {})


def _next(
    session: Session, holder: Holder, link: str | None, seen: set[str]
) -> RequestInformation | None:
    if link is None:
        return None
    made: RequestInformation = (
        _list_of(session, holder)
        .with_url(followed(link, session, seen))
        .to_get_request_information()
    )
    return made


def _owned_request(session: Session, object_id: str, holder: Holder) -> RequestInformation:
    of_app = ApplicationItemRequestBuilder.ApplicationItemRequestBuilderGetQueryParameters
    of_principal = (
        ServicePrincipalItemRequestBuilder.ServicePrincipalItemRequestBuilderGetQueryParameters
    )
    builder, query, name, select = (
        (ApplicationItemRequestBuilder, of_app, "application%2Did", OWNED)
        if holder == Holder.APPLICATION
        else (
            ServicePrincipalItemRequestBuilder,
            of_principal,
            "servicePrincipal%2Did",
            ["id", "notes"],
        )
    )
    asked = RequestConfiguration(query_parameters=query(select=select, expand=["owners"]))
    made: RequestInformation = builder(
        session.adapter, {name: object_id}
    ).to_get_request_information(asked)
    return made
