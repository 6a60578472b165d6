"""A ledger written by the code at 3fa8a6c is read alike and leads to the same messages."""

import json
from typing import Any

import pytest

from local.stand_in.tenant import Tenant
from shared.core.model.item_id import INVENTORY_LEFT_OUT
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
MONDAY = "2026-11-09T15:00:00Z"
"""A check of the recorded life that now also sends what is left out of the inventory."""
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


def without_additions(found: Any) -> Any:  # noqa: ANN401  (any JSON)
    """Return a document or rows without what later versions added: what is left out."""
    match found:
        case list():
            return [without_additions(each) for each in found if not _is_added_row(each)]
        case dict():
            more = (found.get("started") == MONDAY and {"messages": found["messages"] - 1}) or {}
            names = [name for name in found if not _is_added(name, found[name])]
            return {name: without_additions(found[name]) for name in names} | more
        case _:
            return found


def _is_added_row(row: Any) -> bool:  # noqa: ANN401  (any JSON)
    return isinstance(row, dict) and row.get("item") == INVENTORY_LEFT_OUT


def _is_added(name: str, value: object) -> bool:
    return name.startswith("left_out_") or (name == "left_out" and not isinstance(value, int))


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
    assert without_additions(found) == looked["expected"][part]


@pytest.mark.parametrize("name", LEDGER["checks"])
def test_the_next_check_sends_and_writes_the_same(
    name: str, tenant: Tenant, settings: dict[str, str]
) -> None:
    recorded = LEDGER["checks"][name]
    fill(tenant, recorded["apps"], recorded["used"])
    found, expected = checked(tenant, settings, recorded["now"]), recorded["expected"]
    assert found["check"]["told"] == expected["check"]["told"]
    assert without_additions(found) == expected


def test_the_same_life_leaves_the_same_rows(lived: list[Json]) -> None:
    assert _alike(without_additions(lived)) == _alike(LEDGER["rows"])


def _alike(found: list[Json]) -> list[str]:
    return sorted(json.dumps(wordless(certain(row)), ensure_ascii=False) for row in found)
