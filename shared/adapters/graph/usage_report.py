"""Reads when credentials were last used, from Microsoft Graph. Whatever fails is said in a sentence, and no check depends on it.

The report is in Graph's beta only, in the global cloud only, and needs the application permission AuditLog.Read.All and
a tenant with Entra ID P1 or P2: https://learn.microsoft.com/graph/api/reportroot-list-appcredentialsigninactivities.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus

import httpx
import msgspec
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation

from shared.adapters.graph.access_token import CredentialFactory
from shared.adapters.graph.paging import followed
from shared.adapters.graph.response import UNREADABLE, GraphResponse, complaint, unreadable
from shared.adapters.graph.session import Session
from shared.ports.errors import DirectoryError

REPORT = "/beta/reports/appCredentialSignInActivities"
UNLICENSED = "NonPremiumTenantOrB2C"
"""What Graph's codes for a missing licence have in common."""
GOES_ON = "The check goes on without evidence of use"


class _Activity(msgspec.Struct, rename="camel"):
    last_sign_in_date_time: str | None = None


class _Row(msgspec.Struct, rename="camel"):
    key_id: str | None = None
    sign_in_activity: _Activity | None = None


class _Page(msgspec.Struct):
    value: list[_Row]
    next: str | None = msgspec.field(default=None, name="@odata.nextLink")


class GraphUsageReport:
    """The report of one tenant; implements the port `UsageReport`. Keeps no connection and no token between two calls."""

    def __init__(self, root: str, sign_in: CredentialFactory, *, backoff: float = 1.0) -> None:
        """Say where and as whom to read; the arguments are those of `GraphDirectory`."""
        self._root = root
        self._sign_in = sign_in
        self._backoff = backoff

    def last_seen(self, client_ids: Sequence[str], *, seconds: float) -> Mapping[str, datetime]:
        """Give, by key id, the last known sign-in (UTC) with each credential of these apps, all within `seconds`.

        Raises:
            DirectoryError: the report cannot be had, or not all of it.
        """
        if not client_ids:
            return {}
        with asyncio.Runner() as runner:
            return runner.run(self._last_seen(client_ids, seconds))

    async def _last_seen(self, client_ids: Sequence[str], seconds: float) -> dict[str, datetime]:
        session = Session(self._root, self._sign_in, seconds=seconds, backoff=self._backoff)
        seen: dict[str, datetime] = {}
        try:
            for client_id in dict.fromkeys(
                client_ids
            ):  # one after the other: reports allow five requests in ten seconds
                async for row in _rows(session, client_id):
                    at = _instant(row.sign_in_activity)
                    if row.key_id and at:
                        key_id = row.key_id.lower()
                        seen[key_id] = max(at, seen.get(key_id, at))
        finally:
            await session.close()
        return seen


async def _rows(session: Session, client_id: str) -> AsyncGenerator[_Row]:
    """Give every row about an app's credentials: one for each credential and resource that it was used for."""
    quoted = client_id.replace("'", "''")
    address = str(
        httpx.URL(f"{session.root.rstrip('/')}{REPORT}", params={"$filter": f"appId eq '{quoted}'"})
    )
    read = {address}
    while True:
        request = RequestInformation(Method.GET)
        request.url = address
        request.headers.try_add("Accept", "application/json")
        page = _page(await session.fetch(request))
        for row in page.value:
            yield row
        if page.next is None:
            return
        address = followed(page.next, session, read)


def _page(answer: GraphResponse) -> _Page:
    if answer.status != HTTPStatus.OK:
        raise _refusal(answer)
    try:
        return msgspec.json.decode(answer.body, type=_Page)
    except UNREADABLE as error:
        raise unreadable(answer.body, error) from error


def _instant(activity: _Activity | None) -> datetime | None:
    """Read an instant as UTC. What is none is no evidence: Microsoft's own example has the offset `-8:00`, and the year 1 means never."""
    if activity is None or activity.last_sign_in_date_time is None:
        return None
    try:
        at = datetime.fromisoformat(activity.last_sign_in_date_time)
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return at if at.year > 1 else None


def _refusal(answer: GraphResponse) -> DirectoryError:
    """Say why there is no report, and what to do."""
    error = complaint(answer, f" {GOES_ON}.")
    said = error.code + (f", request id {error.request_id}" if error.request_id else "")
    if answer.status == HTTPStatus.FORBIDDEN and UNLICENSED in error.code:
        text = (
            "Graph gives the report of credential sign-ins only to tenants with Entra ID P1 or P2, and says that this one has neither"
            f" ({said}). {GOES_ON}. Set LAPSEWATCH_SIGN_INS to off; if the tenant has such a licence, wait a day first, for Graph"
            " has been seen to say this by mistake."
        )
    elif answer.status == HTTPStatus.FORBIDDEN:
        text = (
            "Graph refuses the report of credential sign-ins: the identity lacks the Graph application permission AuditLog.Read.All"
            f" ({said}). {GOES_ON}. An administrator must grant it to the identity; or set LAPSEWATCH_SIGN_INS to off."
        )
    elif answer.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND):
        text = (
            "Graph has no report of credential sign-ins here: it is in beta, and only in Microsoft's global cloud"
            f" ({answer.status} {said}). {GOES_ON}. Set LAPSEWATCH_SIGN_INS to off."
        )
    else:
        return error
    return DirectoryError(text, transient=False, code=error.code, request_id=error.request_id)
