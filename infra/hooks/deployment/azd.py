"""The values of azd's environment, and tokens from azd or az.

Without azd, the hooks read the same names from the environment of the process.
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
    """Neither azd nor az returned a token; the text says what to do."""


class Azd:
    """One environment of azd: read once, and written to azd at each change."""

    def __init__(self) -> None:
        """Read the environment that azd has selected; without one, that of the process."""
        self._tokens: dict[str, str] = {}
        self._stored: dict[str, str] = {}
        found = self._azd("env", "get-values", "--output", "json")
        if found.ok:
            self._stored = {name: str(value) for name, value in json.loads(found.text).items()}
        self._values = dict(os.environ) | self._stored

    def get(self, name: str, default: str = "") -> str:
        """Return a value without blanks around it; `default` if it is missing or empty."""
        return self._values.get(name, "").strip() or default

    def chosen(self, name: str) -> str | None:
        """Return a value that somebody has set, maybe to empty text; `None` if nobody has.

        An empty variable of the process counts as not set: that is how a workflow passes a
        variable that does not exist.
        """
        return self._stored.get(name, os.environ.get(name) or None)

    def answered(self, parameter: str) -> str:
        """Return what azd itself has prompted for and saved; empty if it has not."""
        found = self._azd("env", "config", "get", f"infra.parameters.{parameter}")
        try:
            value = json.loads(found.text) if found.ok else ""
        except ValueError:
            value = found.text
        return str(value.get("value", "") if isinstance(value, dict) else value).strip()

    def set(self, name: str, value: str) -> bool:
        """Store a value that is not a secret; return whether azd stored it.

        If it did not, the value holds for this run only.
        """
        self._values[name] = self._stored[name] = value
        return self._azd("env", "set", name, value).ok

    def token(self, scope: str) -> str:
        """Return a token of the signed-in person or workload. Raises `NoToken`."""
        if scope not in self._tokens:
            self._tokens[scope] = self._new_token(scope)
        return self._tokens[scope]

    def _new_token(self, scope: str) -> str:
        tenant = self.get("AZURE_TENANT_ID")
        options = ("--scope", scope, "--output", "json")
        first = self._azd("auth", "token", *options, *(("--tenant-id", tenant) if tenant else ()))
        token = first.member("token")
        if token:
            return token
        of_tenant = ("--tenant", tenant) if tenant else ()
        second = _run("az", "account", "get-access-token", *options, *of_tenant)
        token = second.member("accessToken")
        if token:
            return token
        raise NoToken(
            f"no token for {scope}; azd: {first.error}; az: {second.error}. "
            "Sign in (azd auth login), then run this again"
        )

    def _azd(self, *words: str) -> _Result:
        name = os.environ.get("AZURE_ENV_NAME")
        environment = ("--environment", name) if name and words[0] == "env" else ()
        return _run("azd", *words, "--cwd", str(ROOT), *environment)


@dataclass(frozen=True)
class _Result:
    """What a command printed, or why it failed."""

    ok: bool
    text: str = ""
    error: str = ""

    def member(self, name: str) -> str:
        """Return a member of the JSON object that was printed; empty if there is none."""
        try:
            return str(json.loads(self.text)[name]) if self.ok else ""
        except (ValueError, KeyError, TypeError):
            return ""


def _run(command: str, *words: str) -> _Result:
    """Run a command without our standard input and without a shell.

    azd writes UTF-8, also on Windows.
    """
    path = shutil.which(command)
    if path is None:
        return _Result(ok=False, error="not installed")
    try:
        done = subprocess.run(  # noqa: S603  (the words are ours, and no shell reads them)
            [path, *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return _Result(ok=False, error=type(error).__name__)
    reason = (done.stderr.strip().splitlines() or ["no error message"])[-1][:200]
    return _Result(ok=done.returncode == 0, text=done.stdout, error=reason)
