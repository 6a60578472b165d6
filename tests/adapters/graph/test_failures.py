"""Failures of Graph, the connection and the sign-in: a `DirectoryError`, in time."""

import gzip
import logging
import time
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from azure.core.credentials import AccessToken, TokenCredential

from shared.adapters.graph.directory import GraphDirectory
from shared.adapters.graph.inventory import GraphInventory
from shared.adapters.graph.retry import retry_after
from shared.adapters.identity.managed import credential
from shared.adapters.table.client import TableCredential
from shared.adapters.table.errors import NoTokenError
from shared.ports.directory import AppQuery
from shared.ports.errors import DirectoryError
from shared.ports.inventory import ScanQuery
from tests.support.graph_objects import CLIENT_ID, FixedToken, application, error, principal, secret
from tests.support.scripted import Asked, Reply, Script, Scripted, reply

ALL = ScanQuery(datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC))
PAGE = reply({"value": [application(passwordCredentials=[secret()])]})
CUT = Reply(reset=True)


def first_page(script: Script | Sequence[Reply], *, seconds: float = 20) -> int:
    """Read one page, and return the number of its apps."""
    with Scripted(script) as graph:
        return len(
            next(
                GraphInventory(graph.url, FixedToken, backoff=0.001).scan(ALL, seconds=seconds)
            ).apps
        )


def failure(script: Script | Sequence[Reply], *, seconds: float = 20) -> DirectoryError:
    with pytest.raises(DirectoryError) as caught:
        first_page(script, seconds=seconds)
    return caught.value


@pytest.mark.parametrize(
    "replies",
    [
        [Reply(500), PAGE],
        [Reply(502, b"<html>Bad gateway</html>"), Reply(503), Reply(504), PAGE],
        [reply(error("TooManyRequests"), 429, retry_after="0.002"), PAGE],
        [Reply(429), PAGE],
        [reply({}, 429, retry_after="soon"), PAGE],
        [reply({}, 503, retry_after="-1"), PAGE],
        [CUT, CUT, PAGE],
        [Reply(200, b'{"value":[', missing=100), PAGE],
        [Reply(500)] * 6 + [PAGE],
    ],
)
def test_transient_failures_are_retried(replies: Sequence[Reply]) -> None:
    assert first_page(replies) == 1


def test_waits_for_a_fraction_of_a_second() -> None:
    started = time.monotonic()
    assert first_page([reply({}, 429, retry_after="0.25"), PAGE]) == 1
    assert 0.25 <= time.monotonic() - started < 3


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30),
        ("2.128", 2.128),
        ("0", None),
        ("-1", None),
        ("nan", None),
        ("inf", None),
        ("Sat, 07 May 2022 06:52:49 GMT", None),
        ("", None),
    ],
)
def test_retry_after_is_read_in_seconds_only(header: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": header}) == seconds


def test_retries_are_not_counted() -> None:
    with Scripted([Reply(500), CUT, PAGE]) as graph:
        assert (
            next(
                GraphInventory(graph.url, FixedToken, backoff=0.001).scan(ALL, seconds=20)
            ).requests
            == 1
        )


def test_waits_for_minutes_if_there_is_time() -> None:
    waits: list[float] = []

    async def pause(seconds: float) -> None:
        waits.append(seconds)

    with Scripted([reply({}, 429, retry_after="200.5"), PAGE]) as graph:
        assert next(GraphInventory(graph.url, FixedToken, pause=pause).scan(ALL, seconds=600)).apps
    assert waits == [200.5]


@pytest.mark.parametrize("wait", ["60", "500.5"])
def test_does_not_wait_beyond_the_time_of_the_check(wait: str) -> None:
    with Scripted([reply(error("TooManyRequests"), 429, retry_after=wait), PAGE]) as graph:
        with pytest.raises(
            DirectoryError,
            match=f"TooManyRequests.* asks us to wait for {wait} s, and only (30|2.) s are left",
        ) as caught:
            next(GraphInventory(graph.url, FixedToken).scan(ALL, seconds=30))
        assert caught.value.transient
        assert len(graph.asked) == 1


def test_retries_end() -> None:
    with (
        Scripted(lambda _: Reply(503)) as graph,
        pytest.raises(DirectoryError, match="Graph answered 503"),
    ):
        next(GraphInventory(graph.url, FixedToken, backoff=0.001).scan(ALL, seconds=20))
    assert len(graph.asked) == 7


def test_repeated_lost_connections_are_an_error() -> None:
    assert "No connection to Graph at 127.0.0.1" in str(failure([CUT] * 10))


def test_missing_connection_is_a_failure_of_every_app() -> None:
    with Scripted([]) as gone:
        pass
    reading = GraphDirectory(gone.url, FixedToken, backoff=0.001).read(
        [AppQuery("a"), AppQuery("b")], seconds=20
    )
    assert set(reading.failures) == {"a", "b"}
    assert "No connection to Graph" in str(reading.failures["a"])


@pytest.mark.slow
def test_silent_graph_ends_within_the_time_of_the_check() -> None:
    with Scripted(lambda _: Reply(hang=True)) as graph:
        started = time.monotonic()
        reading = GraphDirectory(graph.url, FixedToken).read([AppQuery(CLIENT_ID)], seconds=2)
        assert time.monotonic() - started < 10
    assert str(reading.failures[CLIENT_ID]) == "Graph did not respond within 2 s."


@pytest.mark.slow
def test_responses_in_time_are_kept_if_others_are_late() -> None:
    def script(asked: Asked) -> Reply:
        if "slow" in asked.path:
            return Reply(hang=True)
        return reply(application(appId="quick") if "applications" in asked.path else principal())

    with Scripted(script) as graph:
        reading = GraphDirectory(graph.url, FixedToken).read(
            [AppQuery("quick"), AppQuery("slow")], seconds=1
        )
    assert set(reading.apps) == {"quick"}
    assert set(reading.failures) == {"slow"}


def test_missing_permission_is_named() -> None:
    said = failure(
        [
            reply(
                error(
                    "Authorization_RequestDenied",
                    "Insufficient privileges to complete the operation.",
                ),
                403,
            )
        ]
    )
    assert str(said) == (
        "Graph refuses: the identity lacks the Graph application permission Application.Read.All."
        " An administrator must grant it to the identity. If it was granted already, wait: Azure"
        " may hand out the token from before for up to 24 hours, and no restart helps."
        " Graph said: 403"
        " Authorization_RequestDenied, Insufficient privileges to complete the operation."
        " (request id 93b6f17e-c05d-4f45-ad2a-6665c708d8a0)."
    )
    assert (said.code, said.request_id, said.transient) == (
        "Authorization_RequestDenied",
        "93b6f17e-c05d-4f45-ad2a-6665c708d8a0",
        False,
    )


def test_refused_token_is_an_error() -> None:
    said = failure([reply(error("InvalidAuthenticationToken"), 401)])
    assert "does not accept the token" in str(said)
    assert not said.transient


def test_request_id_may_be_in_the_header() -> None:
    assert (
        failure([Reply(400, b"<html>", {"request-id": "from-the-header"})]).request_id
        == "from-the-header"
    )


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"error":"text"}', b'{"error":{"code":5}}', b"\xff\xfe"]
)
def test_error_without_graphs_text_has_its_status(body: bytes) -> None:
    assert str(failure([Reply(400, body)])) == "Graph answered 400."


