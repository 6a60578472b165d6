"""Read when credentials were last used, from Microsoft Graph. No check depends on it.

The report is in Graph's beta and the global cloud only. It needs the application permission
AuditLog.Read.All and a tenant with Entra ID P1 or P2:
https://learn.microsoft.com/graph/api/reportroot-list-appcredentialsigninactivities.
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
from shared.adapters.graph.paging import next_page_url
from shared.adapters.graph.response import UNREADABLE, GraphResponse, unreadable_error
from shared.adapters.graph.session import Session
from shared.adapters.graph.usage_report_errors import report_error
from shared.core.model.days import LONG_AGO, within_bounds

REPORT = "/beta/reports/appCredentialSignInActivities"


class _Activity(msgspec.Struct, rename="camel"):
    last_sign_in_date_time: str | None = None


class _Row(msgspec.Struct, rename="camel"):
    key_id: str | None = None
    sign_in_activity: _Activity | None = None


class _Page(msgspec.Struct):
    value: list[_Row]
    next: str | None = msgspec.field(default=None, name="@odata.nextLink")


class GraphUsageReport:
    """The report of one tenant; implements the port `UsageReport`.

    Keeps no connection and no token between two calls.
    """

    def __init__(self, root: str, sign_in: CredentialFactory, *, backoff: float = 1.0) -> None:
        """Contact nothing yet; the arguments are those of `GraphDirectory`."""
        self._root = root
        self._sign_in = sign_in
        self._backoff = backoff

    def last_seen(self, client_ids: Sequence[str], *, seconds: float) -> Mapping[str, datetime]:
        """Return the last sign-in (UTC) with each credential of these apps, by key id.

        Everything ends within `seconds`.

        Raises:
            DirectoryError: the report, or a part of it, cannot be read.
        """
        if not client_ids:
            return {}
        with asyncio.Runner() as runner:
            return runner.run(self._last_seen(client_ids, seconds))

    async def _last_seen(self, client_ids: Sequence[str], seconds: float) -> dict[str, datetime]:
        session = Session(self._root, self._sign_in, seconds=seconds, backoff=self._backoff)
        latest: dict[str, datetime] = {}
        try:
            # One after the other: reports allow five requests in ten seconds.
            for client_id in dict.fromkeys(client_ids):
                async for row in _rows(session, client_id):
                    at = _instant(row.sign_in_activity)
                    if row.key_id and at:
                        key_id = row.key_id.lower()
                        latest[key_id] = max(at, latest.get(key_id, at))
        finally:
            await session.close()
        return latest


async def _rows(session: Session, client_id: str) -> AsyncGenerator[_Row]:
    """Yield the rows of an app: one for each credential and resource it was used for."""
    quoted = client_id.replace("'", "''")
    report = httpx.URL(
        f"{session.root.rstrip('/')}{REPORT}", params={"$filter": f"appId eq '{quoted}'"}
    )
    url = str(report)
    seen = {url}
    while True:
        request = RequestInformation(Method.GET)
        request.url = url
        request.headers.try_add("Accept", "application/json")
        page = _page(await session.fetch(request))
        for row in page.value:
            yield row
        if page.next is None:
            return
        url = next_page_url(page.next, session.root, seen)


def _page(response: GraphResponse) -> _Page:
    if response.status != HTTPStatus.OK:
        raise report_error(response)
    try:
        return msgspec.json.decode(response.body, type=_Page)
    except UNREADABLE as error:
        raise unreadable_error(response.body, error) from error


def _instant(activity: _Activity | None) -> datetime | None:
    """Return an instant in UTC; `None` if it cannot be read, which proves nothing.

    Microsoft's own example has the offset `-8:00`, and the year 1 means never.
    """
    if activity is None or activity.last_sign_in_date_time is None:
        return None
    try:
        at = datetime.fromisoformat(activity.last_sign_in_date_time)
    except ValueError:
        return None
    at = within_bounds(at if at.tzinfo else at.replace(tzinfo=UTC))
    return at if at > LONG_AGO else None
