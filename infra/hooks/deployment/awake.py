"""A deployed app that answers is awake: then its host has told the plan of its triggers (Azure/azure-functions-core-tools#4196)."""

from __future__ import annotations

import time
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import BaseHandler, ProxyHandler, build_opener

from deployment.cloud import is_loopback
from deployment.report import NotYet
from deployment.rest import TIMEOUT, waits

STALE = "stale"
"""What the app itself answers with 503; the plan's own 503 says something else."""


def awake(health: str) -> str:
    """Wait until the app answers at `health`, and give what it says. Raises `NotYet` once patience is at an end."""
    handlers: list[BaseHandler] = [ProxyHandler({})] if is_loopback(health) else []
    opener, said = build_opener(*handlers), ""
    for wait in waits():
        try:
            with opener.open(health, timeout=TIMEOUT) as answer:  # (an output of the deployment)
                return f"it says “{answer.read(100).decode(errors='replace').strip()}”"
        except HTTPError as error:
            with error:
                if error.read(100).decode(errors="replace").strip() == STALE:
                    return "it says “stale”: its last good check is old, or there was none"
            said = f"it answers {error.code}"
        except (OSError, HTTPException) as error:
            said = f"no answer: {getattr(error, 'reason', error)}"
        if wait is not None:
            time.sleep(wait)
    raise NotYet(said)
