"""Faults of outside services: a place selects requests, a way is what happens to them."""

import gzip
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count

from tests.support.fault_proxy import Pass, Twist
from tests.support.scripted import Asked, Reply

type Way = Callable[[Asked, Pass], Reply]

GUEST = b"<!DOCTYPE html><title>Welcome to the guest network</title>"
JSON = {"Content-Type": "application/json"}
GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Place:
    """Requests of one kind. `side` is the server that they go to."""

    side: str
    is_meant: Callable[[Asked], bool]
    setting: str = ""
    """The setting that holds the address of this place and of no other."""

    def broken(self, way: Way) -> Twist:
        """Return a twist that does this to the requests of the place and passes all others."""
        return lambda asked, passed: way(asked, passed) if self.is_meant(asked) else passed()


def _path(pattern: str) -> Callable[[Asked], bool]:
    return lambda asked: re.search(pattern, asked.path) is not None


PLACES: Mapping[str, Place] = {
    "token": Place("tenant", _path("^/msi/"), "IDENTITY_ENDPOINT"),
    "watched apps": Place(
        "tenant", lambda asked: asked.path.endswith("/$batch") and b"appId=" in asked.body
    ),
    "tenant page": Place("tenant", _path(r"^/v1.0/applications\?.*skiptoken")),
    "owners": Place(
        "tenant", lambda asked: asked.path.endswith("/$batch") and b"owners" in asked.body
    ),
    "sign-ins": Place("tenant", _path("^/beta/reports")),
    "webhook": Place("tenant", _path("^/teams/"), "ITS_WEBHOOK"),
    "mail": Place("tenant", _path("/sendMail$")),
    "heartbeat": Place("tenant", _path("^/heartbeat/"), "LAPSEWATCH_HEARTBEAT_URL"),
    "ledger read": Place(
        "ledger",
        lambda asked: asked.method == "GET" and "~lease" not in asked.path,
        "LAPSEWATCH_TABLES",
    ),
    "ledger write": Place(
        "ledger", lambda asked: asked.method == "POST" and b"told:" in asked.body
    ),
    "lease": Place("ledger", lambda asked: b"~lease:" in asked.body or "~lease" in asked.path),
}


def once(way: Way, *, at: int = 0) -> Way:
    """Return a way that does it only once, to the first request or a later one."""
    number = count()
    return lambda asked, passed: way(asked, passed) if next(number) == at else passed()


def saying(status: int, body: bytes = b"", **headers: str) -> Way:
    """Return a way that answers so; `retry_after` is the header Retry-After."""
    reply = Reply(status, body, {name.replace("_", "-"): text for name, text in headers.items()})
    return lambda _, __: reply


def saying_json(value: object, status: int = 200, **headers: str) -> Way:
    """Return a way that answers with JSON."""
    return saying(status, json.dumps(value).encode(), Content_Type="application/json", **headers)


def reset(_: Asked, __: Pass) -> Reply:
    """Cut the connection without handling the request."""
    return Reply(reset=True)


def hang(_: Asked, __: Pass) -> Reply:
    """Accept the request and never answer."""
    return Reply(hang=True)


def drip(_: Asked, __: Pass) -> Reply:
    """Answer slowly, byte by byte, without an end."""
    return Reply(drip=0.05)


def taken(_: Asked, passed: Pass) -> Reply:
    """Handle the request and cut the connection before the answer."""
    passed()
    return Reply(reset=True)


def cut_after(_: Asked, passed: Pass) -> Reply:
    """Handle the request and cut the connection in the middle of the answer."""
    answer = passed()
    return Reply(
        answer.status,
        answer.body[: len(answer.body) // 2],
        answer.headers,
        missing=len(answer.body) or 1,
    )


def unpackable(_: Asked, passed: Pass) -> Reply:
    """Handle the request and send half of the compressed answer as if it were all."""
    answer = passed()
    plain = gzip.decompress(answer.body) if answer.body[:2] == GZIP else answer.body
    packed = gzip.compress(plain or b"{}")
    kept = {
        name: value for name, value in answer.headers.items() if name.lower() != "content-encoding"
    }
    return Reply(answer.status, packed[: len(packed) // 2], kept | {"Content-Encoding": "gzip"})


def without_etags(_: Asked, passed: Pass) -> Reply:
    """Handle the request and remove the etags from the answer."""
    answer = passed()
    body = re.sub(rb"\r\n[Ee][Tt]ag: [^\r]*", b"", answer.body)
    return Reply(
        answer.status,
        body,
        {name: value for name, value in answer.headers.items() if name.lower() != "etag"},
    )


def repeated_link(asked: Asked, passed: Pass) -> Reply:
    """Handle the request, with a link to the same page as the next one."""
    answer = passed()
    page = json.loads(gzip.decompress(answer.body) if answer.body[:2] == GZIP else answer.body)
    page["@odata.nextLink"] = f"http://{asked.headers['host']}{asked.target}"
    return Reply(200, json.dumps(page).encode(), JSON)
