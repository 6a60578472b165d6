"""The table that a hook prints: a row for each step, and commands for what is left.

A failing step does not stop the hook. Commands of az are for Bash, and the line above
them names it: PowerShell and cmd read their quotes in another way. All others work in every shell.
"""

from __future__ import annotations

import json
import shlex
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from deployment.azd import NoToken
from deployment.rest import Refused

DONE, NOT_DONE, BY_HAND, TOO_MUCH = "done", "NOT DONE", "by hand", "too much"
CHANGES = "changes"
FORBIDDEN = 403


@dataclass(frozen=True)
class Remedy:
    """Who has to run which commands. `who` is the beginning of a sentence that ends in "run"."""

    who: str
    commands: tuple[str, ...]

    @property
    def introduction(self) -> str:
        """The line above the commands; it names the shell if there is only one."""
        needs_bash = any(command.startswith("az ") for command in self.commands)
        is_named = "Cloud Shell" in self.who or not needs_bash
        return f"{self.who}:" if is_named else f"{self.who}, in Azure Cloud Shell (Bash):"


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    what: str
    state: str
    note: str
    remedy: Remedy | None = None


class NotYet(Exception):
    """A step cannot be done, and the text says why; `remedy` replaces that of the step."""

    def __init__(self, text: str, remedy: Remedy | None = None) -> None:
        """Keep the reason, and the remedy if there is a better one."""
        super().__init__(text)
        self.remedy = remedy


@dataclass
class Report:
    """The rows so far, in the order of the steps."""

    title: str
    rows: list[Row] = field(default_factory=list)

    def run_step(self, what: str, step: Callable[[], str], remedy: Remedy) -> bool:
        """Run a step, which returns a note; return whether it succeeded. Its error is the note."""
        try:
            self.rows.append(Row(what, DONE, step()))
        except NotYet as error:
            self.rows.append(Row(what, NOT_DONE, str(error), error.remedy or remedy))
        except NoToken as error:
            self.rows.append(Row(what, NOT_DONE, str(error)))
        except Refused as refused:
            is_forbidden = refused.status == FORBIDDEN
            note = f"permission denied ({refused.code})" if is_forbidden else str(refused)
            self.rows.append(Row(what, NOT_DONE, note, remedy))
        else:
            return True
        return False

    def add(self, what: str, state: str, note: str, remedy: Remedy | None = None) -> None:
        """Add a row."""
        self.rows.append(Row(what, state, note, remedy))

    def text(self) -> str:
        """Return the table, and below it the commands that are left."""
        width = max((len(row.what) for row in self.rows), default=0)
        lines = ["", f"== {self.title} ==", ""]
        lines += [
            f"  {row.state:<8}  {row.what:<{width}}  {_plain(row.note)}".rstrip()
            for row in self.rows
        ]
        undone = sum(row.state == NOT_DONE for row in self.rows)
        if undone:
            lines += ["", f"{undone} not done."]
        elif any(row.state == DONE for row in self.rows):
            lines += ["", "All steps of this hook are done."]
        for row in self.rows:
            if row.remedy is not None:
                lines += ["", f"* {row.what}: {row.remedy.introduction}"]
                lines += [textwrap.indent(command, "    ") for command in row.remedy.commands]
        return "\n".join([*lines, ""])


def _plain(note: str) -> str:
    """Return a note without characters that act on a terminal: names from Entra may have them."""
    return "".join(each if each.isprintable() or each == "\n" else " " for each in note)


def az_rest(method: str, url: str, body: dict[str, Any] | None = None, *, prefer: str = "") -> str:
    """Return the command with which an administrator sends the same request."""
    words = ["az", "rest", "--method", method, "--url", url]
    headers = ["Content-Type=application/json"] if body is not None else []
    if prefer:
        headers.append(f"Prefer={prefer}")
    if headers:
        words += ["--headers", *headers]
    if body is not None:
        words += ["--body", json.dumps(body)]
    return " ".join(_quoted(word) for word in words)


def _quoted(word: str) -> str:
    """Quote a word for the shell; in double quotes where these are safe and easier to read."""
    return f'"{word}"' if "'" in word and not set(word) & set('"$`\\!') else shlex.quote(word)
