"""JSON over HTTP with a token; errors keep their code, and temporary ones are retried.

Entra replicates new objects with a delay: until then, a replica returns 404, or 400 where the
object is referred to. A call names these statuses as `settling`. Redirects are not followed, so
the token goes to no other host.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import BaseHandler, HTTPRedirectHandler, ProxyHandler, Request, build_opener

from deployment.cloud import is_loopback

BUSY = frozenset({429, 500, 502, 503, 504})
NEW = frozenset({400, 404})
TIMEOUT = 30
MAX_WAIT_SECONDS = 120.0

Json = dict[str, Any]


class Refused(Exception):
    """The response is an error, or there is none (`status` 0). The text contains no token."""

    def __init__(self, status: int, code: str, message: str) -> None:
        """Keep the response's status, code and message."""
        response = f"{status} {code}".rstrip()
        super().__init__(f"{message} ({response})" if status else message)
        self.status = status
        self.code = code
        self.message = message

    @property
    def exists(self) -> bool:
        """Whether the object exists already, as another replica knows."""
        return self.status == 409 or "already exist" in self.message  # noqa: PLR2004  (an HTTP status)


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        return None


class Rest:
    """One service, and the token for it."""

    def __init__(self, root: str, token: Callable[[], str]) -> None:
        """Use the service at `root` (no slash at its end); `token` is called when it is needed."""
        self._root = root
        self._token = token
        handlers: list[BaseHandler] = [_NoRedirect()]
        if is_loopback(root):
            handlers.append(ProxyHandler({}))
        self._opener = build_opener(*handlers)

    def send(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        prefer: str = "",
        settling: frozenset[int] = frozenset(),
    ) -> Json:
        """Return the response's document, empty if it has none. Raises `Refused` after retries."""
        for wait in waits():
            try:
                return self._once(method, path, body, prefer)
            except Refused as refused:
                may_retry = refused.status == 0 or refused.status in BUSY | settling
                if wait is None or not may_retry or refused.exists:
                    raise
            time.sleep(wait)
        raise AssertionError  # the last wait is None

    def find(self, path: str) -> Json | None:
        """Return an object, or `None` if there is none. Raises `Refused`."""
        try:
            return self.send("GET", path)
        except Refused as refused:
            if refused.status == 404:  # noqa: PLR2004  (an HTTP status)
                return None
            raise

    def list(
        self,
        path: str,
        *,
        settling: frozenset[int] = frozenset(),
        next_link: str = "@odata.nextLink",
    ) -> list[Json]:
        """Return every object of a collection, from all pages. Raises `Refused`."""
        found: list[Json] = []
        while path:
            page = self.send("GET", path, settling=settling)
            objects = page.get("value")
            if not isinstance(objects, list):
                raise Refused(0, "", f"The response of {self._root} is not a list")
            found += objects
            following = str(page.get(next_link) or "").replace(":443/", "/", 1)
            if following and not following.startswith(f"{self._root}/"):
                raise Refused(0, "", "The link to the next page is on another host")
            path = following.removeprefix(self._root)
        return found

    def _once(self, method: str, path: str, body: Json | None, prefer: str) -> Json:
        headers = {
            "Authorization": f"Bearer {self._token()}",
            "Accept": "application/json",
            "User-Agent": "Lapsewatch-hooks",
        }
        if prefer:
            headers["Prefer"] = prefer
        data = None if body is None else json.dumps(body).encode()
        if data is not None:
            headers["Content-Type"] = "application/json"
        url = f"{self._root}{path}"
        request = Request(url, data, headers, method=method)  # noqa: S310  (https, or loopback)
        try:
            with self._opener.open(request, timeout=TIMEOUT) as response:
                text = response.read()
        except HTTPError as error:
            raise _refused(error) from None
        except (OSError, HTTPException) as error:
            raise Refused(
                0, "", f"No response from {self._root}: {getattr(error, 'reason', error)}"
            ) from None
        try:
            document = json.loads(text or "{}")
        except ValueError:
            raise Refused(0, "", f"The response of {self._root} is not JSON") from None
        return document if isinstance(document, dict) else {}


def _refused(error: HTTPError) -> Refused:
    """Return the error of Graph, Key Vault or Azure in a response, preferring an inner code."""
    try:
        document = json.loads(error.read())["error"]
        inner = document.get("innererror") or {}
        return Refused(
            error.code,
            str(inner.get("code") or document.get("code", "")),
            str(document.get("message", "")).strip()[:300],
        )
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        OSError,
        HTTPException,
    ):  # the last for a body that breaks off
        return Refused(error.code, "", str(error.reason))


def waits() -> Iterator[float | None]:
    """Yield the seconds to wait after each failure, doubled each time; `None` at the end.

    Together they are two minutes, or the seconds in LAPSEWATCH_HOOKS_PATIENCE.
    """
    try:
        limit = float(os.environ.get("LAPSEWATCH_HOOKS_PATIENCE", ""))
    except ValueError:
        limit = MAX_WAIT_SECONDS
    wait, waited = limit / 60, 0.0
    while waited < limit:
        wait = min(wait, limit - waited)
        yield wait
        waited += wait
        wait *= 2
    yield None
