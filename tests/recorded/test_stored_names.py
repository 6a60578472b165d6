"""Stored names keep their spelling: the table, the keys of its rows, their columns and values.

All are written out here and compared with what the program writes and reads. Deployed ledgers have
these names.
"""

import re
from pathlib import Path

import pytest

from shared.bootstrap import ROOT, ledgers
from shared.config.settings_loader import load
from shared.ports.ledger import Held
from tests.recorded.replay import TABLE, TYPE, WATCHLIST, Json, Rows, program, restore, rows
from tests.support.names import Names, table

NOW = "2026-11-17T18:30:00+00:00"
INSTANT = "2026-11-17T15:00:00Z"
OTHER_TENANT = "00000000-0000-4000-8000-00000000000f"
GUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"

COLUMNS = table("""
    own acknowledgement: service until why at by_object_id by_name situation
    own app: key client_id object_id name found:Boolean disabled missing_redirect_uris read_at
    own assignment: key_id services at by_object_id by_name withdrawn:Boolean
    own channel: name failures:Int32 error failing_since
    own former: service key_id
    own hold: service key_id assumed:Boolean at evidence:Boolean by_object_id by_name
    own item: item situation standing since reason
    own sighting: app first_seen gone_at credential_key_id credential_kind credential_name
    own sighting: credential_hint credential_starts credential_ends credential_principal
    own told: item channel at standing reason hands_since
    own use: key_id days last
    own ~check: started outcome error read_applications:Int32 read_credentials:Int32
    own ~check: read_requests:Int32 read_seconds:Double messages:Int32
    own ~decision: at kind services key_id why by_object_id by_name
    own ~pulse: watching_since last_success last_attempt outcome error retries_left:Int32 evidence
    own ~pulse: tenant_attempt
    own:tenant ~scan: tried_since read_at applications:Int32 credentials:Int32 error fewer_at
    own:tenant ~scan: fewer_than:Int32 left_out_names:Int32 left_out_client_ids:Int32
    own:tenant ~scan: left_out_tags:Int32 left_out_noise_apps:Int32
    own:tenant ~scan: left_out_noise_credentials:Int32
    own:tenant listed: holder client_id object_id app_name first_seen since ended:Boolean audience
    own:tenant listed: credential_key_id credential_kind credential_name credential_hint
    own:tenant listed: credential_starts credential_ends
    own:tenant told: item channel at standing reason
""")
KEYS = (
    r"own acknowledgement:SERVICE",
    r"own app:SERVICE",
    r"own assignment:GUID",
    r"own channel:NAME",
    r"own former:SERVICE\|GUID",
    r"own hold:SERVICE",
    r"own item:ITEM",
    r"own sighting:GUID",
    r"own told:ITEM\|NAME",
    r"own use:GUID",
    r"own ~check:\d{18}\|[0-9a-f]{8}",
    r"own ~decision:\d{18}\|[0-9a-f]{8}",
    r"own ~pulse:",
    r"own:tenant ~scan:",
    r"own:tenant listed:GUID\|GUID",
    r"own:tenant told:ITEM\|(NAME|owner:GUID)",
)
ITEMS = (
    r"SERVICE",
    r"app:SERVICE",
    r"channel:NAME",
    r"credential:GUID",
    r"introduction:(SERVICE|tenant)?",
    r"redirect_uris:SERVICE",
    r"tenant:GUID:GUID",
    r"weekly:(tenant)?",
)
"""The items of the recorded days. Other kinds: `leftover: delete: fewer: reading: tried:`."""
VALUES = {
    "standing": "app_problem unmatched awaiting_install missing expired expiring healthy failing",
    "reason": "introduced first rung replaced shorter deleted expired still_waiting confirmed"
    " still_old missing unmatched unclaimed assumed leftover app_problem redirect_uri removed"
    " channel_failed fewer check_failing recovered rotation_late snoozed resumed weekly",
    "outcome": "ok partial failed busy not_owed",
    "kind": "confirm acknowledge claim cancel reopen",
    "credential_kind": "secret certificate",
    "holder": "application service_principal",
}
ROWS: dict[str, Json] = {
    "standing": {
        "RowKey": "told:x|its",
        "item": "x",
        "channel": "its",
        "at": INSTANT,
        "reason": "rung",
    },
    "reason": {
        "RowKey": "told:x|its",
        "item": "x",
        "channel": "its",
        "at": INSTANT,
        "standing": "healthy",
    },
    "outcome": {
        "RowKey": "~pulse:",
        "error": "",
        "retries_left": 0,
        "retries_left" + TYPE: "Edm.Int32",
        "evidence": "",
    },
    "kind": {
        "RowKey": "~decision:1|1",
        "at": INSTANT,
        "services": '["libcal"]',
        "key_id": "",
        "why": "",
    },
    "credential_kind": {
        "RowKey": "sighting:k",
        "app": "libcal",
        "first_seen": INSTANT,
        "credential_key_id": "k",
        "credential_name": "",
        "credential_hint": "",
    },
    "holder": {
        "PartitionKey": "own:tenant",
        "RowKey": "listed:o|k",
        "object_id": "o",
        "client_id": "c",
        "app_name": "",
        "first_seen": INSTANT,
        "since": INSTANT,
        "ended": False,
        "ended" + TYPE: "Edm.Boolean",
        "audience": "[]",
        "credential_key_id": "k",
        "credential_kind": "secret",
        "credential_name": "",
        "credential_hint": "",
        "credential_ends": INSTANT,
    },
}
"""For each column with a fixed choice, a row that lacks only that."""


