"""JSON over HTTP with a token: what was refused is said with its code, and what may only need time is asked again.

Entra copies what it makes to places that do not know of it yet: just after creation they answer 404, or 400 where the object is
referred to. Calls for which that may be so are `settling`. Redirects are not followed, so a token goes nowhere else.
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
CLIENT_OPTIONS = 120.0

Json = dict[str, Any]


class Refused(Exception):
    """An answer that is no success, or none at all (`status` 0). The text is a sentence's worth, without tokens."""

    def __init__(self, status: int, code: str, message: str) -> None:
        """Keep what was answered."""
        answered = f"{status} {code}".rstrip()
        super().__init__(f"{message} ({answered})" if status else message)
        self.status = status
        self.code = code
        self.message = message

    @property
    def exists(self) -> bool:
        """What was to be made is there already, as another replica knows."""
        return self.status == 409 or "already exist" in self.message  # noqa: PLR2004  (an HTTP status)


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        return None


class Rest:
    """One service at `root`, for one token."""

    def __init__(self, root: str, token: Callable[[], str]) -> None:
        """Ask at `root`, which has no slash at its end; `token` is asked for when it is needed."""
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
        """Give the document of the answer, empty if it has none. Raises `Refused` once patience is at an end."""
        for wait in waits():
            try:
                return self._once(method, path, body, prefer)
            except Refused as refused:
                again = refused.status == 0 or refused.status in BUSY | settling
                if wait is None or not again or refused.exists:
                    raise
            time.sleep(wait)
        raise AssertionError  # the last wait is None

    def find(self, path: str) -> Json | None:
        """Give an object, or `None` where there is none. Raises `Refused`."""
        try:
            return self.send("GET", path)
        except Refused as refused:
            if refused.status == 404:  # noqa: PLR2004  (an HTTP status)
                return None
            raise

    def list(self, path: str, *, settling: frozenset[int] = frozenset()) -> list[Json]:
        """Give every object of a collection, all pages of it. Raises `Refused`."""
        found: list[Json] = []
        while path:
            page = self.send("GET", path, settling=settling)
            objects = page.get("value")
            if not isinstance(objects, list):
                raise Refused(0, "", f"What {self._root} answers is no list")
            found += objects
            following = str(page.get("@odata.nextLink", ""))
            if following and not following.startswith(f"{self._root}/"):
                raise Refused(0, "", "The next page is said to be on another host")
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
        request = Request(f"{self._root}{path}", data, headers, method=method)  # noqa: S310  (the root is https, or loopback)
        try:
            with self._opener.open(request, timeout=TIMEOUT) as answer:
                text = answer.read()
        except HTTPError as error:
            raise _refused(error) from None
        except (OSError, HTTPException) as error:
            raise Refused(
                0, "", f"No answer from {self._root}: {getattr(error, 'reason', error)}"
            ) from None
        try:
            document = json.loads(text or "{}")
        except ValueError:
            raise Refused(0, "", f"What {self._root} answers is not JSON") from None
        return document if isinstance(document, dict) else {}


def _refused(error: HTTPError) -> Refused:
    """Read Graph's, Key Vault's and Azure's way of refusing: `error.code`, `error.message`, at times an inner code."""
    try:
        told = json.loads(error.read())["error"]
        inner = told.get("innererror") or {}
        return Refused(
            error.code,
            str(inner.get("code") or told.get("code", "")),
            str(told.get("message", "")).strip()[:300],
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
    """Give how many seconds to wait after each failure: twice as long each time, up to two minutes in all; at last `None`."""
    try:
        patience = float(os.environ.get("LAPSEWATCH_HOOKS_PATIENCE", ""))
    except ValueError:
        patience = CLIENT_OPTIONS
    wait, waited = patience / 60, 0.0
    while waited < patience:
        wait = min(wait, patience - waited)
        yield wait
        waited += wait
        wait *= 2
    yield None
