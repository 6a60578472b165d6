"""Where a URL is itself a credential, no library writes it to a log: urllib3 would log the path of each request."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

LOGGERS = ("urllib3.connectionpool", "urllib3.util.retry")


@contextmanager
def unlogged() -> Iterator[None]:
    """Silence the loggers that would write a URL, as long as the context lasts."""

    def nothing(_: logging.LogRecord) -> bool:
        return False

    loggers = [logging.getLogger(name) for name in LOGGERS]
    for logger in loggers:
        logger.addFilter(nothing)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(nothing)
