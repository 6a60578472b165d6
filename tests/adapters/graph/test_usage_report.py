"""The usage report over real HTTP: what counts as evidence, and the errors."""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.adapters.graph.usage_report import GraphUsageReport
from shared.ports.errors import DirectoryError
from shared.ports.usage_report import UsageReport
from tests.support.graph_objects import CLIENT_ID, FixedToken, error
from tests.support.scripted import Asked, Reply, Script, Scripted, reply

OTHER = "0f0f0f0f-1111-4222-8333-444444444444"
KEY = "83f45296-fb8f-4aaa-a399-ac51084e02b7"
NEWER = "58ed553a-d3af-4520-8d81-4775274faac5"
REPORT = "/beta/reports/appCredentialSignInActivities"
CONTINUES = "The check continues without evidence of use."


def row(
    at: object = "2026-11-20T06:00:00Z", key_id: object = KEY, **changes: object
) -> dict[str, object]:
    """A row of the report, as documented."""
    return {
        "appId": CLIENT_ID,
        "credentialOrigin": "application",
        "expirationDateTime": "2026-12-13T09:15:00-8:00",
        "id": "ODNmNDUyOTYtZmI4Zi00YWFhLWEzOTktYWM1MTA4NGUwMmI3fGFwcGxpY2F0aW9u",
        "keyId": key_id,
        "keyType": "clientSecret",
        "resourceId": "a89dc091-a671-4da4-9fcf-3ef06bdf3ac3",
        "signInActivity": {"lastSignInDateTime": at, "lastSignInRequestId": "guid1"},
        **changes,
    }


def page(*rows: Mapping[str, object], link: str | None = None) -> Reply:
    return reply({"value": list(rows), **({"@odata.nextLink": link} if link else {})})


def last_seen(
    script: Script | Sequence[Reply],
    client_ids: Sequence[str] = (CLIENT_ID,),
    *,
    seconds: float = 20,
) -> Mapping[str, datetime]:
    with Scripted(script) as graph:
        report: UsageReport = GraphUsageReport(graph.url, FixedToken, backoff=0.001)
        return report.last_seen(client_ids, seconds=seconds)


def failure(script: Script | Sequence[Reply], *, seconds: float = 20) -> DirectoryError:
    with pytest.raises(DirectoryError) as caught:
        last_seen(script, seconds=seconds)
    return caught.value


def test_requests_each_app_once_with_our_token() -> None:
    with Scripted([page(row()), page(row(key_id=NEWER))]) as graph:
        found = GraphUsageReport(graph.url, FixedToken).last_seen(
            [CLIENT_ID, OTHER, CLIENT_ID], seconds=20
        )
    assert found.keys() == {KEY, NEWER}
    assert [urlsplit(asked.path).path for asked in graph.asked] == [REPORT, REPORT]
    assert [parse_qs(urlsplit(asked.path).query) for asked in graph.asked] == [
        {"$filter": [f"appId eq '{CLIENT_ID}'"]},
        {"$filter": [f"appId eq '{OTHER}'"]},
    ]
    assert {asked.headers["authorization"] for asked in graph.asked} == {"Bearer the-token"}


def test_no_apps_need_no_request() -> None:
    with Scripted([]) as graph:
        assert GraphUsageReport(graph.url, FixedToken).last_seen([], seconds=20) == {}
    assert graph.asked == []


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-20T06:00:00Z", datetime(2026, 11, 20, 6, tzinfo=UTC)),
        ("2026-11-20T06:00:00.1234567Z", datetime(2026, 11, 20, 6, 0, 0, 123456, tzinfo=UTC)),
        ("2026-11-20T06:00:00-08:00", datetime(2026, 11, 20, 14, tzinfo=UTC)),
        ("2026-11-20T06:00:00", datetime(2026, 11, 20, 6, tzinfo=UTC)),
    ],
)
def test_instants_are_read_as_utc(text: str, at: datetime) -> None:
    found = last_seen([page(row(text))])[KEY]
    assert (found, found.utcoffset()) == (at, at.utcoffset())


