"""The host's own file: host.json. A wrong value of a known key stops the host from running.

Unknown keys are ignored in silence, as by the host in Azure, and so is the case of letters.
"""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from threading import TIMEOUT_MAX
from typing import NamedTuple

from local.functions_host.errors import HostError
from local.functions_host.settings import read
from local.functions_host.time_span import time_span

BUNDLES = range(1, 5)
"""Major versions of the extension bundle that exist."""
DEFAULT_TIMEOUT = "00:30:00"
QUEUES = ("extensions", "queues")
_VERSION = r"\s*(?:(\d+)(?:\.(?:\d+|\*)){0,2})?\s*"
_RANGE = re.compile(rf"([\[(]){_VERSION},{_VERSION}([\])])|\[?{_VERSION}\]?")


class HostFile(NamedTuple):
    """What the local host reads in host.json."""

    prefix: str = "api"
    """The prefix of all routes."""
    timeout: float | None = None
    """Seconds that a function may run; `None` for any time."""
    bundle: bool = False
    """Whether there are extensions, which bring triggers other than HTTP and timers."""
    queues: Mapping[str, str] = {}
    """The settings of queues, by name."""


def host_file(app: Path) -> HostFile:
    """Read host.json. Raise `HostError` for a value that the host in Azure refuses."""
    content = read(app / "host.json")
    if _value(content, "version") != "2.0":
        raise HostError(f'host.json: version is {_value(content, "version")!r}, not "2.0"')
    bundle = _value(content, "extensionBundle")
    for name in ("id", "version"):
        if bundle and _value(bundle, name) is None:
            raise HostError(f"host.json: extensionBundle has no {name}")
    for path, accepts, expected in _KNOWN:
        value = _value(content, *path)
        if value is not None and not accepts(str(value)):
            raise HostError(f"host.json: {'.'.join(path)} is {value!r}, not {expected}")
    prefix = _value(content, "extensions", "http", "routePrefix")
    limit = time_span(str(_value(content, "functionTimeout") or DEFAULT_TIMEOUT))
    return HostFile(
        "api" if prefix is None else str(prefix).strip("/"),
        None if limit is None else min(limit.total_seconds(), TIMEOUT_MAX),
        bool(bundle),
        {
            path[-1]: str(value)
            for path, _, _ in _KNOWN
            if path[:-1] == QUEUES and (value := _value(content, *path)) is not None
        },
    )


def _value(content: object, *path: str) -> object:
    """Return the value at a path of keys, whose case does not matter; `None` without one."""
    for name in path:
        if not isinstance(content, Mapping):
            return None
        content = {str(key).lower(): value for key, value in content.items()}.get(name.lower())
    return content


def _spans(least: float) -> Callable[[str], bool]:
    def accepts(text: str) -> bool:
        span = time_span(text)
        return span is not None and span >= timedelta(seconds=least)

    return accepts


def _from(least: int, most: int | None = None) -> Callable[[str], bool]:
    def accepts(text: str) -> bool:
        number = int(text) if re.fullmatch(r"\s*-?\d{1,9}\s*", text) else least - 1
        return number >= least and (most is None or number <= most)

    return accepts


def _available(text: str) -> bool:
    """Return whether a version range has an extension bundle."""
    found = _RANGE.fullmatch(text.strip())
    if found is None:
        return False
    opening, least, most, closing, exact = found.groups()
    if opening is None:
        return exact is not None and int(exact) in BUNDLES
    return any(
        int(least or 0) <= major and (not most or major < int(most) + (closing == "]"))
        for major in BUNDLES
    )


_TIME = 'a time such as "00:30:00"'
type _Rule = tuple[tuple[str, ...], Callable[[str], bool], str]
_KNOWN: tuple[_Rule, ...] = (
    (("functionTimeout",), lambda text: text == "-1" or _spans(1)(text), _TIME),
    (("extensionBundle", "id"), lambda text: bool(re.fullmatch(r"\w+([.-]\w+)*", text)), "an id"),
    (("extensionBundle", "version"), _available, 'a range such as "[4.*, 5.0.0)" of known bundles'),
    ((*QUEUES, "batchSize"), _from(1, 32), "a number from 1 to 32"),
    ((*QUEUES, "newBatchThreshold"), _from(0), "a number from 0 on"),
    ((*QUEUES, "maxDequeueCount"), _from(1), "a number from 1 on"),
    ((*QUEUES, "maxPollingInterval"), _spans(0.1), _TIME),
    ((*QUEUES, "visibilityTimeout"), _spans(0), _TIME),
    (
        (*QUEUES, "messageEncoding"),
        lambda text: text.lower() in {"none", "base64"},
        "base64 or none",
    ),
    (("extensions", "http", "maxOutstandingRequests"), _from(-1), "a number from -1 on"),
    (("extensions", "http", "maxConcurrentRequests"), _from(-1), "a number from -1 on"),
)
