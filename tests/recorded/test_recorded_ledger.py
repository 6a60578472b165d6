"""A ledger written by the code at 3fa8a6c is read alike and leads to the same messages."""

import json

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
    assert looked_at(settings, looked["now"], looked["until"])[part] == looked["expected"][part]


@pytest.mark.parametrize("name", LEDGER["checks"])
def test_the_next_check_sends_and_writes_the_same(
    name: str, tenant: Tenant, settings: dict[str, str]
) -> None:
    recorded = LEDGER["checks"][name]
    fill(tenant, recorded["apps"], recorded["used"])
    found, expected = checked(tenant, settings, recorded["now"]), recorded["expected"]
    assert found["check"]["told"] == expected["check"]["told"]
    assert found == expected


def test_the_same_life_leaves_the_same_rows(lived: list[Json]) -> None:
    assert _alike(lived) == _alike(LEDGER["rows"])


def _alike(found: list[Json]) -> list[str]:
    return sorted(json.dumps(wordless(certain(row)), ensure_ascii=False) for row in found)
