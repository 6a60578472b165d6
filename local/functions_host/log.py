"""Log of functions on standard error, a line each: time (UTC), level, function, message."""

import logging
import os
import time
from collections.abc import Callable


class _Lines(logging.Formatter):
    def __init__(self, function: Callable[[], str]) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(function)s: %(message)s")
        self._function = function

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802  (a method of logging.Formatter)
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))

    def format(self, record: logging.LogRecord) -> str:
        record.function = self._function() or "host"
        return super().format(record)


def to_standard_error(function: Callable[[], str]) -> None:
    """Log all records from INFO on; `function` returns the name of the caller's function."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Lines(function))
    debug = os.environ.get("PYTHON_ENABLE_DEBUG_LOGGING", "").lower() in {
        "1",
        "true",
    }  # as the worker in Azure does
    logging.basicConfig(level=logging.DEBUG if debug else logging.INFO, handlers=[handler])
    # the Azure SDKs log every request; the worker library logs every step, and failures twice
    logging.getLogger("azure").setLevel(logging.WARNING)
    logging.getLogger("azure.functions").setLevel(logging.CRITICAL)
