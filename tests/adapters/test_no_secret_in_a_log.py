"""No library logs a credential, even if the root logger is at DEBUG, and none traces a request."""

import json
import logging
import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any

import azure.functions as func
import h2.config
import h2.connection
import h2.events
import httpcore
import pytest
import requests
from azure.core.exceptions import ResourceNotFoundError
from azure.data.tables import TableServiceClient
from opentelemetry import context

from local.azurite import KEY, Azurite
from local.stand_in.managed_identity import MAIL_SENDER
from local.stand_in.tenant import SIGNATURE, Tenant
from shared.adapters.channels.acceptance import by_flow
from shared.adapters.channels.http_request import HttpRequest, make_request
from shared.adapters.library_logs import silence_libraries
from shared.bootstrap import ROOT, settings, watching
from shared.core.model.check_record import Outcome
from tests.support.app_routes import functions
from tests.support.scripted import Reply, Scripted

TOKEN = "opens-nothing-4711"
WATCHLIST = (ROOT / "watchlist.toml").read_text("utf-8")
MAILBOX = """
[channels.staff]
kind = "email"
to = ["staff@example.org"]
"""
INSTRUMENTATION = re.compile(
    r"opentelemetry-(?:instrumentation|distro|exporter)|azure-monitor-opentelemetry|opencensus|"
    r"applicationinsights|ddtrace|newrelic|elastic-apm|sentry-sdk"
)


@contextmanager
def everything(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Log everything: the root logger is at DEBUG, and no library has a level of its own."""
    loggers = [
        each
        for each in logging.Logger.manager.loggerDict.values()
        if isinstance(each, logging.Logger)
    ]
    levels = {each: each.level for each in loggers}
    for each in loggers:
        each.setLevel(logging.NOTSET)
    try:
        with caplog.at_level(logging.DEBUG):
            yield
    finally:
        for each, level in levels.items():
            each.setLevel(level)


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """Return all records, with their arguments and their errors."""
    records = (f"{each.name} {each.getMessage()} {each.args!r}" for each in caplog.records)
    return "\n".join((*records, caplog.text))


class Http2:
    """A server on 127.0.0.1 that answers one request over HTTP/2, without TLS."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1.0/applications"
        Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        peer, _ = self._listener.accept()
        config = h2.config.H2Configuration(client_side=False)
        connection = h2.connection.H2Connection(config)
        connection.initiate_connection()
        peer.sendall(connection.data_to_send())
        while data := peer.recv(65_536):
            for event in connection.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    assert event.stream_id is not None
                    connection.send_headers(event.stream_id, [(":status", "204")], end_stream=True)
            peer.sendall(connection.data_to_send())
        peer.close()
        self._listener.close()


def ask_over_http2() -> None:
    with httpcore.ConnectionPool(http1=False, http2=True) as pool:
        headers = [("Authorization", f"Bearer {TOKEN}")]
        assert pool.request("GET", Http2().url, headers=headers).status == 204


def test_http2_logs_the_token_unless_it_is_silenced(caplog: pytest.LogCaptureFixture) -> None:
    with everything(caplog):
        ask_over_http2()
        assert TOKEN in logged(caplog)  # otherwise this test would prove nothing
        caplog.clear()
        silence_libraries()
        ask_over_http2()
    assert logged(caplog).strip() == ""


def test_no_credential_is_logged_at_any_level(
    caplog: pytest.LogCaptureFixture,
    azurite: Azurite,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """A check with Teams and mail, the page with its runbook, a form, and HTTP/2."""
    with (
        TableServiceClient.from_connection_string(azurite.tables) as service,
        suppress(ResourceNotFoundError),
    ):
        service.delete_table("Lapsewatch")
    watched = WATCHLIST.replace('["libapps"]', '["libapps", "staff"]')
    (tmp_path / "watchlist.toml").write_text(watched + MAILBOX, "utf-8")
    shutil.copytree(ROOT / "runbooks", tmp_path / "runbooks")
    with everything(caplog), ExitStack() as opened:
        silence_libraries()
        tenant = opened.enter_context(Tenant())
        tenant.identity.roles.add("Mail.Send")
        for name, value in {
            **tenant.environment,
            "LAPSEWATCH_TABLES": azurite.tables,
            "LAPSEWATCH_WATCHLIST": str(tmp_path / "watchlist.toml"),
            "LAPSEWATCH_MAIL_SENDER": MAIL_SENDER,
            "LAPSEWATCH_HEARTBEAT_URL": tenant.heartbeat_url("own"),
        }.items():
            monkeypatch.setenv(name, value)
        with watching(settings()) as watch:
            assert watch.check().outcome in {Outcome.OK, Outcome.PARTIAL}
        person = tenant.id_token("Dana Example")
        assert "Dana Example" in str(visited("page", "GET", person, {}))
        visited("page_forms", "POST", person, {"form": "check"})
        ask_over_http2()
        assert tenant.posted("its")
        assert tenant.mails()
        text = logged(caplog)
    secrets = (SIGNATURE, KEY, TOKEN, person, tenant.identity_header)
    for secret in (*secrets, "Bearer", "SharedKey", "access_token", "/teams/", "/heartbeat/"):
        assert secret not in text, secret
    # what is left: our own lines, and one line of asyncio for each event loop
    assert {record.name for record in caplog.records} <= {"lapsewatch", "asyncio"}
    assert len(caplog.records) < 40


def visited(name: str, method: str, person: str, route: dict[str, str]) -> bytes:
    """Return what the real function of a route answers to a person on the page."""
    headers = {
        "x-ms-token-aad-id-token": person,
        "sec-fetch-site": "same-origin",
        "content-type": "application/x-www-form-urlencoded",
        "content-length": "0",
    }
    request = func.HttpRequest(
        method,
        "http://127.0.0.1/api/page?code=not-for-the-log",
        headers=headers,
        params={},
        route_params=route,
        body=b"",
    )
    found = functions()[name].get_user_function()(request)
    assert found.status_code in {200, 303}, found.get_body()
    body: bytes = found.get_body()
    return body


def test_a_higher_level_stays(caplog: pytest.LogCaptureFixture) -> None:
    with everything(caplog):
        logging.getLogger("hpack").setLevel(logging.CRITICAL)
        silence_libraries()
        assert logging.getLogger("hpack").level == logging.CRITICAL
        assert logging.getLogger("httpcore").level == logging.WARNING


@pytest.mark.parametrize("module", ["function_app.py", "shared/__main__.py"])
def test_every_entry_point_silences_the_libraries(module: str) -> None:
    assert re.search(
        r"^ *silence_libraries\(\)$", Path(ROOT, module).read_text("utf-8"), re.MULTILINE
    )


def test_no_instrumentation_is_installed_or_switched_on() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "pyproject.toml"):
        assert not INSTRUMENTATION.search(Path(ROOT, name).read_text("utf-8")), name
    host: dict[str, Any] = json.loads(Path(ROOT, "host.json").read_text("utf-8"))
    assert host["logging"]["applicationInsights"]["enableDependencyTracking"] is False
    assert "telemetryMode" not in host


def test_a_webhook_is_not_traced() -> None:
    seen: list[object] = []

    class Watched(requests.Session):
        def send(self, *request: Any, **options: Any) -> requests.Response:  # noqa: ANN401  (as its base)
            seen.append(context.get_value("suppress_instrumentation"))
            return super().send(*request, **options)

    with Scripted([Reply(202)]) as webhook:
        make_request(Watched(), HttpRequest(webhook.url, {}, by_flow), (5, 5))
    assert (seen, context.get_value("suppress_instrumentation")) == ([True], None)
