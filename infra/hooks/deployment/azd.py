"""The values of azd's environment, and tokens of whoever is signed in to azd or az: all that the hooks use these two for.

Run by hand, or where there is no azd, the hooks take the same names from the environment of the process.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SECONDS = 120


class NoToken(Exception):
    """Neither azd nor az gave a token; the text says what to do."""


class Azd:
    """One environment of azd, read once, and written through."""

    def __init__(self) -> None:
        """Read the environment that azd has selected; without one, that of the process."""
        self._tokens: dict[str, str] = {}
        self._values = dict(os.environ)
        found = self._azd("env", "get-values", "--output", "json")
        if found.ok:
            self._values |= {name: str(value) for name, value in json.loads(found.text).items()}

    def get(self, name: str, default: str = "") -> str:
        """Give a value without blanks around it; `default` if it is missing or empty."""
        return self._values.get(name, "").strip() or default

    def set(self, name: str, value: str) -> bool:
        """Keep a value that is no secret; `False` if azd could not, and it holds for this run only."""
        self._values[name] = value
        return self._azd("env", "set", name, value).ok

    def token(self, scope: str) -> str:
        """Give a token of the person (or workload) that is signed in. Raises `NoToken`."""
        if scope not in self._tokens:
            self._tokens[scope] = self._new_token(scope)
        return self._tokens[scope]

    def _new_token(self, scope: str) -> str:
        tenant = self.get("AZURE_TENANT_ID")
        first = self._azd(
            "auth",
            "token",
            "--scope",
            scope,
            "--output",
            "json",
            *(("--tenant-id", tenant) if tenant else ()),
        )
        token = first.member("token")
        if token:
            return token
        of_tenant = ("--tenant", tenant) if tenant else ()
        second = _run(
            "az", "account", "get-access-token", "--scope", scope, "--output", "json", *of_tenant
        )
        token = second.member("accessToken")
        if token:
            return token
        raise NoToken(
            f"no token for {scope}; azd: {first.why}; az: {second.why}. Sign in (azd auth login), and run this again"
        )

    def _azd(self, *words: str) -> _Said:
        name = os.environ.get("AZURE_ENV_NAME")
        return _run(
            "azd",
            *words,
            "--cwd",
            str(ROOT),
            *(("--environment", name) if name and words[0] == "env" else ()),
        )


@dataclass(frozen=True)
class _Said:
    """What a command printed, or why it printed nothing."""

    ok: bool
    text: str = ""
    why: str = ""

    def member(self, name: str) -> str:
        """Give a text of the JSON object that was printed; empty if there is none."""
        try:
            return str(json.loads(self.text)[name]) if self.ok else ""
        except (ValueError, KeyError, TypeError):
            return ""


def _run(command: str, *words: str) -> _Said:
    """Run a command. It never sees our standard input, and no shell reads the words."""
    path = shutil.which(command)
    if path is None:
        return _Said(ok=False, why="not installed")
    try:
        done = subprocess.run(  # noqa: S603  (the words are ours, and no shell reads them)
            [path, *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return _Said(ok=False, why=type(error).__name__)
    why = (done.stderr.strip().splitlines() or ["it gave no reason"])[-1][:200]
    return _Said(ok=done.returncode == 0, text=done.stdout, why=why)