def test_error_text_is_one_short_line() -> None:
    said = str(
        failure([reply(error("Bad\r\nCode", "first\nsecond\x1b[31m\u202e" + "x" * 5000), 400)])
    )
    assert "400 Bad Code, first second [31mx" in said
    assert len(said) < 500
    assert said.isprintable()


def test_redirect_is_not_followed() -> None:
    with Scripted([PAGE]) as elsewhere:
        assert "Graph answered 302" in str(failure([Reply(302, b"", {"Location": elsewhere.url})]))
    assert elsewhere.asked == []


def test_html_instead_of_json_is_an_error() -> None:
    said = str(
        failure(
            [Reply(200, b"<!DOCTYPE html><title>Sign in</title>", {"Content-Type": "text/html"})]
        )
    )
    assert "Graph returned HTML instead of JSON (<!DOCTYPE html><title>Sign in</title>)" in said


PACKED = gzip.compress(PAGE.body)


def test_compressed_response_is_read() -> None:
    assert first_page([Reply(200, PACKED, {"Content-Encoding": "gzip"})]) == 1


@pytest.mark.parametrize("body", [PACKED[: len(PACKED) // 2], b"not packed at all"])
def test_unreadable_compression_is_an_error(body: bytes) -> None:
    assert "Graph's response cannot be" in str(
        failure([Reply(200, body, {"Content-Encoding": "gzip"})])
    )


def test_token_needs_https() -> None:
    reading = GraphDirectory("http://graph.example", FixedToken).read(
        [AppQuery(CLIENT_ID)], seconds=20
    )
    assert "only https:// protects the token" in str(reading.failures[CLIENT_ID])


@pytest.mark.parametrize("root", ["http://127.0.0.2:9", "http://localhost:9", "http://[::1]:9"])
def test_loopback_needs_no_https(root: str) -> None:
    """Nothing listens on the port of "discard"; the token is requested before that."""
    reading = GraphDirectory(root, FixedToken, backoff=0.001).read(
        [AppQuery(CLIENT_ID)], seconds=20
    )
    assert "No connection to Graph at" in str(reading.failures[CLIENT_ID])


# The sign-in


@pytest.fixture
def in_azure(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Set the header of a token endpoint for azure-identity; each test sets its URL."""
    monkeypatch.setenv("IDENTITY_HEADER", "the-header")
    return monkeypatch


def identity() -> TokenCredential:
    return credential(
        "the-identity",
        graph_is_loopback=True,
        environment={"IDENTITY_ENDPOINT": "x", "IDENTITY_HEADER": "x"},
    )


def granted(asked: Asked) -> Reply:
    del asked
    return reply(
        {
            "access_token": "managed",
            "expires_on": str(int(time.time()) + 86400),
            "resource": "http://127.0.0.1",
            "token_type": "Bearer",
        }
    )


def test_managed_identity_gets_one_token_per_run(in_azure: pytest.MonkeyPatch) -> None:
    with Scripted(granted) as tokens, Scripted(lambda _: reply({})) as graph:
        in_azure.setenv("IDENTITY_ENDPOINT", f"{tokens.url}/msi/token")
        directory = GraphDirectory(graph.url, identity, backoff=0.001)
        for _ in range(3):
            directory.read([AppQuery("a"), AppQuery("b")], seconds=20)
    assert [asked.path for asked in tokens.asked] == [
        "/msi/token?api-version=2019-08-01&resource=http://127.0.0.1&client_id=the-identity",
    ] * 3
    assert {asked.headers["x-identity-header"] for asked in tokens.asked} == {"the-header"}
    assert {asked.headers["authorization"] for asked in graph.asked} == {"Bearer managed"}


@pytest.mark.parametrize(
    ("token_reply", "said"),
    [
        (
            reply(
                {
                    "statusCode": 400,
                    "message": "No User Assigned Managed Identity found for specified ClientId",
                },
                400,
            ),
            "No User Assigned",
        ),
        (Reply(200, b"<html>"), "JSON is invalid"),
        (Reply(200, b""), "Expecting value"),
        (Reply(200, b"[1]"), "no attribute"),
        (reply({"access_token": "x", "expires_on": "soon"}), "'soon'"),
    ],
)
def test_failed_sign_in_is_tried_once_for_all_apps(
    in_azure: pytest.MonkeyPatch, token_reply: Reply, said: str
) -> None:
    with Scripted(lambda _: token_reply) as tokens, Scripted([]) as graph:
        in_azure.setenv("IDENTITY_ENDPOINT", f"{tokens.url}/msi/token")
        reading = GraphDirectory(graph.url, identity).read(
            [AppQuery("a"), AppQuery("b")], seconds=20
        )
    assert set(reading.failures) == {"a", "b"}
    assert said in str(reading.failures["a"])
    assert "No token for Graph" in str(reading.failures["b"])
    assert "AZURE_CLIENT_ID" in str(reading.failures["b"])
    assert "the-header" not in str(reading.failures["a"])
    assert (len(tokens.asked), graph.asked, reading.requests) == (1, [], 0)


@pytest.mark.parametrize(
    "cut",
    [
        b'{"access_token": "eyJ0eXAi.eyJhdWQi.secret", "expires',
        b'"eyJ0eXAi.eyJhdWQi.secret"',
        b"eyJ0eXAi.eyJhdWQi.secret",
    ],
)
def test_incomplete_token_response_is_not_quoted(
    in_azure: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, cut: bytes
) -> None:
    caplog.set_level(logging.INFO)
    with (
        Scripted(lambda _: Reply(200, cut, {"Content-Type": "application/json"})) as tokens,
        Scripted([]) as graph,
    ):
        in_azure.setenv("IDENTITY_ENDPOINT", f"{tokens.url}/msi/token")
        failure = (
            GraphDirectory(graph.url, identity).read([AppQuery("a")], seconds=20).failures["a"]
        )
        with pytest.raises(NoTokenError) as caught:
            TableCredential(identity()).get_token("https://storage.azure.com/.default")
    shown = (
        "".join(traceback.format_exception(failure) + traceback.format_exception(caught.value))
        + caplog.text
    )
    assert "No token for Graph" in shown
    assert "secret" not in shown


def test_hanging_sign_in_ends_with_the_check(in_azure: pytest.MonkeyPatch) -> None:
    with Scripted(lambda _: Reply(hang=True)) as tokens, Scripted([]) as graph:
        in_azure.setenv("IDENTITY_ENDPOINT", f"{tokens.url}/msi/token")
        started = time.monotonic()
        reading = GraphDirectory(graph.url, identity).read([AppQuery("a")], seconds=0.3)
        assert time.monotonic() - started < 5
    assert str(reading.failures["a"]) == "The sign-in for Graph did not respond within 0.3 s."


def test_refused_sign_in_keeps_its_text() -> None:
    def refuse() -> TokenCredential:
        return credential(None, graph_is_loopback=True, environment={})

    with Scripted([]) as graph:
        reading = GraphDirectory(graph.url, refuse).read([AppQuery("a")], seconds=20)
    assert "never sent there" in str(reading.failures["a"])
    assert graph.asked == []


def test_token_is_renewed_before_it_expires() -> None:
    class ShortToken(FixedToken):
        def get_token(self, *_scopes: str, **_options: object) -> AccessToken:
            self.asked += 1
            return AccessToken(f"token-{self.asked}", int(time.time()) + 60)

    def endless(asked: Asked) -> Reply:
        return reply(
            {
                "value": [],
                "@odata.nextLink": f"http://{asked.headers['host']}/v1.0/applications?$skiptoken={len(graph.asked)}",
            }
        )

    with Scripted(endless) as graph:
        pages = GraphInventory(graph.url, ShortToken).scan(ALL, seconds=20)
        next(pages)
        next(pages)
        pages.close()
    assert [asked.headers["authorization"] for asked in graph.asked] == [
        "Bearer token-1",
        "Bearer token-2",
    ]
