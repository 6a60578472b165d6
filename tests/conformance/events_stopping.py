"""Hosts that are stopped or killed while something runs in them."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tests.conformance.life import Life, at, minutely, wait
from tests.conformance.raw_http import ERRORS, ask, get
from tests.conformance.running import Running


class Call:
    """A GET in a thread: its status (`None`: no answer) and its seconds."""

    def __init__(self, running: Running, target: str, timeout: float = 60) -> None:
        """Send it."""
        self._running, self._target, self._timeout = running, target, timeout
        self.status: int | None = None
        self.seconds = 0.0
        self._thread = threading.Thread(target=self._get)
        self._thread.start()

    def _get(self) -> None:
        began = time.monotonic()
        with contextlib.suppress(*ERRORS):
            self.status = get(self._running.address, self._target, self._timeout).status
        self.seconds = time.monotonic() - began

    def done(self) -> "Call":
        """Wait for the answer, or its absence."""
        self._thread.join()
        return self


def open_request(life: Life, _setup: Mapping[str, Any]) -> Mapping[str, object]:
    """Stop the host during a request that lasts longer than a timer would get."""
    with life.ready() as running:
        call = Call(running, f"/api/sleep?seconds={life.host.grace + 1}")
        life.wait_for("sleep", 1)
        running.signal(signal.SIGTERM)
        status, seconds = running.ended(life.host.grace + 15)
        return {
            "answer": call.done().status,
            "status": status,
            "seconds": life.as_if(seconds),
        }


def cut(life: Life, setup: Mapping[str, Any]) -> Mapping[str, object]:
    """Stop or kill the host during a tick and a message; start it again."""
    schedule, _ = minutely(life.host.seconds_to_start)
    life.settings["CONFORMANCE_SCHEDULE"] = schedule
    with life.ready(CONFORMANCE_TICK_SECONDS="120") as running:
        [first] = life.wait_for("tick", 1, 90)
        ask(
            running.address,
            "POST",
            "/api/send",
            b'["sleep 120"]',
            Content_Type="application/json",
        )
        life.wait_for("message", 1)
        running.signal(signal.Signals[setup["signal"]])
        _, seconds = running.ended(life.host.grace + 15)
        time.sleep(0.5)
        alive = _alive(first["pid"])
        if alive:
            os.kill(first["pid"], signal.SIGKILL)
    with life.ready():
        ready = datetime.now(UTC)
        wait(lambda: len(life.notes("tick")) > 1, "the repeated tick", 80)
        second = life.notes("tick")[1]
        with life.messages() as client:
            visible = len(client.peek_messages(5))
            count = client.get_queue_properties().approximate_message_count
    return {
        "stopped after": life.as_if(seconds),
        "worker is alive": alive,
        "past due": second["past_due"],
        "repeated after": (at(second) - ready).total_seconds(),
        "messages": {
            "taken": len(life.notes("message")),
            "visible": visible,
            "hidden": (count or 0) - visible,
        },
    }


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
