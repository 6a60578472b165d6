"""Log on standard error, a line each: time (UTC), level, category, message.

The categories are those of the host in Azure: `Function.NAME.User` for what a function logs,
`Host.Function.Console` for what it prints, `Function.NAME` for its start and end.
"""

import contextlib
import io
import logging
import os
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

_CALLED = "This function was programmatically called via the host APIs."


class _Lines(logging.Formatter):
    def __init__(self, category: Callable[[], str]) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(category)s: %(message)s")
        self._category = category

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802  (a method of logging.Formatter)
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))

    def format(self, record: logging.LogRecord) -> str:
        own = record.name.startswith(("Function.", "Host."))
        record.category = record.name if own else self._category()
        return super().format(record)


class _Console(io.TextIOBase):
    """Logs each printed line."""

    def __init__(self) -> None:
        self._begun = threading.local()

    def write(self, text: str) -> int:
        *lines, self._begun.line = (getattr(self._begun, "line", "") + text).split("\n")
        for line in lines:
            logging.getLogger("Host.Function.Console").info("%s", line)
        return len(text)

    def writable(self) -> bool:
        return True


def of_host() -> None:
    """Log the host's own records from INFO on."""
    _to_standard_error(lambda: "Host", logging.INFO)
    logging.getLogger("azure").setLevel(logging.WARNING)  # the SDKs log every request


def of_functions(running: Callable[[], str]) -> None:
    """Log what functions log and print; `running` returns the name of the caller's function."""

    def category() -> str:
        name = running()
        return f"Function.{name}.User" if name else "Worker"

    debug = os.environ.get("PYTHON_ENABLE_DEBUG_LOGGING", "").lower() in {"1", "true"}
    _to_standard_error(category, logging.DEBUG if debug else logging.INFO)
    logging.getLogger("azure").setLevel(logging.NOTSET)  # an app silences it itself
    # the worker library logs every step, and failures twice
    logging.getLogger("azure.functions").setLevel(logging.CRITICAL)
    sys.stdout = _Console()


def _to_standard_error(category: Callable[[], str], level: int) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(_Lines(category))
    logging.basicConfig(level=level, handlers=[handler], force=True)


@contextlib.contextmanager
def invocation(function: str, kind: str) -> Iterator[str]:
    """Log start and end of a function with this kind of trigger. Yield the id of the run."""
    log = logging.getLogger(f"Function.{function}")
    number, started, outcome = str(uuid.uuid4()), time.monotonic(), "Failed"
    reasons = {
        "timer": f"Timer fired at {datetime.now(UTC).isoformat()}",
        "queue": "New queue message detected.",
    }
    reason = reasons.get(kind, _CALLED)
    log.info("Executing 'Functions.%s' (Reason='%s', Id=%s)", function, reason, number)
    try:
        yield number
        outcome = "Succeeded"
    finally:
        log.log(
            logging.INFO if outcome == "Succeeded" else logging.ERROR,
            "Executed 'Functions.%s' (%s, Id=%s, Duration=%dms)",
            function,
            outcome,
            number,
            (time.monotonic() - started) * 1000,
        )
