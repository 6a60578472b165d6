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


def comparable(found: Any) -> Any:  # noqa: ANN401  (any JSON)
    """Return a document or rows without what later versions changed on purpose.

    What is left out of the inventory is counted and sent, and the channel of `tell` gets the last
    week of every item of the inventory, beside its owners.
    """
    match found:
        case list():
            kept = (each for each in found if not _is_later(each))
            return [each for each in map(comparable, kept) if not _is_later(each)]
        case dict():
            return {name: comparable(found[name]) for name in found if not _is_added(name, found)}
        case _:
            return found


def _is_later(each: Any) -> bool:  # noqa: ANN401  (any JSON)
    if isinstance(each, str):
        return each.startswith("told:tenant:") and each.endswith("|its")
    if not isinstance(each, dict):
        return False
    if "owner:" in each.get("audience", ""):
        return True
    to_tell = each.get("channel") == "its"
    about_item = str(each.get("item", "")).startswith("tenant:")
    return each.get("item") == INVENTORY_LEFT_OUT or (
        to_tell and (about_item or each.get("items") == [])
    )


def _is_added(name: str, found: Json) -> bool:
    counts = name == "left_out" and not isinstance(found[name], int)
    if name == "items" and found.get("channel") == "its":
        found[name] = [each for each in found[name] if not each["item"].startswith("tenant:")]
    cards = name == "its" and isinstance(found[name], int)
    return counts or cards or name.startswith(("left_out_", "audience", "messages"))


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
    assert comparable(found) == comparable(looked["expected"][part])


@pytest.mark.parametrize("name", LEDGER["checks"])
def test_the_next_check_sends_and_writes_the_same(
    name: str, tenant: Tenant, settings: dict[str, str]
) -> None:
    recorded = LEDGER["checks"][name]
    fill(tenant, recorded["apps"], recorded["used"])
    found, expected = checked(tenant, settings, recorded["now"]), recorded["expected"]
    assert comparable(found) == comparable(expected)


def test_the_same_life_leaves_the_same_rows(lived: list[Json]) -> None:
    assert _alike(comparable(lived)) == _alike(comparable(LEDGER["rows"]))


def _alike(found: list[Json]) -> list[str]:
    return sorted(json.dumps(wordless(certain(row)), ensure_ascii=False) for row in found)
