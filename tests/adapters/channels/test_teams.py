"""The Teams adapter over real HTTP, against a scripted server on loopback."""

import json
import logging
import socket
import traceback
from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import NamedTuple

import pytest

from shared.adapters.channels.teams import TeamsWebhook
from shared.core.model.message import Message
from shared.core.model.secret import Secret
from shared.core.model.vocabulary import Reason
from shared.core.model.watchlist import TeamsChannel
from shared.ports.channel import Channel
from shared.ports.errors import ChannelError
from shared.render.card.card import cards, payloads
from tests.support.notices import credential, message, notice, service_view, unclaimed

SIGNATURE = "sOmEsIgNaTuRe"
PATH = f"/workflows/0a1b2c/triggers/manual/paths/invoke?api-version=1&sig={SIGNATURE}"
MESSAGE = message(notice(service_view()))
LONG = message(
    *(
        notice(unclaimed(credential(f"stray {number}", 400)), Reason.UNCLAIMED)
        for number in range(60)
    )
)


class Answer(NamedTuple):
    status: int = 202
    headers: Mapping[str, str] = {}
    body: bytes = b""


class Hangs(NamedTuple):
    """The server takes the request and does not answer."""


class Breaks(NamedTuple):
    """The server takes the request and closes the connection."""


class Flow(ThreadingHTTPServer):
    """Answers by its script, one entry per request; the last entry is repeated."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script: list[Answer | Hangs | Breaks] = [Answer()]
        self.bodies: list[bytes] = []
        self.paths: list[str] = []
        self.types: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{PATH}"


class Handler(BaseHTTPRequestHandler):
    server: Flow

    def do_POST(self) -> None:
        self.server.paths.append(self.path)
        self.server.types.append(self.headers["Content-Type"])
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        script = self.server.script
        match script.pop(0) if len(script) > 1 else script[0]:
            case Answer(status, headers, body):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            case Hangs():
                self.connection.recv(1)  # until the client gives up
            case Breaks():
                self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def flow() -> Iterator[Flow]:
    server = Flow()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


class Clock:
    """Records the waits instead of waiting."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.waits.append(seconds)


def webhook(
    url: str, clock: Clock | None = None, *, read_seconds: float = 5, page_url: str = ""
) -> TeamsWebhook:
    return TeamsWebhook(
        TeamsChannel("its", Secret(url)),
        partial(cards, page_url=page_url),
        read_seconds=read_seconds,
        sleep=clock or Clock(),
    )


def failure(channel: Channel, sent: Message = MESSAGE) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        channel.send(sent)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    for secret in (SIGNATURE, "/workflows/", "0a1b2c", "127.0.0.1"):
        assert secret not in shown
    return caught.value


def error_code(status: int, code: str) -> Answer:
    return Answer(
        status,
        {"Content-Type": "application/json"},
        json.dumps({"error": {"code": code, "message": f"see {PATH}"}}).encode(),
    )


@pytest.mark.parametrize("status", [200, 202])
def test_card_is_posted_once_as_rendered(flow: Flow, status: int) -> None:
    flow.script = [Answer(status)]
    webhook(flow.url).send(MESSAGE)
    assert [json.loads(body) for body in flow.bodies] == payloads(MESSAGE)
    assert flow.paths == [PATH]
    assert flow.types == ["application/json; charset=utf-8"]


def test_all_cards_of_a_long_message_are_posted_in_order(flow: Flow) -> None:
    webhook(flow.url).send(LONG)
    assert len(flow.bodies) > 1
    assert [json.loads(body) for body in flow.bodies] == payloads(LONG)


def test_card_links_to_the_page(flow: Flow) -> None:
    webhook(flow.url, page_url="https://lapsewatch.example.org/api/page").send(MESSAGE)
    assert b'"url": "https://lapsewatch.example.org/api/page#' in flow.bodies[0]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_transient_failure_is_retried(flow: Flow, status: int) -> None:
    clock = Clock()
    flow.script = [Answer(status), Answer(status), Answer(status), Answer()]
    webhook(flow.url, clock).send(MESSAGE)
    assert len(flow.bodies) == 4
    assert clock.waits == [1, 2, 4]


def test_gives_up_after_three_retries(flow: Flow) -> None:
    clock = Clock()
    flow.script = [Answer(503)]
    error = failure(webhook(flow.url, clock))
    assert error.transient
    assert "HTTP 503" in str(error)
    assert len(flow.bodies) == 4
    assert len(clock.waits) == 3


def test_retry_after_may_have_a_fraction(flow: Flow) -> None:
    clock = Clock()
    flow.script = [
        Answer(429, {"Retry-After": "2.128"}),
        Answer(429, {"Retry-After": "30"}),
        Answer(),
    ]
    webhook(flow.url, clock).send(MESSAGE)
    assert clock.waits == [2.128, 30]


