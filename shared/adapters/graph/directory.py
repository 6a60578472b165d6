"""Read watched app registrations from Microsoft Graph, each completely or with an error.

Needs the application permission Application.Read.All. Loop, client and credential are made for
one run and closed with it: a client that outlives its loop fails at its second use.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from http import HTTPStatus

from kiota_abstractions.request_information import RequestInformation

from shared.adapters.graph.access_token import CredentialFactory
from shared.adapters.graph.batch import fetch_in_batches
from shared.adapters.graph.decode import app_of, decode
from shared.adapters.graph.request_builders import app_request, principal_request
from shared.adapters.graph.response import GraphResponse, no_such_object, status_error
from shared.adapters.graph.session import Session
from shared.adapters.graph.shapes import ID, KeyedPrincipal, Principal, Record
from shared.core.model.directory import App
from shared.ports.directory import AppQuery, DirectoryReading
from shared.ports.errors import DirectoryError
from shared.render.text.escape import clean

BATCH_ABOVE = 3
"""Watched apps above which one `$batch` is quicker than two requests for each."""


class _Part(StrEnum):
    APP = "app"
    PRINCIPAL = "principal"


class GraphDirectory:
    """The directory of one tenant. Keeps no connection and no token between two calls."""

    def __init__(self, root: str, sign_in: CredentialFactory, *, backoff: float = 1.0) -> None:
        """Contact nothing yet.

        Args:
            root: Graph's root, such as `https://graph.microsoft.com`; its host decides the
                token's scope.
            sign_in: makes the credential of a run, which closes it.
            backoff: seconds before the first retry if Graph names none; doubled for each more.
        """
        self._root = root
        self._sign_in = sign_in
        self._backoff = backoff

    def read(self, queries: Sequence[AppQuery], *, seconds: float) -> DirectoryReading:
        """Read each queried app, all within `seconds`; see `shared.ports.Directory`."""
        keyed: dict[str, bool] = {}
        for query in queries:
            before = keyed.get(query.client_id, False)
            keyed[query.client_id] = query.service_principal or before
        if not keyed:
            return DirectoryReading({})
        with asyncio.Runner() as runner:
            try:
                return runner.run(self._read(keyed, seconds))
            except DirectoryError as error:
                return DirectoryReading({}, dict.fromkeys(keyed, error))

    async def _read(self, keyed: Mapping[str, bool], seconds: float) -> DirectoryReading:
        session = Session(self._root, self._sign_in, seconds=seconds, backoff=self._backoff)
        try:
            requests: dict[tuple[str, _Part], RequestInformation] = {}
            for client_id, with_keys in keyed.items():
                requests[client_id, _Part.APP] = app_request(session, client_id)
                requests[client_id, _Part.PRINCIPAL] = principal_request(
                    session, client_id, keyed=with_keys
                )
            if len(keyed) > BATCH_ABOVE:
                responses = await fetch_in_batches(session, requests)
            else:
                responses = await session.fetch_each(requests)
        finally:
            await session.close()
        apps: dict[str, App | None] = {}
        failures: dict[str, DirectoryError] = {}
        for client_id, with_keys in keyed.items():
            app, principal = (responses[client_id, part] for part in _Part)
            try:
                found = _app(client_id, app, principal, keyed=with_keys)
            except DirectoryError as error:
                failures[client_id] = error
            else:
                apps[client_id] = found and found._replace(unknown=session.lacking.names)
        return DirectoryReading(apps, failures, session.requests)


def _app(
    client_id: str,
    app_response: GraphResponse | DirectoryError,
    principal_response: GraphResponse | DirectoryError,
    *,
    keyed: bool,
) -> App | None:
    """Return the app, or `None` if it is not in the tenant.

    Raises:
        DirectoryError: one of the responses is not complete.
    """
    body = _body(app_response)
    if body is None:
        return None
    record = decode(body, Record)
    if record.app_id.casefold() != client_id.casefold():
        wanted, got = clean(client_id, 50), clean(record.app_id, 50)
        raise DirectoryError(f"Graph was asked about the app {wanted} and answered about {got}.")
    principal_body = _body(principal_response)
    shape = KeyedPrincipal if keyed else Principal
    app = app_of(record, None if principal_body is None else decode(principal_body, shape))
    for what, value in _ids(app):
        if not ID.fullmatch(value):
            raise DirectoryError(
                f"Graph returned {what} with {clean(value, 50)!r}, which is not an id.",
                transient=False,
            )
    return app


def _ids(app: App) -> Iterator[tuple[str, str]]:
    yield "the app", app.object_id
    for credential in app.credentials:
        yield "a credential", credential.key_id
        if credential.principal is not None:
            yield "an enterprise application", credential.principal


def _body(response: GraphResponse | DirectoryError) -> bytes | None:
    """Return the body, or `None` if the object is not in the tenant. Raises `DirectoryError`."""
    if isinstance(response, DirectoryError):
        raise response
    if no_such_object(response):
        return None
    if response.status != HTTPStatus.OK:
        raise status_error(response)
    return response.body
