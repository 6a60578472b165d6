"""The ledger on Azurite: its requests, its transactions, and rows that it cannot read."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from azure.data.tables import TableClient, UpdateMode

from local.azurite import Azurite
from shared.adapters.table.columns import columns_of
from shared.adapters.table.history import MAX_REMOVED
from shared.adapters.table.ledger import TableLedger
from shared.core.model.check_record import CheckRecord, LastChecks, Outcome, Read
from shared.core.model.decision import Decision, DecisionKind, InUse
from shared.core.model.directory import AppRecord, Credential, Kind
from shared.core.model.memory import Changes, CredentialRecord, ItemState, Removals
from shared.core.model.notification import Notification
from shared.core.model.vocabulary import Reason, Standing
from shared.ports.errors import LedgerError
from shared.ports.ledger import Held

NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)
WIRE = "azure.core.pipeline.policies.http_logging_policy"


@pytest.fixture
def ledger(azurite: Azurite, table: str) -> Iterator[TableLedger]:
    with TableLedger(azurite.tables, lambda: NOW, table=table) as opened:
        yield opened


@pytest.fixture
def raw(azurite: Azurite, table: str) -> Iterator[TableClient]:
    """Return the SDK's own client for the same table."""
    with TableClient.from_connection_string(azurite.tables, table) as client:
        yield client


@pytest.fixture
def requests_of(caplog: pytest.LogCaptureFixture) -> Callable[[Callable[[], object]], int]:
    """Return a function that counts the HTTP requests of a call, by the SDK's log."""

    def count(call: Callable[[], object]) -> int:
        caplog.clear()
        with caplog.at_level(logging.INFO, WIRE):
            call()
        return sum(
            record.name == WIRE and record.getMessage().startswith("Request URL")
            for record in caplog.records
        )

    return count


def told(item: str) -> Notification:
    return Notification(item, "its", NOW, Standing.EXPIRING, Reason.RUNG)


def item(name: str, situation: str = "") -> ItemState:
    return ItemState(name, situation, Standing.EXPIRING, NOW, Reason.FIRST)


def hold(service: str) -> InUse:
    return InUse(service, "k1", assumed=True, at=NOW)


def record(at: datetime = NOW) -> CheckRecord:
    return CheckRecord(at, Outcome.OK, "", Read(1, 2, 3, 1.5), messages=0)


def test_number_of_requests_is_small(
    ledger: TableLedger, requests_of: Callable[[Callable[[], object]], int]
) -> None:
    assert requests_of(ledger.last_checks) == 1  # there is no table yet
    assert requests_of(ledger.load) == 1
    ledger.record_check(record(), LastChecks(last_attempt=NOW))
    assert requests_of(ledger.last_checks) == 1
    assert requests_of(lambda: ledger.record_check(record(), LastChecks(last_attempt=NOW))) == 1
    assert requests_of(ledger.lease) == 1
    assert requests_of(lambda: ledger.remember(Changes())) == 0
    assert (
        requests_of(
            lambda: ledger.remember(Changes(in_use_records=(hold("a"),), items=(item("a"),)))
        )
        == 1
    )
    assert (
        requests_of(
            lambda: ledger.record_notifications([told(f"item-{number}") for number in range(250)])
        )
        == 3
    )
    assert (
        requests_of(
            lambda: ledger.decide(
                Decision(NOW, DecisionKind.CONFIRM, None, ("b",)), holds=[hold("b")]
            )
        )
        == 1
    )
    assert requests_of(lambda: ledger.decisions("a", "b", "c")) == 1
    assert requests_of(lambda: ledger.decisions_since(NOW)) == 1
    assert requests_of(lambda: ledger.checks(2)) == 1
    assert requests_of(lambda: ledger.checks(5_000)) == 1
    assert requests_of(lambda: ledger.remove(Removals())) == 0
    assert (
        requests_of(
            lambda: ledger.remove(
                Removals(notifications=tuple((f"item-{number}", "its") for number in range(250)))
            )
        )
        == 3
    )
    assert (
        requests_of(lambda: ledger.remove_history(NOW - timedelta(days=400), lambda _: True)) == 2
    )


