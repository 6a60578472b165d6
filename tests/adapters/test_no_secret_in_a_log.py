"""No library logs a credential, even if the root logger is at DEBUG, and none traces a request."""

import json
import logging
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import h2.config
import h2.connection
import h2.events
import httpcore
import pytest
import requests
from opentelemetry import context

from local.azurite import KEY, Azurite
from local.stand_in.tenant import SIGNATURE, Tenant
from shared.adapters.channels.acceptance import by_flow
from shared.adapters.channels.http_request import HttpRequest, make_request
from shared.adapters.library_logs import silence_libraries
from shared.bootstrap import ROOT, watching
from shared.config.settings_loader import load
from shared.core.model.check_record import Outcome
from tests.support.scripted import Reply, Scripted

TOKEN = "opens-nothing-4711"
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


def test_a_check_logs_no_credential(
    caplog: pytest.LogCaptureFixture, azurite: Azurite, monkeypatch: pytest.MonkeyPatch
) -> None:
    with everything(caplog), ExitStack() as opened:
        tenant = opened.enter_context(Tenant())
        for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"):  # azure-identity asks the process
            monkeypatch.setenv(name, tenant.environment[name])
        environment = {**tenant.environment, "LAPSEWATCH_TABLES": azurite.tables}
        watch = opened.enter_context(watching(load(environment, ROOT), environment=environment))
        assert watch.check().outcome in {Outcome.OK, Outcome.PARTIAL}
        assert tenant.posted("its")
        text = logged(caplog)
        assert tenant.identity_header not in text
    for secret in (SIGNATURE, KEY, "Bearer", "SharedKey", "access_token", "/teams/"):
        assert secret not in text, secret


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
