"""The rows of the conformance table: `rows/*.toml`, one file for each section.

`rows/README.md` describes the keys.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

ROWS = Path(__file__).parent / "rows"
FILES = ("http", "keys", "timers", "queues", "stopping", "worker", "configuration", "logs")
"""In the order of the report."""
MARKS = {"needs keys", "needs categories", "local only", "worker", "slow"}

_REPEAT = re.compile(r"\{(.)\*(\d+)\}")


class RowError(Exception):
    """A row cannot be used. The text says which one, and why."""


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What must hold for an answer (HTTP) or for the facts of an event."""

    status: int | None = None
    equal: Mapping[str, str | list[str]] = field(default_factory=dict)
    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    body: str | None = None
    contains: str = ""
    length: int | None = None
    seen: Mapping[str, object] = field(default_factory=dict)
    unseen: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    between: Mapping[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row: a request (`send` or `raw`), or facts of an event."""

    section: str
    name: str
    send: str = ""
    raw: str = ""
    headers: tuple[str, ...] = ()
    body_json: object = None
    body_text: str = ""
    raw_body: str = ""
    body_bytes: int = 0
    send_bytes: int | None = None
    """How much of a body of `body_bytes` is sent; all of it by default."""
    twice: bool = False
    event: str = ""
    """The function of `events.py` whose facts the row is about."""
    setup: Mapping[str, Any] = field(default_factory=dict)
    """What is different in the app of the event."""
    marks: tuple[str, ...] = ()
    differs: str = ""
    """The row in the README of the local host that says why it does something else."""
    expected: Expected
    newer: Expected | None = None
    """What a newer worker may do instead."""

    def __str__(self) -> str:
        """Return where the row is, and what it is about."""
        return f"{self.section}: {self.name}"

    @property
    def which(self) -> str:
        """The event and its setup: rows with the same share one run."""
        return json.dumps([self.event, self.setup], sort_keys=True)

    def request(self, values: Mapping[str, str]) -> bytes:
        """Return the bytes to send; `values` fill `{NAME}`."""
        if self.raw:
            return filled(self.raw, values).encode()
        body, kind = self._body()
        lines = [f"{self.send} HTTP/1.1", "Host: {HOST}", *self.headers]
        given = {line.partition(":")[0].lower() for line in self.headers}
        if kind and "content-type" not in given:
            lines.append(f"Content-Type: {kind}")
        if "transfer-encoding" not in given and (body or not self.send.startswith(("GET", "HEAD"))):
            lines.append(f"Content-Length: {self.body_bytes or len(body)}")
        return filled("\r\n".join([*lines, "", ""]), values).encode() + body

    def _body(self) -> tuple[bytes, str]:
        if self.body_json is not None:
            return json.dumps(self.body_json, ensure_ascii=False).encode(), "application/json"
        if self.body_bytes:
            sent = self.body_bytes if self.send_bytes is None else self.send_bytes
            return b"0" * sent, "application/octet-stream"
        return (self.raw_body or self.body_text).encode(), ""


def filled(text: str, values: Mapping[str, str]) -> str:
    """Replace `{NAME}` by a value, and `{a*100}` by as many letters."""
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return _REPEAT.sub(lambda found: found[1] * int(found[2]), text)


def rows() -> list[Row]:
    """Return all rows. Raise `RowError` for one that cannot be used."""
    found = [row for name in FILES for row in _read(ROWS / f"{name}.toml")]
    names = [str(row) for row in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise RowError(f"two rows have one name: {twice[0]}")
    return found


def _read(path: Path) -> Iterator[Row]:
    document = tomllib.loads(path.read_text("utf-8"))
    for each in document["row"]:
        setup = each.get("setup", {})
        if isinstance(setup, str):
            setup = document["setups"][setup]
        yield row(document["section"], {**each, "setup": setup})


def row(section: str, given: Mapping[str, Any]) -> Row:
    """Return a row from its table in TOML."""
    values = dict(given)
    expected = _expected(values, Expected())
    newer = values.pop("newer", None)
    unknown = values.keys() - {each.name for each in fields(Row)}
    if unknown or set(values.get("marks", ())) - MARKS:
        raise RowError(f"{section}: {given.get('name')}: unknown key or mark: {sorted(unknown)}")
    if bool(values.get("event")) == bool(values.get("send") or values.get("raw")):
        raise RowError(f"{section}: {given.get('name')}: needs one of send, raw and event")
    made = Row(section=section, expected=expected, **_frozen(values))
    if newer is None:
        return made
    return replace(made, newer=_expected(dict(newer), expected))


def _expected(values: dict[str, Any], base: Expected) -> Expected:
    """Take the expectations out of `values`."""
    found = {each.name: values.pop(each.name) for each in fields(Expected) if each.name in values}
    return replace(base, **_frozen(found))


def _frozen(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: tuple(value) if isinstance(value, list) and name != "body_json" else value
        for name, value in values.items()
    }