@pytest.mark.parametrize(
    "unused",
    [
        row("2021-03-18T00:00:00-8:00"),  # as in Microsoft's own example
        row("0001-01-01T00:00:00Z"),
        row("0001-01-01T00:00:00+08:00"),
        row("yesterday"),
        row(""),
        row(None),
        row(signInActivity=None),
        row(signInActivity={}),
        row(key_id=None),
        {"appId": CLIENT_ID},
    ],
)
def test_row_without_an_instant_is_ignored(
    unused: Mapping[str, object],
) -> None:
    assert last_seen([page(unused, row(key_id=NEWER))]).keys() == {NEWER}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_latest_row_of_a_credential_counts(order: Sequence[int]) -> None:
    rows = [
        row("2026-11-18T06:00:00Z"),
        row("2026-11-19T06:00:00Z"),
        row("2026-11-20T01:00:00-08:00"),
    ]
    assert last_seen([page(*(rows[index] for index in order))]) == {
        KEY: datetime(2026, 11, 20, 9, tzinfo=UTC)
    }


def test_key_ids_are_in_lower_case() -> None:
    rows = [row("2026-11-20T06:00:00Z", KEY.upper()), row("2026-11-18T06:00:00Z")]
    assert last_seen([page(*rows)]) == {KEY: datetime(2026, 11, 20, 6, tzinfo=UTC)}


def test_reads_every_page_after_an_empty_one() -> None:
    def script(asked: Asked) -> Reply:
        number = int(parse_qs(urlsplit(asked.path).query).get("$skiptoken", ["0"])[0])
        link = (
            f"http://{asked.headers['host']}{REPORT}?$skiptoken={number + 1}"
            if number < 2
            else None
        )
        return page(*([], [row()], [row(key_id=NEWER)])[number], link=link)

    assert last_seen(script).keys() == {KEY, NEWER}


@pytest.mark.parametrize(
    "link",
    ["https://graph.example/beta/reports/x", "http://127.0.0.1:1/beta/x", "/beta/x", "http://["],
)
def test_link_to_another_host_is_not_followed(link: str) -> None:
    with (
        Scripted([page(row(), link=link), page()]) as graph,
        pytest.raises(DirectoryError, match="link to the next page"),
    ):
        GraphUsageReport(graph.url, FixedToken, backoff=0.001).last_seen([CLIENT_ID], seconds=20)
    assert len(graph.asked) == 1


def test_circular_list_is_an_error() -> None:
    def script(asked: Asked) -> Reply:
        return page(row(), link=f"http://{asked.headers['host']}{REPORT}?$skiptoken=again")

    assert "has no end" in str(failure(script))


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (
            403,
            "Authentication_MSGraphPermissionMissing",
            "application permission AuditLog.Read.All",
        ),
        (403, "Authorization_RequestDenied", "application permission AuditLog.Read.All"),
        (
            403,
            "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
            "only to tenants with Entra ID P1 or P2",
        ),
        (404, "ResourceNotFound", "only in Microsoft's global cloud"),
        (400, "BadRequest", "only in Microsoft's global cloud"),
    ],
)
def test_missing_report_says_what_to_do(status: int, code: str, words: str) -> None:
    said = failure([reply(error(code), status)])
    assert words in str(said)
    assert CONTINUES in str(said)
    assert "LAPSEWATCH_SIGN_INS to off" in str(said)
    assert code in str(said)
    assert "93b6f17e-c05d-4f45-ad2a-6665c708d8a0" in str(said)
    assert "Application.Read.All" not in str(said)
    assert (said.transient, said.code) == (False, code)


def test_html_instead_of_the_report_is_an_error() -> None:
    assert "AuditLog.Read.All (403)" in str(failure([Reply(403, b"<html>Forbidden</html>")]))
    assert "HTML instead of JSON" in str(failure([Reply(200, b"<html>Hello</html>")]))
    assert "cannot be read" in str(failure([reply({"value": [{"keyId": 5}]})]))


def test_transient_failures_are_retried() -> None:
    assert last_seen([Reply(500), reply({}, 429, retry_after="0.002"), page(row())]).keys() == {KEY}
    said = failure(lambda _: Reply(503))
    assert said.transient
    assert str(said).endswith(CONTINUES)


def test_ends_within_its_time() -> None:
    started = time.monotonic()
    assert "did not respond within 0.3 s" in str(failure(lambda _: Reply(hang=True), seconds=0.3))
    assert time.monotonic() - started < 3


def test_token_needs_https() -> None:
    with pytest.raises(DirectoryError, match="only https://"):
        GraphUsageReport("http://graph.example", FixedToken).last_seen([CLIENT_ID], seconds=5)
