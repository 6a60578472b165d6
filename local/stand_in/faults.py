"""Faults on request: the first one that matches a request determines its response."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Lock

from werkzeug import Request, Response

from local.stand_in.graph_errors import by_status
from local.stand_in.graph_http import failure

GROUPS = {
    "graph": ("/v1.0", "/beta"),
    "msi": ("/msi",),
    "teams": ("/teams",),
    "heartbeat": ("/heartbeat",),
}
_PATH = re.compile(r"([A-Z]+ )?/")
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(slots=True)
class Fault:
    """A fault. Without `status` and `drop` the normal response follows after the delay."""

    match: str
    """`graph`, `msi`, `teams`, `heartbeat`, or a prefix of a path; with a final `$`, the path.

    A method may stand before the path, as in `PUT /secrets/`. Mail and the report of sign-ins are
    part of `graph`. Requests inside a `$batch` match prefixes only.
    """
    times: int | None = 1
    """How many requests it affects; `None`: all."""
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    """`None`: Graph's error for that status; empty for other services."""
    delay: float = 0.0
    """Delay before the response."""
    drop: bool = False
    """Close the connection without a response."""
    after: bool = False
    """Carry out the request first: it has its effect, and only its response is lost."""

    def __post_init__(self) -> None:
        """Reject what could never match."""
        if self.match not in GROUPS and not _PATH.match(self.match):
            raise ValueError(
                f'A fault\'s match is "{self.match}"; '
                f'expected one of {", ".join(GROUPS)}, or a path that begins with "/".'
            )
        if self.times is not None and self.times < 1:
            raise ValueError(
                f"A fault's times is {self.times}; expected 1 or more, or null for always."
            )

    def fits(self, request: Request, *, inside_batch: bool) -> bool:
        """Return whether the fault matches a request."""
        path = request.path
        if self.match in GROUPS:
            return not inside_batch and path.startswith(GROUPS[self.match])
        method, _, match = self.match.rpartition(" ")
        if method not in {"", request.method}:
            return False
        return path == match[:-1] if match.endswith("$") else path.startswith(match)


class Dropped(Exception):
    """The connection must be closed without a response."""


class Gate:
    """Counts every request, those inside a `$batch` too, and applies the faults."""

    def __init__(self) -> None:
        """Create it without faults."""
        self.closing = Event()
        """Set when the server stops, to interrupt delays."""
        self._lock = Lock()
        self._faults: list[Fault] = []
        self._counts: Counter[str] = Counter()

    def add(self, *faults: Fault) -> None:
        """Add faults after the present ones."""
        with self._lock:
            self._faults.extend(faults)

    def clear(self) -> None:
        """Remove all faults."""
        with self._lock:
            self._faults.clear()

    def faults(self) -> list[Fault]:
        """Return the faults that still apply."""
        with self._lock:
            return list(self._faults)

    def counts(self) -> Counter[str]:
        """Return the number of requests by method and path, with `*` for GUIDs."""
        with self._lock:
            return Counter(self._counts)

    def forget_counts(self) -> None:
        """Reset the counters."""
        with self._lock:
            self._counts.clear()

    def admit(self, request: Request, *, inside_batch: bool = False) -> Response | None:
        """Count the request. Return the response of its fault, if any. Raise `Dropped`.

        A fault that applies after the effect is not for requests inside a batch.
        """
        fault = self._strike(request, inside_batch=inside_batch)
        return self._fail(fault, request) if fault else None

    def guard(self, request: Request, answer: Callable[[Request], Response]) -> Response:
        """Count the request, and answer it by `answer` or by its fault. Raise `Dropped`."""
        fault = self._strike(request, inside_batch=False)
        if fault is None:
            return answer(request)
        if not fault.after:
            return self._fail(fault, request) or answer(request)
        response = answer(request)
        return self._fail(fault, request) or response

    def _fail(self, fault: Fault, request: Request) -> Response | None:
        self.closing.wait(fault.delay)
        if fault.drop:
            raise Dropped
        return _answer(fault, request) if fault.status else None

    def _strike(self, request: Request, *, inside_batch: bool) -> Fault | None:
        with self._lock:
            batch = "$batch " if inside_batch else ""
            path = _GUID.sub("*", request.path)
            self._counts[f"{batch}{request.method} {path}"] += 1
            fault = next(
                (fault for fault in self._faults if fault.fits(request, inside_batch=inside_batch)),
                None,
            )
            if fault and fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self._faults.remove(fault)
            return fault


def _answer(fault: Fault, request: Request) -> Response:
    assert fault.status is not None
    if fault.body is None and request.path.startswith(GROUPS["graph"]):
        return failure(by_status(fault.status, fault.headers), request)
    body = fault.body or ""
    mimetype = "application/json" if body.startswith(("{", "[")) else "text/html"
    response = Response(body, fault.status, mimetype=mimetype)
    response.headers.update(fault.headers)
    return response
