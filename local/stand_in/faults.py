"""Everything that goes wrong on request: each request is counted, and the first fault that fits it decides what happens to it."""

import re
from collections import Counter
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
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(slots=True)
class Fault:
    """What happens to a request. With neither `status` nor `drop` the normal answer is given, after the delay: so it lets one pass."""

    match: str
    """`graph`, `msi`, `teams`, `heartbeat`, or the beginning of a path (with a `$` at its end: the whole path).

    Requests inside a `$batch` are matched by such a beginning only.

    Mail and the report of sign-ins are a part of `graph`.
    """
    times: int | None = 1
    """How often it strikes; `None`: always."""
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    """`None`: the error that Graph gives with that status; empty for other services."""
    delay: float = 0.0
    """Seconds to wait first."""
    drop: bool = False
    """Close the connection without an answer."""

    def __post_init__(self) -> None:
        """Refuse what can never strike."""
        if self.match not in GROUPS and not self.match.startswith("/"):
            raise ValueError(
                f'A fault\'s match is "{self.match}"; expected one of {", ".join(GROUPS)}, or a path that begins with "/".'
            )
        if self.times is not None and self.times < 1:
            raise ValueError(
                f"A fault's times is {self.times}; expected 1 or more, or null for always."
            )

    def fits(self, path: str, *, inside_batch: bool) -> bool:
        """Say whether the fault is meant for a request to `path`."""
        if self.match in GROUPS:
            return not inside_batch and path.startswith(GROUPS[self.match])
        return path == self.match[:-1] if self.match.endswith("$") else path.startswith(self.match)


class Dropped(Exception):
    """The connection is to be closed without an answer."""


class Gate:
    """Where every request comes through, those inside a `$batch` too."""

    def __init__(self) -> None:
        """Begin with no faults and nothing counted."""
        self.closing = Event()
        """Set when the server stops: nobody waits any longer."""
        self._lock = Lock()
        self._faults: list[Fault] = []
        self._counts: Counter[str] = Counter()

    def add(self, *faults: Fault) -> None:
        """Add faults after those that are already there."""
        with self._lock:
            self._faults.extend(faults)

    def clear(self) -> None:
        """Removals all faults."""
        with self._lock:
            self._faults.clear()

    def faults(self) -> list[Fault]:
        """Give the faults that are still to strike."""
        with self._lock:
            return list(self._faults)

    def counts(self) -> Counter[str]:
        """Give how many requests came in since the start, by method and path with `*` for GUIDs."""
        with self._lock:
            return Counter(self._counts)

    def forget_counts(self) -> None:
        """Count from zero again."""
        with self._lock:
            self._counts.clear()

    def admit(self, request: Request, *, inside_batch: bool = False) -> Response | None:
        """Count the request; give the answer of its fault, or `None` if it may pass. Raises `Dropped`."""
        fault = self._strike(request, inside_batch=inside_batch)
        if fault is None:
            return None
        self.closing.wait(fault.delay)
        if fault.drop:
            raise Dropped
        return _answer(fault, request) if fault.status else None

    def _strike(self, request: Request, *, inside_batch: bool) -> Fault | None:
        with self._lock:
            self._counts[
                f"{'$batch ' if inside_batch else ''}{request.method} {_GUID.sub('*', request.path)}"
            ] += 1
            fault = next(
                (
                    fault
                    for fault in self._faults
                    if fault.fits(request.path, inside_batch=inside_batch)
                ),
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
