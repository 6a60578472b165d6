"""The queries of alerts and documents use existing tables, columns and functions."""

import re
from pathlib import Path

from tests.support.kql_binding import bound
from tests.support.snapshots import read

ROOT = Path(__file__).parents[2]


def of_documents() -> dict[str, str]:
    """Return the queries of the documents, one a line, by page and number."""
    return {
        f"{page.name}:{number}": query
        for page in sorted((ROOT / "docs").glob("*.md"))
        for block in re.findall(r"```kusto\n(.+?)```", page.read_text(encoding="utf-8"), re.DOTALL)
        for number, query in enumerate(block.splitlines(), 1)
    }


def test_queries_fit_the_tables_of_the_workspace() -> None:
    rules = {
        each["properties"]["displayName"]: each["properties"]["criteria"]["allOf"][0]
        for each in read("hand-over").all("Insights/scheduledQueryRules")
    }
    saved = {
        each["properties"]["displayName"]: each["properties"]["query"]
        for each in read("hand-over").all("OperationalInsights/workspaces/savedSearches")
    }
    assert of_documents()
    found = bound({name: rule["query"] for name, rule in rules.items()} | saved | of_documents())
    assert {name: each.problems for name, each in found.items() if each.problems} == {}
    for name, rule in rules.items():
        assert found[name].columns == [rule["metricMeasureColumn"]]


def test_mistakes_in_a_query_are_found() -> None:
    mistakes = {
        "column": "AppTraces | where Mesage startswith 'x'",
        "table": "AppTrace | count",
        "function": "AppTraces | extend line = parse_jsn(Message)",
        "syntax": "AppTraces | where (Message == 'x'",
    }
    assert [name for name, each in bound(mistakes).items() if not each.problems] == []
