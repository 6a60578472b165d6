"""Where a URL is itself a credential, no library writes it to a log: urllib3 would, of each request and of each odd answer."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

LIBRARY = "urllib3"


@contextmanager
def silence_logging() -> Iterator[None]:
    """Silence every logger of the library, as long as the context lasts."""

    def nothing(_: logging.LogRecord) -> bool:
        return False

    # each of them, because a filter of a logger does not see what its children say
    loggers = [
        logging.getLogger(name)
        for name in list(logging.root.manager.loggerDict)
        if name.partition(".")[0] == LIBRARY
    ]
    for logger in loggers:
        logger.addFilter(nothing)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(nothing)
