"""Read all apps of a tenant from Microsoft Graph, and the owners of some of them.

Needs Application.Read.All. Without User.ReadBasic.All too, owners come back with an id only, and
no name or address: https://learn.microsoft.com/graph/api/application-list-owners.
"""

import asyncio
from collections.abc import Generator, Mapping
from http import HTTPStatus

from kiota_abstractions.request_information import RequestInformation

from shared.adapters.graph.access_token import CredentialFactory
from shared.adapters.graph.batch import fetch_in_batches
from shared.adapters.graph.owners import owners_of
from shared.adapters.graph.page_decoder import PageDecoder
from shared.adapters.graph.paging import next_page_url
from shared.adapters.graph.rate_limit import RateLimit
from shared.adapters.graph.request_builders import (
    list_request,
    next_page_request,
    owners_request,
)
from shared.adapters.graph.response import GraphResponse, status_error
from shared.adapters.graph.session import Pause, Session
from shared.core.model.inventory import Holder
from shared.core.model.owners import AppOwners
from shared.ports.errors import DirectoryError
from shared.ports.inventory import OwnersReading, ScanPage, ScanQuery


class GraphInventory:
    """One tenant; implements the port `InventoryReader`.

    Keeps no connection and no token between two calls.
    """

    def __init__(
        self,
        root: str,
        sign_in: CredentialFactory,
        *,
        page_size: int = 999,
        backoff: float = 1.0,
        pause: Pause = asyncio.sleep,
    ) -> None:
        """Read pages of `page_size` (at most 999); the other arguments as of `GraphDirectory`."""
        self._root = root
        self._sign_in = sign_in
        self._page_size = page_size
        self._backoff = backoff
        self._pause = pause

    def scan(self, query: ScanQuery, *, seconds: float) -> Generator[ScanPage]:
        """Yield the tenant page by page, one in memory at a time, all within `seconds`.

        A caller that stops early closes the generator.

        Raises:
            DirectoryError: the rest could not be read. The pages before are right; what they
                leave out is unknown.
        """
        holders = [Holder.APPLICATION]
        if query.service_principals:
            holders.append(Holder.SERVICE_PRINCIPAL)
        with asyncio.Runner() as runner:
            session = runner.run(self._session(seconds))
            limit = RateLimit()
            try:
                for holder in holders:
                    yield from self._pages(runner, session, limit, holder, query)
            finally:
                runner.run(session.close())

    def _pages(
        self,
        runner: asyncio.Runner,
        session: Session,
        limit: RateLimit,
        holder: Holder,
        query: ScanQuery,
    ) -> Generator[ScanPage]:
        decoder = PageDecoder(holder, query)
        seen: set[str] = set()
        request = list_request(session, holder, tags=query.tags, page_size=self._page_size)
        while True:
            response = runner.run(self._fetch(session, request, limit))
            if response.status != HTTPStatus.OK:
                raise status_error(response)
            page = decoder.decode(response.body)
            yield ScanPage(
                page.apps,
                page.applications,
                page.credentials,
                page.failures,
                session.requests,
                page.left_out,
                session.lacking.names,
            )
            if page.next is None:
                return
            url = next_page_url(page.next, session.root, seen)
            request = next_page_request(session, holder, url)

    def owners(self, holders: Mapping[str, Holder], *, seconds: float) -> OwnersReading:
        """Return the owners of these applications and service principals, by object id.

        Twenty of them are read in one request, with the first 20 owners of each.
        """
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

    async def _fetch(
        self, session: Session, request: RequestInformation, limit: RateLimit
    ) -> GraphResponse:
        wait = limit.wait(asyncio.get_running_loop().time())
        if wait and wait >= session.left():
            raise DirectoryError(
                f"Graph's limit of requests a minute requires a wait of {wait:.0f} s, and less"
                " time is left for the check."
            )
        if wait:
            await self._pause(wait)
        return await session.fetch(request)

    async def _owners(self, holders: Mapping[str, Holder], seconds: float) -> OwnersReading:
        session = await self._session(seconds)
        try:
            requests = {
                object_id: owners_request(session, holder, object_id)
                for object_id, holder in holders.items()
            }
            responses = await fetch_in_batches(session, requests)
        finally:
            await session.close()
        owned: dict[str, AppOwners] = {}
        failures: dict[str, DirectoryError] = {}
        for object_id, response in responses.items():
            try:
                owned[object_id] = owners_of(response)
            except DirectoryError as error:
                failures[object_id] = error
        return OwnersReading(owned, failures, session.requests)
