"""A ledger written by the code at 3fa8a6c is read alike and leads to the same messages."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from local.stand_in.tenant import Tenant
from tests.recorded.replay import (
    Json,
    certain,
    checked,
    fill,
    looked_at,
    recorded_ledger,
    rows,
    wordless,
)

LEDGER = recorded_ledger()
CHANGED = json.loads(Path(__file__).with_name("changed_on_purpose.json").read_text("utf-8"))
"""What later versions changed on purpose, by part: what is left out of the inventory is counted
and sent, and the channel of `tell` gets the last week of every item, beside its owners. In the life
that is lived again, both parties hear of a snooze."""
ADDED = {"installed_by": "person", "rotates_every": None, "hand_over": None}
"""What later versions say of each service, too."""
ADDED_ITEM = {"acknowledged": None, "ignored": None}
"""What later versions say of each credential of the tenant, too."""
ADDED_DOCUMENTS = {"requests"}
"""What later versions add to the status document."""
NOTHING: Json = {"gone": [], "new": []}
KINDS = {
    "acknowledgement",
    "app",
    "assignment",
    "channel",
    "former",
    "hold",
    "item",
    "listed",
    "sighting",
    "told",
    "use",
}


def lines(value: Any, path: str = "") -> Counter[str]:  # noqa: ANN401  (any JSON)
    """Return a document as lines; an element of a list is one line, wherever it stands."""
    if isinstance(value, dict):
        return sum((lines(each, f"{path}/{name}") for name, each in value.items()), Counter())
    each_value = value if isinstance(value, list) else [value]
    return Counter(f"{path} {json.dumps(each, ensure_ascii=False)}" for each in each_value)


def changes(found: Any, expected: Any) -> Json:  # noqa: ANN401  (any JSON)
    """Return the lines that a later version has no longer, and those that it has besides."""
    now, before = lines(_without_added(found)), lines(expected)
    return {"gone": sorted((before - now).elements()), "new": sorted((now - before).elements())}


def _without_added(found: Any) -> Any:  # noqa: ANN401  (any JSON)
    if isinstance(found, list):
        return [_without_added(each) for each in found]
    if not isinstance(found, dict):
        return found
    added = set(ADDED) if found.items() >= ADDED.items() else set()
    added |= set(ADDED_ITEM) if found.items() >= ADDED_ITEM.items() else set()
    added |= ADDED_DOCUMENTS if isinstance(found.get("requests"), list) else set()
    return {name: _without_added(each) for name, each in found.items() if name not in added}


def test_every_kind_of_row_is_in_the_recording() -> None:
    assert {row["RowKey"].partition(":")[0] for row in LEDGER["rows"]} == KINDS | {
        "~check",
        "~decision",
        "~pulse",
        "~scan",
    }


def test_the_table_holds_what_was_recorded(settings: dict[str, str]) -> None:
    assert [*rows(settings["LAPSEWATCH_TABLES"]).values()] == LEDGER["rows"]


@pytest.mark.parametrize("part", ["status", "history", "forecast", "events"])
def test_it_is_read_alike(part: str, settings: dict[str, str]) -> None:
    looked = LEDGER["looked_at"]
    found = looked_at(settings, looked["now"], looked["until"])[part]
    assert changes(found, looked["expected"][part]) == CHANGED.get(part, NOTHING)


@pytest.mark.parametrize("name", LEDGER["checks"])
def test_the_next_check_sends_and_writes_the_same(
    name: str, tenant: Tenant, settings: dict[str, str]
) -> None:
    recorded = LEDGER["checks"][name]
    fill(tenant, recorded["apps"], recorded["used"])
    found, expected = checked(tenant, settings, recorded["now"]), recorded["expected"]
    assert changes(found, expected) == CHANGED.get(name, NOTHING)


def test_the_same_life_leaves_the_same_rows(lived: list[Json]) -> None:
    found, expected = _alike(lived), _alike(LEDGER["rows"])
    assert changes(found, expected) == CHANGED["life"]


def _alike(found: list[Json]) -> list[str]:
    return sorted(json.dumps(wordless(certain(row)), ensure_ascii=False) for row in found)
