"""Reads app registrations from Microsoft Graph. What is given was read completely; anything else is a `DirectoryError`.

Needs the application permission Application.Read.All. Everything that belongs to one run (loop, client, credential)
is made for it and closed with it: a client that outlives its loop fails at its second use.
"""

import asyncio
from collections.abc import Mapping, Sequence
from enum import StrEnum

import httpx
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.request_information import RequestInformation
from msgraph.generated.applications_with_app_id.applications_with_app_id_request_builder import (
    ApplicationsWithAppIdRequestBuilder,
)
from msgraph.generated.service_principals_with_app_id.service_principals_with_app_id_request_builder import (
    ServicePrincipalsWithAppIdRequestBuilder,
)

from shared.adapters.graph.access_token import CredentialFactory
from shared.adapters.graph.decode import app_of, decoded
from shared.adapters.graph.response import GraphResponse, complaint, no_such_object
from shared.adapters.graph.session import Session
from shared.adapters.graph.shapes import ID, KeyedPrincipal, Principal, Record
from shared.core.model.directory import App
from shared.ports.directory import AppQuery, DirectoryReading
from shared.ports.errors import DirectoryError
from shared.render.text.escape import plain

BATCH_ABOVE = 3
"""Watched apps above which one `$batch` is quicker than two requests for each."""
WATCHED = [
    *(
        "id",
        "appId",
        "displayName",
        "isDisabled",
        "disabledByMicrosoftStatus",
        "passwordCredentials",
        "keyCredentials",
    ),
    *("web", "spa", "publicClient"),
]
PRINCIPAL = ["id", "accountEnabled"]
KEYED_PRINCIPAL = [*PRINCIPAL, "passwordCredentials", "keyCredentials"]


class _Part(StrEnum):
    APP = "app"
    PRINCIPAL = "principal"


class GraphDirectory:
    """The directory of one tenant. Keeps no connection and no token between two calls."""

    def __init__(self, root: str, sign_in: CredentialFactory, *, backoff: float = 1.0) -> None:
        """Say where and as whom to read.

        Args:
            root: Graph's root, for example `https://graph.microsoft.com`, from whose host the token's scope follows.
            sign_in: makes the credential of a run, which closes it.
            backoff: seconds before the first retry where Graph does not say how long to wait; doubled for each more.
        """
        self._root = root
        self._sign_in = sign_in
        self._backoff = backoff

    def read(self, queries: Sequence[AppQuery], *, seconds: float) -> DirectoryReading:
        """Read each queried app, all within `seconds`; see `shared.ports.directory.Directory`."""
        wanted: dict[str, bool] = {}
        for query in queries:
            wanted[query.client_id] = query.service_principal or wanted.get(query.client_id, False)
        if not wanted:
            return DirectoryReading({})
        with asyncio.Runner() as runner:
            try:
                return runner.run(self._read(wanted, seconds))
            except DirectoryError as error:
                return DirectoryReading({}, dict.fromkeys(wanted, error))

    async def _session(self, seconds: float) -> Session:
        return Session(self._root, self._sign_in, seconds=seconds, backoff=self._backoff)

    async def _read(self, wanted: Mapping[str, bool], seconds: float) -> DirectoryReading:
        session = await self._session(seconds)
        try:
            requests: dict[tuple[str, _Part], RequestInformation] = {}
            for client_id, keyed in wanted.items():
                requests[client_id, _Part.APP] = _app_request(session, client_id)
                requests[client_id, _Part.PRINCIPAL] = _principal_request(
                    session, client_id, keyed=keyed
                )
            answers = await (
                session.batch(requests) if len(wanted) > BATCH_ABOVE else session.each(requests)
            )
        finally:
            await session.close()
        apps: dict[str, App | None] = {}
        failures: dict[str, DirectoryError] = {}
        for client_id, keyed in wanted.items():
            try:
                apps[client_id] = _judged(
                    client_id,
                    answers[client_id, _Part.APP],
                    answers[client_id, _Part.PRINCIPAL],
                    keyed=keyed,
                )
            except DirectoryError as error:
                failures[client_id] = error
        return DirectoryReading(apps, failures, session.requests)


def _app_request(session: Session, client_id: str) -> RequestInformation:
    query = (
        ApplicationsWithAppIdRequestBuilder.ApplicationsWithAppIdRequestBuilderGetQueryParameters(
            select=WATCHED
        )
    )
    builder = ApplicationsWithAppIdRequestBuilder(session.adapter, {}, client_id)
    return builder.to_get_request_information(RequestConfiguration(query_parameters=query))


def _principal_request(session: Session, client_id: str, *, keyed: bool) -> RequestInformation:
    query = ServicePrincipalsWithAppIdRequestBuilder.ServicePrincipalsWithAppIdRequestBuilderGetQueryParameters(
        select=KEYED_PRINCIPAL if keyed else PRINCIPAL,
    )
    builder = ServicePrincipalsWithAppIdRequestBuilder(session.adapter, {}, client_id)
    return builder.to_get_request_information(RequestConfiguration(query_parameters=query))


def _judged(
    client_id: str,
    app: GraphResponse | DirectoryError,
    principal: GraphResponse | DirectoryError,
    *,
    keyed: bool,
) -> App | None:
    """Make one app of its two answers; `None` if it is not in the tenant. Raises `DirectoryError` if either is not complete."""
    body = _found(app)
    if body is None:
        return None
    record = decoded(body, Record)
    if record.app_id.casefold() != client_id.casefold():
        raise DirectoryError(
            f"Graph was asked about {plain(client_id, 50)} and answered about {plain(record.app_id, 50)}."
        )
    principal_body = _found(principal)
    shape = KeyedPrincipal if keyed else Principal
    made = app_of(record, None if principal_body is None else decoded(principal_body, shape))
    for what, given in (
        ("the app the object id", made.object_id),
        *(("a credential the key id", each.key_id) for each in made.credentials),
        *(
            ("an enterprise application the object id", each.principal)
            for each in made.credentials
            if each.principal is not None
        ),
    ):
        if not ID.fullmatch(given):
            raise DirectoryError(
                f"Graph gave {what} {plain(given, 50)}, which is not one.", transient=False
            )
    return made


def _found(answer: GraphResponse | DirectoryError) -> bytes | None:
    """Give the body, or `None` if there is no such object in the tenant."""
    if isinstance(answer, DirectoryError):
        raise answer
    if no_such_object(answer):
        return None
    if answer.status != httpx.codes.OK:
        raise complaint(answer)
    return answer.body
