"""Run a query of `infra/queries` on rows of a vault's audit log, as `tests.support.kql` does.

Any operator that is not here is an error.
"""

import re
from collections.abc import Callable, Mapping, Sequence

type AuditRow = Mapping[str, str]
"""A row of AzureDiagnostics. A column exists only once some row has had it."""
type Filter = Callable[[AuditRow], bool]


def found_in_audit(query: str, rows: Sequence[AuditRow]) -> int:
    """Return what the query counts as `Found`."""
    table, *steps = [step.strip() for step in query.strip().split("\n|")]
    assert (table, steps[-1]) == ("AzureDiagnostics", "summarize Found = count()")
    return sum(all(_filter(step)(row) for step in steps[:-1]) for row in rows)


def _filter(step: str) -> Filter:
    for pattern, made in _FILTERS:
        if match := re.fullmatch(pattern, step):
            return made(*match.groups())
    raise AssertionError(f"the query has a step that is not known here: {step}")


def _equals(name: str, value: str) -> Filter:
    return lambda row: row[name] == value


def _equals_in_any_case(name: str, value: str) -> Filter:
    return lambda row: row[name].lower() == value.lower()


def _one_of(name: str, values: str) -> Filter:
    known = re.findall('"([^"]*)"', values)
    return lambda row: row[name] in known


def _differs_if_it_exists(name: str, missing: str, value: str) -> Filter:
    return lambda row: row.get(name, missing) != value


_FILTERS: Sequence[tuple[str, Callable[..., Filter]]] = (
    (r'where (\w+) == "([^"]+)"', _equals),
    (r'where (\w+) =~ "([^"]+)"', _equals_in_any_case),
    (r"where (\w+) in \(([^)]+)\)", _one_of),
    (r'where tostring\(column_ifexists\("(\w+)", "(.*)"\)\) != "([^"]+)"', _differs_if_it_exists),
)