def test_unreadable_retry_after_is_ignored(flow: Flow) -> None:
    clock = Clock()
    flow.script = [
        Answer(429, {"Retry-After": "Sun, 22 Nov 2026 14:00:00 GMT"}),
        Answer(429, {"Retry-After": "nan"}),
        Answer(),
    ]
    webhook(flow.url, clock).send(MESSAGE)
    assert clock.waits == [1, 2]


def test_long_retry_after_is_left_to_a_later_check(flow: Flow) -> None:
    clock = Clock()
    flow.script = [Answer(429, {"Retry-After": "31"})]
    error = failure(webhook(flow.url, clock))
    assert error.transient
    assert clock.waits == []
    assert len(flow.bodies) == 1


def test_cards_of_a_message_share_their_retries(flow: Flow) -> None:
    flow.script = [Answer(503), Answer(503), Answer(), Answer(503)]
    error = failure(webhook(flow.url), LONG)
    assert error.transient
    assert f"Channel “its”: only 1 of {len(payloads(LONG))} cards was sent. " in str(error)
    assert len(flow.bodies) == 5


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            error_code(400, "WorkflowTriggerIsNotEnabled"),
            "The flow is turned off or deleted. Turn it on in Power Automate",
        ),
        (
            error_code(400, "TriggerInputSchemaMismatch"),
            "The flow expects another kind of request.",
        ),
        (
            error_code(401, "DirectApiAuthorizationRequired"),
            "Set “Who can trigger the flow” to Anyone",
        ),
        (
            error_code(404, "WorkflowNotFound"),
            "If it is still in Power Automate, copy its URL again; else create a new flow",
        ),
        (Answer(404, {}, b"<html>"), "The flow does not exist."),
        (Answer(401, {}, b'{"error": "text"}'), "Copy the whole URL of the flow again"),
        (Answer(403, {}, b"[]"), "Copy the whole URL of the flow again"),
        (Answer(400, {}, b"\xff"), "Look at the flow's trigger"),
        (Answer(413), "too large"),
        (Answer(418), "an unexpected response"),
        (Answer(302, {"Location": "https://elsewhere.example/"}), "redirects are not followed"),
    ],
)
def test_permanent_failure_says_what_to_do_without_a_retry(
    flow: Flow, answer: Answer, words: str
) -> None:
    flow.script = [answer]
    error = failure(webhook(flow.url))
    assert not error.transient
    assert str(error).startswith("Channel “its”: not sent. ")
    assert words in str(error)
    assert f"(HTTP {answer.status}" in str(error)
    assert len(flow.bodies) == 1


def test_unreadable_error_code_is_not_shown(flow: Flow) -> None:
    flow.script = [error_code(400, f"https://x/?{SIGNATURE}")]
    assert "(HTTP 400)" in str(failure(webhook(flow.url)))


def test_missing_response_is_not_retried(flow: Flow) -> None:
    flow.script = [Hangs()]
    error = failure(webhook(flow.url, read_seconds=0.2))
    assert error.transient
    assert "the message may or may not be in Teams" in str(error)
    assert len(flow.bodies) == 1


def test_broken_connection_is_not_retried(
    flow: Flow,
) -> None:
    flow.script = [Breaks()]
    error = failure(webhook(flow.url))
    assert error.transient
    assert "the message may or may not be in Teams" in str(error)
    assert len(flow.bodies) == 1


def test_failed_connection_is_retried() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as nobody:
        port = nobody.getsockname()[1]
    clock = Clock()
    error = failure(webhook(f"http://127.0.0.1:{port}{PATH}", clock))
    assert error.transient
    assert "could not be reached" in str(error)
    assert clock.waits == [1, 2, 4]


def test_server_without_tls_is_an_error(flow: Flow) -> None:
    error = failure(webhook(flow.url.replace("http:", "https:")))
    assert error.transient
    assert "No secure connection" in str(error)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://",
        "nonsense",
        "https://[",
        f"https://{'a' * 64}.example{PATH}",
        f"ftp://a.example{PATH}",
    ],
)
def test_unusable_url_is_an_error_and_not_shown(url: str) -> None:
    error = failure(webhook(url))
    assert not error.transient
    assert "The URL cannot be used." in str(error)


def test_no_log_shows_the_url(flow: Flow, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    flow.script = [Answer(503), Answer(404, {"no header": "at all"}), Breaks()]
    failure(webhook(flow.url))
    failure(webhook(flow.url))
    failure(webhook(flow.url.replace("http:", "https:")))
    assert SIGNATURE not in caplog.text
    assert "/workflows/" not in caplog.text
