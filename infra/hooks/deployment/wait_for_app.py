"""Wait until a deployed app responds.

Only a running host reports its triggers to the plan (Azure/azure-functions-core-tools#4196).
"""

from __future__ import annotations

import time
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import BaseHandler, ProxyHandler, build_opener

from deployment.cloud import is_loopback
from deployment.report import NotYet
from deployment.rest import TIMEOUT, waits

STALE = "stale"
"""The app's own body with status 503; a 503 of the plan has another body."""


def wait_for_app(health: str) -> str:
    """Return a note once the app responds at `health`. Raises `NotYet` if it does not in time."""
    handlers: list[BaseHandler] = [ProxyHandler({})] if is_loopback(health) else []
    opener, problem = build_opener(*handlers), ""
    for wait in waits():
        try:
            with opener.open(health, timeout=TIMEOUT) as response:
                body = response.read(100).decode(errors="replace").strip()
                return f"health: “{body}”"
        except HTTPError as error:
            with error:
                if error.read(100).decode(errors="replace").strip() == STALE:
                    return "health: “stale”, because no recent check has succeeded"
            problem = f"it returns HTTP {error.code}"
        except (OSError, HTTPException) as error:
            problem = f"no response: {getattr(error, 'reason', error)}"
        if wait is not None:
            time.sleep(wait)
    raise NotYet(problem)
