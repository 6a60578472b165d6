"""Run the queries of `infra/queries` on rows: the few operators that they use, as documented.

Any other operator is an error, so that every part of a query is tested. `startswith` ignores case,
`in` and `matches regex` do not, and a comparison with a missing value is false (Kusto Query
Language, "String operators" and "Null values").
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from local.simulation.build import at


@dataclass(frozen=True)
class Row:
    """A row of AppTraces."""

    logged: datetime
    message: str


type Line = Mapping[str, Any] | None
"""The message after `parse_json`: `None` if it is not JSON."""
type Filter = Callable[[Row, Line, datetime], bool]

SPAN = {"d": 24, "h": 1}


def found(query: str, rows: Sequence[Row], now: datetime) -> int:
    """Return what the query counts as `Found`."""
    table, *steps = [step.strip() for step in query.strip().split("\n|")]
    assert table == "AppTraces"
    assert steps[-1] == "summarize Found = count()"
    return sum(all(_filter(step)(row, _parsed(row), now) for step in steps[:-1]) for row in rows)


def _filter(step: str) -> Filter:
    if step == "extend line = parse_json(Message)":
        return lambda *_: True
    for pattern, made in _FILTERS:
        if match := re.fullmatch(pattern, step):
            return made(*match.groups())
    raise AssertionError(f"the query has a step that is not known here: {step}")


def _begins(text: str) -> Filter:
    return lambda row, *_: row.message.lower().startswith(text.lower())


def _matches(pattern: str) -> Filter:
    return lambda row, *_: re.search(pattern, row.message) is not None


def _one_of(name: str, values: str) -> Filter:
    known = re.findall('"([^"]*)"', values)
    return lambda _, line, __: line is not None and line.get(name) in known


def _longer_than(name: str, number: str) -> Filter:
    return lambda _, line, __: (
        line is not None and isinstance(line.get(name), list) and len(line[name]) > int(number)
    )


def _logged_within(number: str, unit: str) -> Filter:
    return lambda row, _, now: row.logged > now - timedelta(hours=int(number) * SPAN[unit])


def _dated_within(name: str, number: str, unit: str) -> Filter:
    def within(_: Row, line: Line, now: datetime) -> bool:
        with suppress(ValueError, TypeError):
            return line is not None and at(line[name]) > now - timedelta(
                hours=int(number) * SPAN[unit]
            )
        return False

    return within


_FILTERS: Sequence[tuple[str, Callable[..., Filter]]] = (
    (r"where Message startswith '([^']+)'", _begins),
    (r'where Message matches regex @"([^"]+)"', _matches),
    (r"where tostring\(line\.(\w+)\) in \(([^)]+)\)", _one_of),
    (r"where array_length\(line\.(\w+)\) > (\d+)", _longer_than),
    (r"where TimeGenerated > ago\((\d+)([hd])\)", _logged_within),
    (r"where todatetime\(line\.(\w+)\) > ago\((\d+)([hd])\)", _dated_within),
)


def _parsed(row: Row) -> Line:
    with suppress(ValueError):
        value = json.loads(row.message)
        return value if isinstance(value, dict) else None
    return None