def test_the_columns_of_each_kind_of_row(lived: list[Json]) -> None:
    assert columns(lived) == COLUMNS


def test_the_keys_of_the_rows(lived: list[Json]) -> None:
    found = {f"{row['PartitionKey']} {row['RowKey']}" for row in lived}
    assert unmatched(found, KEYS) == (set(), set())


def test_the_names_of_the_items(lived: list[Json]) -> None:
    assert unmatched({row["item"] for row in lived if "item" in row}, ITEMS) == (set(), set())


@pytest.mark.parametrize("column", VALUES)
def test_no_other_value_is_written(column: str, lived: list[Json]) -> None:
    written = {row[column] for row in lived if column in row}
    assert written
    assert written <= set(VALUES[column].split())


@pytest.mark.parametrize("column", VALUES)
def test_every_value_is_understood_and_no_other(column: str, settings: dict[str, str]) -> None:
    for value in VALUES[column].split():
        assert unreadable(settings, column, value) == []
    [reason] = unreadable(settings, column, "anything_else")
    assert "anything_else" in reason


def unreadable(settings: dict[str, str], column: str, value: str) -> list[str]:
    """Read a ledger of one row with this value in its column; return why it is set aside."""
    restore(settings["LAPSEWATCH_TABLES"], [{"PartitionKey": "own", **ROWS[column], column: value}])
    with program(settings, NOW) as watch:
        watch.ledger.decisions("libcal")
        return [
            *(row.reason for row in watch.status().all_unreadable),
            *(row.reason for row in watch.ledger.unreadable_history()),
        ]


def test_the_lease_is_a_row_too(settings: dict[str, str]) -> None:
    restore(settings["LAPSEWATCH_TABLES"], [])
    with program(settings, NOW) as watch:
        assert not isinstance(watch.ledger.lease(), Held)
    assert columns([*rows(settings["LAPSEWATCH_TABLES"]).values()]) == table(
        "own ~lease: holder expires began"
    )


def test_the_ledger_of_another_tenant_is_in_a_partition_of_its_own(
    settings: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "watchlist.toml"
    file.write_text(
        WATCHLIST.read_text("utf-8").replace("[tenant]", f'[tenant]\nid = "{OTHER_TENANT}"'),
        encoding="utf-8",
    )
    elsewhere = {
        **settings,
        "LAPSEWATCH_WATCHLIST": str(file),
        "LAPSEWATCH_TENANTS_CLIENT_ID": OTHER_TENANT,
    }
    restore(settings["LAPSEWATCH_TABLES"], [])
    with program(elsewhere, NOW) as watch, ledgers(load(elsewhere, ROOT), elsewhere) as known:
        known[OTHER_TENANT].begin(watch.clock())
    found: Rows = rows(settings["LAPSEWATCH_TABLES"])
    assert [*found] == [(OTHER_TENANT, "~pulse:")]


def test_the_table_has_its_name() -> None:
    assert (
        TABLE == "Lapsewatch"
    )  # every test here puts its rows there and finds those of the program


def columns(found: list[Json]) -> Names:
    """Return the columns of each kind of row, with the type of those that are not text."""
    kinds: dict[str, set[str]] = {}
    for row in found:
        names = [
            name
            for name in row
            if name not in ("PartitionKey", "RowKey") and not name.endswith(TYPE)
        ]
        typed = (
            f"{name}:{row[name + TYPE].removeprefix('Edm.')}" if name + TYPE in row else name
            for name in names
        )
        kinds.setdefault(f"{row['PartitionKey']} {row['RowKey'].partition(':')[0]}", set()).update(
            typed
        )
    return kinds


def unmatched(found: set[str], patterns: tuple[str, ...]) -> tuple[set[str], set[str]]:
    """Return the values that match no pattern, and the patterns that match no value."""
    item = "|".join(ITEMS)
    full = {
        each: each.replace("ITEM", f"({item}|fewer:tenant|reading:|tried:SERVICE)")
        .replace("GUID", GUID)
        .replace("SERVICE", "[a-z0-9-]+")
        .replace("NAME", "[A-Za-z0-9_-]+")
        for each in patterns
    }
    used = {
        each for each, pattern in full.items() if any(re.fullmatch(pattern, text) for text in found)
    }
    return {
        text for text in found if not any(re.fullmatch(pattern, text) for pattern in full.values())
    }, set(patterns) - used
