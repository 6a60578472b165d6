"""The heartbeat over real HTTP: what is called after a check; its URL is never shown."""

import logging
import socket
import traceback
from collections.abc import Sequence
from contextlib import closing

import pytest

from shared.adapters.channels.heartbeat import HeartbeatPing
from shared.core.model.secret import Secret
from shared.ports.errors import ChannelError
from shared.ports.heartbeat import Heartbeat
from tests.support.scripted import Reply, Script, Scripted

PATH = "/ping/0a1b2c3d"
CUT = Reply(reset=True)


def asked(script: Script | Sequence[Reply], *, good: bool = True, path: str = PATH) -> list[str]:
    """Ping once, and return the requests that the service got."""
    with Scripted(script) as service:
        heartbeat: Heartbeat = HeartbeatPing(Secret(service.url + path), timeout=(5, 0.3))
        heartbeat.beat(good=good)
    return [f"{each.method} {each.path}" for each in service.asked]


def failure(url: str) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        HeartbeatPing(Secret(url), timeout=(5, 0.3)).beat(good=True)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert caught.value.__context__ is None
    for secret in ("/ping", "0a1b2c3d", "127.0.0.1"):
        assert secret not in shown
    return caught.value


def test_successful_check_gets_the_url() -> None:
    assert asked([Reply(200, b"OK")]) == [f"GET {PATH}"]


@pytest.mark.parametrize(
    ("path", "failing"),
    [
        (PATH, f"{PATH}/fail"),
        (f"{PATH}/", f"{PATH}/fail"),
        (f"{PATH}?key=a%2Fb", f"{PATH}/fail?key=a/b"),
        ("", "/fail"),
    ],
)
def test_failed_check_adds_fail_before_the_query(path: str, failing: str) -> None:
    assert asked([Reply(204)], good=False, path=path) == [f"GET {failing}"]


def test_lost_connection_is_retried_once() -> None:
    assert asked([CUT, Reply(200)]) == [f"GET {PATH}"] * 2
    with Scripted(lambda _: CUT) as service:
        said = failure(service.url + PATH)
        assert len(service.asked) == 2
    assert said.transient
    assert str(said) == (
        "The heartbeat service did not receive this check: it could not be reached."
        " The next check pings it again."
    )


@pytest.mark.parametrize(
    ("reply", "words", "transient"),
    [
        (Reply(404), "it answered HTTP 404. Check LAPSEWATCH_HEARTBEAT_URL.", False),
        (Reply(429), "it answered HTTP 429. The next check pings it again", True),
        (Reply(500), "it answered HTTP 500. The next check pings it again", True),
        (
            Reply(302, headers={"Location": "/ping/elsewhere"}),
            "redirects are not followed (HTTP 302). Check",
            False,
        ),
        (Reply(hang=True), "it did not respond in time. The next check pings it again", True),
    ],
)
def test_error_response_is_not_retried(
    reply: Reply,
    words: str,
    transient: bool,  # noqa: FBT001  (a column)
) -> None:
    with Scripted(lambda _: reply) as service:
        said = failure(service.url + PATH)
        assert len(service.asked) == 1
    assert words in str(said)
    assert said.transient == transient


def test_unreachable_service_is_an_error() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    assert "could not be reached" in str(failure(f"http://127.0.0.1:{port}{PATH}"))


def test_service_without_tls_is_an_error() -> None:
    with Scripted(lambda _: Reply(200)) as service:
        assert "no secure connection" in str(
            failure(service.url.replace("http://", "https://") + PATH)
        )


@pytest.mark.parametrize(
    "url", ["no url", "http://[/ping/0a1b2c3d", "ftp://127.0.0.1/ping/0a1b2c3d"]
)
def test_malformed_url_is_an_error(url: str) -> None:
    for good in (True, False):
        with pytest.raises(
            ChannelError, match=r"its URL cannot be used\. Check LAPSEWATCH_HEARTBEAT_URL\."
        ) as caught:
            HeartbeatPing(Secret(url)).beat(good=good)
        assert not caught.value.transient


def test_no_log_shows_the_url(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    asked([CUT, Reply(200)])
    asked([Reply(200, headers={"no header": "at all"})])
    asked([Reply(200)], good=False)
    assert "0a1b2c3d" not in caplog.text