def test_a_page_has_a_thousand_rows(
    ledger: TableLedger, requests_of: Callable[[Callable[[], object]], int]
) -> None:
    credentials = [
        Credential(f"k{number}", Kind.SECRET, "LibCal 2025", "q7X", NOW, None)
        for number in range(1_001)
    ]
    ledger.remember(
        Changes(
            credential_records=tuple(CredentialRecord(each, "libcal", NOW) for each in credentials)
        )
    )
    assert requests_of(ledger.load) == 2
    assert {key: seen.credential for key, seen in ledger.load().credential_records.items()} == {
        each.key_id: each for each in credentials
    }


def test_transaction_stays_below_four_mebibytes(
    ledger: TableLedger, requests_of: Callable[[Callable[[], object]], int]
) -> None:
    heavy = [
        item(f"item-{number}", "ж" * 32_768) for number in range(32)
    ]  # as JSON, six bytes a letter: 6 MiB
    assert (
        requests_of(lambda: ledger.remember(Changes(items=tuple(heavy)))) == 5
    )  # the first finds no table, and creates it
    assert set(ledger.load().items.values()) == set(heavy)


def test_texts_are_stored_unchanged(ledger: TableLedger) -> None:
    texts = [
        "O'Hara & Söhne <b>",
        '"\\',
        "\U0001f511 ключ \u202e",
        "  spaces  ",
        "",
        "@datetime'2026'",
        "%2F%00",
        "line\nline\ttab",
    ]
    apps = tuple(
        AppRecord(f"app-{number}", text, text, text, True, text, (text, text), NOW)
        for number, text in enumerate(texts)
    )
    ledger.remember(
        Changes(
            apps=apps,
            items=tuple(item(f"it's:{number} %41", text) for number, text in enumerate(texts)),
        )
    )
    memory = ledger.load()
    assert {app.key: app for app in apps} == memory.apps
    assert [memory.items[f"it's:{number} %41"].situation for number in range(len(texts))] == texts


def test_check_is_one_readable_row(ledger: TableLedger, raw: TableClient) -> None:
    ledger.record_check(record(), LastChecks(last_attempt=NOW))
    [row] = [dict(each) for each in raw.list_entities() if each["RowKey"].startswith("~check:")]
    assert row | {"PartitionKey": "", "RowKey": ""} == {
        "PartitionKey": "",
        "RowKey": "",
        "started": "2026-11-22T14:00:00Z",
        "outcome": "ok",
        "error": "",
        "read_applications": 1,
        "read_credentials": 2,
        "read_requests": 3,
        "read_seconds": 1.5,
        "messages": 0,
    }


def test_two_checks_of_one_instant_are_kept(ledger: TableLedger, raw: TableClient) -> None:
    for at in (NOW, NOW, NOW - timedelta(days=401)):
        ledger.record_check(record(at), LastChecks(last_attempt=NOW))
    ledger.remove_history(NOW - timedelta(days=400), lambda _: True)
    assert [each["started"] for each in raw.list_entities() if "started" in each] == [
        "2026-11-22T14:00:00Z"
    ] * 2


def test_long_history_is_deleted_in_several_calls(
    ledger: TableLedger, raw: TableClient, requests_of: Callable[[Callable[[], object]], int]
) -> None:
    ledger.record_check(record(), LastChecks(last_attempt=NOW))
    partition = next(iter(raw.list_entities()))["PartitionKey"]
    for start in range(0, MAX_REMOVED + 100, 100):
        keys = [f"~check:999{number:015d}|x" for number in range(start, start + 100)]
        columns = columns_of(record(), "")
        raw.submit_transaction(
            [("create", {**columns, "PartitionKey": partition, "RowKey": key}) for key in keys]
        )
    assert requests_of(lambda: ledger.remove_history(NOW, lambda _: True)) == 2 + MAX_REMOVED // 100
    assert (
        len([each for each in raw.list_entities() if each["RowKey"].startswith("~check:")]) == 101
    )
    ledger.remove_history(NOW, lambda _: True)
    assert len([each for each in raw.list_entities() if each["RowKey"].startswith("~check:")]) == 1


