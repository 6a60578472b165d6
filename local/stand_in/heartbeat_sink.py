"""A heartbeat monitor like healthchecks.io: it keeps whether each beat was good."""

from collections import defaultdict
from threading import Lock

from werkzeug import Request, Response


class HeartbeatSink:
    """Any number of heartbeats, each with its own name."""

    def __init__(self) -> None:
        """Create it empty."""
        self._lock = Lock()
        self._beats: defaultdict[str, list[bool]] = defaultdict(list)

    def beats(self, name: str) -> list[bool]:
        """Return whether each beat was good, oldest first."""
        with self._lock:
            return list(self._beats[name])

    def good(self, _request: Request, name: str) -> Response:
        """Answer `GET` or `POST /heartbeat/<name>`."""
        return self._heard(name, good=True)

    def bad(self, _request: Request, name: str) -> Response:
        """Answer `GET` or `POST /heartbeat/<name>/fail`."""
        return self._heard(name, good=False)

    def _heard(self, name: str, *, good: bool) -> Response:
        with self._lock:
            self._beats[name].append(good)
        return Response("OK")
