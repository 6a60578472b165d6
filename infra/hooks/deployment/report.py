"""Nothing that a hook tries ends it: each step becomes a row, and what is not done comes with who can do it, and how.

The commands are for a POSIX shell, such as Azure Cloud Shell.
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
FORBIDDEN = 403


@dataclass(frozen=True)
class Remedy:
    """Who can do what is not done, and the commands with which they do it."""

    who: str
    commands: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    what: str
    state: str
    note: str
    remedy: Remedy | None = None


class NotYet(Exception):
    """A step cannot be done, and the text says why; `remedy` replaces the one of the step."""

    def __init__(self, text: str, remedy: Remedy | None = None) -> None:
        """Say why."""
        super().__init__(text)
        self.remedy = remedy


@dataclass
class Report:
    """The rows so far, in the order of the steps."""

    title: str
    rows: list[Row] = field(default_factory=list)

    def attempt(self, what: str, step: Callable[[], str], remedy: Remedy) -> bool:
        """Do a step, which gives a note; say whether it is done. Whatever hinders it becomes its note."""
        try:
            self.rows.append(Row(what, DONE, step()))
        except NotYet as hindered:
            self.rows.append(Row(what, NOT_DONE, str(hindered), hindered.remedy or remedy))
        except NoToken as error:
            self.rows.append(Row(what, NOT_DONE, str(error)))
        except Refused as refused:
            note = (
                f"you may not do that ({refused.code})"
                if refused.status == FORBIDDEN
                else str(refused)
            )
            self.rows.append(Row(what, NOT_DONE, note, remedy))
        else:
            return True
        return False

    def add(self, what: str, state: str, note: str, remedy: Remedy | None = None) -> None:
        """Add a row as it is."""
        self.rows.append(Row(what, state, note, remedy))

    def text(self) -> str:
        """Give the table, and below it what is left to do."""
        width = max((len(row.what) for row in self.rows), default=0)
        lines = ["", f"== {self.title} ==", ""]
        lines += [
            f"  {row.state:<8}  {row.what:<{width}}  {row.note}".rstrip() for row in self.rows
        ]
        left = [row for row in self.rows if row.remedy is not None]
        undone = sum(row.state == NOT_DONE for row in self.rows)
        if undone or any(row.state == DONE for row in self.rows):
            lines += [
                "",
                f"{undone} not done." if undone else "Everything that this hook does is done.",
            ]
        for row in left:
            assert row.remedy is not None
            lines += ["", f"* {row.what}: {row.remedy.who}:"]
            lines += [textwrap.indent(command, "    ") for command in row.remedy.commands]
        return "\n".join([*lines, ""])


def az_rest(method: str, url: str, body: dict[str, Any] | None = None, *, prefer: str = "") -> str:
    """Give the command with which an administrator sends the same request."""
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
    """Quote a word for the shell; double quotes where that is safe and spares the reader a row of them."""
    return f'"{word}"' if "'" in word and not set(word) & set('"$`\\!') else shlex.quote(word)