def test_two_tenants_in_one_table_are_separate(azurite: Azurite, table: str) -> None:
    with (
        TableLedger(azurite.tables, lambda: NOW, table=table, partition="one") as one,
        TableLedger(azurite.tables, lambda: NOW, table=table, partition="two") as two,
    ):
        one.remember(Changes(in_use_records=(hold("libcal"),)))
        assert not isinstance(one.lease(), Held)
        assert not isinstance(two.lease(), Held)
        assert not two.load().in_use_records


def test_one_of_many_simultaneous_checks_gets_the_lease(azurite: Azurite, table: str) -> None:
    now = [NOW]
    with ExitStack() as stack, ThreadPoolExecutor(8) as pool:
        ledgers = [
            stack.enter_context(TableLedger(azurite.tables, lambda: now[0], table=table))
            for _ in range(8)
        ]
        for _ in range(3):  # first it is free, then it has expired
            taken = list(pool.map(lambda ledger: ledger.lease(), ledgers))
            assert sum(not isinstance(lease, Held) for lease in taken) == 1
            now[0] += timedelta(minutes=5)


@pytest.mark.parametrize(
    "columns",
    [
        {},
        {"holder": "x", "expires": "9999-12-31T23:59:59Z"},
        {"holder": "x", "expires": "9999-12-31T23:59:59.999999-12:00"},
        {"holder": "x", "expires": "0001-01-01T00:00:00Z"},
        {"holder": "x", "expires": "2026-11-22T14:16:00Z"},
        {"holder": "x", "expires": "2026-11-22T14:04:00"},
        {"holder": "x", "expires": "2027"},
        {"holder": 7, "expires": "2026-11-22T14:04:00Z"},
        {"until": "2026-11-22T14:04:00Z"},
    ],
    ids=str,
)
def test_lease_that_no_check_can_hold_is_taken(
    ledger: TableLedger, raw: TableClient, columns: dict[str, object]
) -> None:
    ledger.begin(NOW)
    row = {"PartitionKey": "own", "RowKey": "~lease:", **columns}
    raw.upsert_entity(row, mode=UpdateMode.REPLACE)
    lease = ledger.lease()
    assert not isinstance(lease, Held)
    lease.renew()
    assert isinstance(ledger.lease(), Held)
    lease.release()
    assert not isinstance(ledger.lease(), Held)


def test_unreadable_lease_is_taken_by_one_of_two(
    ledger: TableLedger, raw: TableClient, azurite: Azurite, table: str
) -> None:
    ledger.begin(NOW)
    raw.upsert_entity({"PartitionKey": "own", "RowKey": "~lease:", "mood": "calm"})
    with TableLedger(azurite.tables, lambda: NOW, table=table) as other:
        assert [isinstance(each.lease(), Held) for each in (ledger, other)] == [False, True]


def test_later_of_two_writes_to_a_row_counts(ledger: TableLedger) -> None:
    ledger.remember(Changes(items=(item("a", "one"), item("a", "two"))))
    assert ledger.load().items["a"].situation == "two"


def test_decision_names_each_row_once(ledger: TableLedger) -> None:
    with pytest.raises(ValueError, match="each once"):
        ledger.decide(
            Decision(NOW, DecisionKind.CONFIRM, None, ("a",)), holds=[hold("a"), hold("a")]
        )


def test_refuses_a_channel_name_that_no_key_can_hold(
    ledger: TableLedger,
) -> None:
    with pytest.raises(LedgerError, match="Rename the service or the channel"):
        ledger.record_notifications([told("a"), told("b/c")])
    assert not ledger.load().notifications
