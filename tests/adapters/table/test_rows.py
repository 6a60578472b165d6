"""Records and rows: what is read is what was written.

What a table cannot hold is refused by us; Azurite would take it.
"""

import re
import string
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.table.columns import MAX_CHARS_OF, MAX_TEXT_UNITS, columns_of
from shared.adapters.table.keys import MAX_KEY_UNITS, history_key, key
from shared.adapters.table.kinds import KINDS, Remembered, key_of
from shared.adapters.table.memory_rows import memory_of
from shared.adapters.table.records import RowError, TableRow, record_of
from shared.core.model.check_record import CheckRecord, LastChecks, Outcome, Read
from shared.core.model.days import FAR_AWAY, LONG_AGO
from shared.core.model.decision import (
    Acknowledgement,
    Assignment,
    Decision,
    InUse,
    Person,
    PreviousCredential,
)
from shared.core.model.directory import AppRecord, Credential, Kind
from shared.core.model.hand_over import Ending, HandOver, HandOverState, Opening
from shared.core.model.inventory import Holder, InventoryItem
from shared.core.model.memory import ChannelState, CredentialRecord, ItemState, Use
from shared.core.model.notification import Notification
from shared.core.model.vocabulary import Reason, Standing
from shared.ports.errors import LedgerError

NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)

slugs = st.text(string.ascii_lowercase + string.digits + "-", min_size=1, max_size=40)
channels = st.from_regex(
    r"[A-Za-z0-9]{1,20}([-_][A-Za-z0-9]{1,20}){0,2}", fullmatch=True
)  # as the watchlist has them
items = st.one_of(
    slugs,
    st.sampled_from(["reading:", "weekly:", "introduction:"]),
    st.builds("{}:{}".format, st.sampled_from(["credential", "redirect_uris"]), slugs),
    st.builds("channel:{}".format, channels),
    st.builds("leftover:{}:{}".format, slugs, slugs),
)
key_ids = st.uuids().map(str)
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200)
instants = st.datetimes(
    LONG_AGO.replace(tzinfo=None), FAR_AWAY.replace(tzinfo=None), timezones=st.just(UTC)
)
days = st.dates(LONG_AGO.date(), FAR_AWAY.date())
people = st.builds(Person, object_id=key_ids, name=texts)
credentials = st.builds(
    Credential,
    key_ids,
    st.sampled_from(Kind),
    texts,
    texts,
    starts=st.none() | instants,
    ends=st.none() | instants,
)
remembered: st.SearchStrategy[Remembered] = st.one_of(
    st.builds(
        InUse,
        slugs,
        key_ids,
        st.booleans(),
        instants,
        by=st.none() | people,
        evidence=st.booleans(),
    ),
    st.builds(PreviousCredential, slugs, key_ids),
    st.builds(Assignment, key_ids, st.lists(slugs).map(tuple), instants, people),
    st.builds(Acknowledgement, slugs, days, texts, instants, people, texts),
    st.builds(CredentialRecord, credentials, slugs, instants, gone_at=st.none() | instants),
    st.builds(
        AppRecord,
        slugs,
        key_ids,
        key_ids,
        texts,
        st.booleans(),
        texts,
        st.lists(texts).map(tuple),
        instants,
    ),
    st.builds(
        ItemState, items, texts, st.sampled_from(Standing), instants, st.sampled_from(Reason)
    ),
    st.builds(
        Notification,
        items,
        channels,
        instants,
        st.sampled_from(Standing),
        st.sampled_from(Reason),
        action_needed_since=st.none() | instants,
    ),
    st.builds(ChannelState, channels, st.integers(0, 1_000), st.none() | instants),
    st.builds(Use, key_ids, st.lists(days, max_size=2).map(tuple), instants),
)
pulses = st.builds(
    LastChecks,
    watching_since=st.none() | instants,
    last_success=st.none() | instants,
    last_attempt=st.none() | instants,
    outcome=st.none() | st.sampled_from(Outcome),
    error=texts,
    retries_left=st.integers(0, 6),
    evidence=texts,
)
reads = st.builds(
    Read, st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6), st.floats(0, 10**6)
)
records = st.builds(
    CheckRecord, instants, st.sampled_from(Outcome), texts, reads, st.integers(0, 10**6)
)


def row_of(value: object, row_key: str = "row", version: str = "") -> TableRow:
    return TableRow(row_key, columns_of(value, row_key), version)


def sighting(**changes: object) -> CredentialRecord:
    credential = Credential("k1", Kind.SECRET, "LibCal", "q7X", NOW, None)
    changed = credential._replace(**changes)  # type: ignore[arg-type]  # real fields
    return CredentialRecord(changed, "libcal", NOW)


@given(remembered)
def test_every_record_is_read_as_written(value: Remembered) -> None:
    assert record_of(type(value), row_of(value)) == value


@given(st.one_of(pulses, records))
def test_last_checks_and_check_are_read_as_written(value: LastChecks | CheckRecord) -> None:
    assert record_of(type(value), row_of(value)) == value


@given(st.lists(remembered, max_size=8, unique_by=key_of))
def test_memory_holds_every_row(values: list[Remembered]) -> None:
    memory = memory_of(row_of(value, key_of(value), "etag") for value in values)
    kept: list[Remembered] = [*memory.previous_credentials]
    for mapping in (
        getattr(memory, field.name)
        for field in fields(memory)
        if field.name not in {"previous_credentials", "unreadable", "hands_over"}
    ):
        assert isinstance(mapping, Mapping)
        kept += mapping.values()
    assert {key_of(value): value for value in kept} == {key_of(value): value for value in values}
    assert {getattr(value, "version", "etag") for value in kept} <= {"etag"}


def test_instants_are_in_utc_and_exact_to_the_microsecond() -> None:
    given_at = datetime(2026, 11, 22, 9, 0, 0, 1, tzinfo=timezone(-timedelta(hours=5)))
    columns = columns_of(InUse("libcal", "k1", assumed=True, at=given_at), "row")
    assert columns["at"] == "2026-11-22T14:00:00.000001Z"


@pytest.mark.parametrize("at", [LONG_AGO, FAR_AWAY, LONG_AGO + timedelta(microseconds=1)])
def test_earliest_and_latest_instants_are_read_as_written(at: datetime) -> None:
    value = sighting(starts=at, ends=at)
    assert record_of(CredentialRecord, row_of(value)) == value


@pytest.mark.parametrize("year", [1, 1600, 1899, 2299, 9999])
@pytest.mark.parametrize(
    "zone", [UTC, timezone(timedelta(hours=14)), timezone(-timedelta(hours=12))]
)
def test_instants_and_days_outside_the_range_are_moved_into_it(year: int, zone: timezone) -> None:
    bound = LONG_AGO if year < 1900 else FAR_AWAY
    ends = datetime(year, 6, 15, 23, 59, 59, tzinfo=zone).isoformat()
    row = row_of(sighting(starts=NOW, ends=NOW))
    moved = row._replace(columns={**row.columns, "credential_ends": ends, "first_seen": ends})
    seen = record_of(CredentialRecord, moved)
    assert (seen.credential.ends, seen.first_seen) == (bound, bound)
    days_used = TableRow("", {"key_id": "k", "days": f'["{ends[:10]}"]', "last": ends})
    assert record_of(Use, days_used) == Use("k", (bound.date(),), bound)


def test_instant_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="at of row has no time zone"):
        columns_of(InUse("libcal", "k1", assumed=True, at=NOW.replace(tzinfo=None)), "row")


def test_none_has_no_column() -> None:
    assert set(columns_of(InUse("libcal", "k1", assumed=True, at=NOW, version="etag"), "row")) == {
        "service",
        "key_id",
        "assumed",
        "at",
        "evidence",
    }


def test_row_is_readable() -> None:
    assert columns_of(
        Assignment("k1", ("libcal", "libstaffer"), NOW, Person("7d1f", "Ann")), "row"
    ) == {
        "key_id": "k1",
        "services": '["libcal", "libstaffer"]',
        "at": "2026-11-22T14:00:00Z",
        "by_object_id": "7d1f",
        "by_name": "Ann",
        "withdrawn": False,
    }


@given(st.text(st.characters(exclude_categories=[]), max_size=600))
def test_any_name_is_stored_the_same_way_twice(name: str) -> None:
    once = record_of(CredentialRecord, row_of(sighting(name=name))).credential.name
    once.encode()
    assert len(once) <= MAX_CHARS_OF["name"]
    assert record_of(CredentialRecord, row_of(sighting(name=once))).credential.name == once


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("a" * 256, "a" * 256),
        ("a" * 257, "a" * 255 + "…"),
        ("\U0001f511" * 300, "\U0001f511" * 255 + "…"),
        ("half \ud83d pair", "half \ufffd pair"),
        ("nul \x00 bell \x07 c1 \x9f", "nul \ufffd bell \ufffd c1 \ufffd"),
        ("<b>&'\"\u202e", "<b>&'\"\u202e"),
    ],
)
def test_names_are_shortened_and_cleaned(name: str, kept: str) -> None:
    assert record_of(CredentialRecord, row_of(sighting(name=name))).credential.name == kept


def test_errors_are_shortened_in_every_record() -> None:
    last_checks = record_of(
        LastChecks, row_of(LastChecks(error="x" * 5_000, evidence="half \ud83d pair " * 500))
    )
    assert len(last_checks.error) == len(last_checks.evidence) == MAX_CHARS_OF["error"]
    assert last_checks.evidence.startswith("half \ufffd pair ")


def test_name_in_a_key_is_not_shortened() -> None:
    channel = ChannelState("n" * 300)
    assert record_of(ChannelState, row_of(channel, key_of(channel))) == channel


def test_days_of_use_are_readable() -> None:
    columns = columns_of(Use("k1", (date(2026, 11, 20), date(2026, 11, 22)), NOW), "row")
    assert columns == {
        "key_id": "k1",
        "days": '["2026-11-20", "2026-11-22"]',
        "last": "2026-11-22T14:00:00Z",
    }


def item(situation: str) -> ItemState:
    return ItemState("libcal", situation, Standing.EXPIRING, NOW, Reason.FIRST)


@pytest.mark.parametrize("situation", ["x" * MAX_TEXT_UNITS, "\U0001f511" * (MAX_TEXT_UNITS // 2)])
def test_longest_text_of_a_table_is_stored_whole(situation: str) -> None:
    assert record_of(ItemState, row_of(item(situation))).situation == situation


@pytest.mark.parametrize(
    "situation", ["x" * (MAX_TEXT_UNITS + 1), "\U0001f511" * (MAX_TEXT_UNITS // 2) + "x"]
)
def test_longer_text_is_refused_by_name(situation: str) -> None:
    with pytest.raises(
        LedgerError,
        match=r"row item:libcal: its situation has 32,769 characters, a table takes 32,768",
    ) as caught:
        columns_of(item(situation), "item:libcal")
    assert not caught.value.transient


def test_too_long_list_is_refused() -> None:
    app = AppRecord(
        "libcal",
        "c",
        "o",
        "LibApps",
        True,
        "",
        tuple(f"https://library.example/{n}" for n in range(1_200)),
        NOW,
    )
    with pytest.raises(LedgerError, match="missing_redirect_uris"):
        columns_of(app, "app:libcal")


@pytest.mark.parametrize(
    "value", [item("half \ud83d pair"), AppRecord("a", "c", "o", "n", True, "", ("\ud83d",), NOW)]
)
def test_invalid_text_that_is_compared_is_refused(value: Remembered) -> None:
    with pytest.raises(LedgerError, match="not valid text"):
        columns_of(value, "row")


@pytest.mark.parametrize(
    "name", ["a/b", "a\\b", "a#b", "a?b", "a\x00b", "a\tb", "a\x9fb", "a\ud83db"]
)
def test_name_with_a_forbidden_character_is_refused(name: str) -> None:
    with pytest.raises(LedgerError, match=r"a table takes no .* in a key\. Rename") as caught:
        key("told", "libcal", name)
    assert not caught.value.transient


def test_too_long_key_is_refused() -> None:
    assert len(key("hold", "s" * (MAX_KEY_UNITS - 5))) == MAX_KEY_UNITS
    with pytest.raises(LedgerError, match="the key has 513 characters, a table takes 512"):
        key("hold", "s" * (MAX_KEY_UNITS - 4))


def test_keys_are_made_of_ids() -> None:
    assert key_of(PreviousCredential("libcal", "k1")) == "former:libcal|k1"
    assert key_of(sighting()) == "sighting:k1"
    assert (
        key_of(Notification("leftover:libcal:k1", "its", NOW, Standing.HEALTHY, Reason.LEFTOVER))
        == "told:leftover:libcal:k1|its"
    )
    assert (
        key_of(Notification("reading:", "its", NOW, Standing.FAILING, Reason.CHECK_FAILING))
        == "told:reading:|its"
    )
    assert (
        key_of(ItemState("channel:its", "failing", Standing.FAILING, NOW, Reason.CHANNEL_FAILED))
        == "item:channel:its"
    )
    assert key_of(ChannelState("its")) == "channel:its"
    assert key_of(Use("k1", (), NOW)) == "use:k1"


@given(items, channels)
def test_key_holds_item_and_channel(item: str, channel: str) -> None:
    assert re.fullmatch(r"told:([^|]+)\|([^|]+)", key("told", item, channel)).groups() == (  # type: ignore[union-attr]  # fails if it does not match
        item,
        channel,
    )


@given(instants, instants)
def test_history_sorts_newest_first_after_other_rows(one: datetime, other: datetime) -> None:
    assert (history_key("check", one) < history_key("check", other)) == (one > other)
    assert all(f"{kind}:\U0010ffff" < history_key("check", one) for kind in KINDS)


def widest(text: str) -> list[object]:
    person, credential = Person(text, text), Credential(text, Kind.SECRET, text, text, NOW, NOW)
    return [
        InUse(text, text, True, NOW, person, True),
        PreviousCredential(text, text),
        Assignment(text, (text[:-10],), NOW, person),
        Acknowledgement(text, date(2026, 1, 1), text, NOW, person, text),
        CredentialRecord(credential, text, NOW, NOW),
        AppRecord(text, text, text, text, True, text, (text[:-10],), NOW),
        ItemState(text, text, Standing.EXPIRING, NOW, Reason.FIRST),
        Notification(text, text, NOW, Standing.EXPIRING, Reason.FIRST, NOW),
        ChannelState(text, 10**6, NOW),
        Use(text, (date(2026, 1, 1), date(2026, 1, 2)), NOW),
        InventoryItem(
            Holder.APPLICATION, text, text, text, credential, NOW, NOW, True, (text[:-10],)
        ),
        HandOver(
            text,
            HandOverState.OPENED,
            credential,
            person,
            NOW,
            NOW,
            NOW,
            opened=(Opening(Person(text[:-200], ""), NOW),),
            ending=Ending.WITHDRAWN,
            why=text,
            stale=(text[:-10],),
            orphans=(text[:-10],),
        ),
        Decision(NOW, "confirm", person, (text[:-10],), text, text),  # type: ignore[arg-type]  # the kind's text will do
        CheckRecord(NOW, Outcome.OK, text, Read(), 1),
    ]


@pytest.mark.parametrize(
    "value", widest("x" * MAX_TEXT_UNITS), ids=lambda value: type(value).__name__
)
def test_widest_row_is_within_the_limit_of_a_table(value: object) -> None:
    columns = columns_of(value, "row")
    assert len(columns) <= 252
    assert sum(len(name) + len(str(column)) for name, column in columns.items()) * 2 < 1024 * 1024


def test_widest_rows_cover_every_kind() -> None:
    assert {kind.record for kind in KINDS.values()} < {type(value) for value in widest("x" * 20)}


HOLD: dict[str, object] = {
    "service": "libcal",
    "key_id": "k1",
    "assumed": True,
    "at": "2026-11-22T14:00:00Z",
    "evidence": False,
}
CLAIM: dict[str, object] = {
    "key_id": "k1",
    "services": '["libcal"]',
    "at": "2026-11-22T14:00:00Z",
    "by_object_id": "o",
    "by_name": "Ann",
}


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (
            TableRow("guess:libcal", HOLD),
            r"its kind 'guess' is unknown \(known: acknowledgement, app,",
        ),
        (TableRow("libcal", HOLD), "its kind 'libcal' is unknown"),
        (TableRow("", HOLD), "its kind '' is unknown"),
        (TableRow("hold:libstaffer", HOLD), "its columns belong under the key 'hold:libcal'"),
        (TableRow("hold:libcal", {**HOLD, "service": "a/b"}), "a table takes no '/' in a key"),
        (
            TableRow("hold:libcal", {**HOLD, "at": "0001-01-01T00:00:00"}),
            "in its column 'at', Expected `datetime` with a timezone",
        ),
        (TableRow("hold:libcal", {**HOLD, "at": NOW.replace(tzinfo=None)}), "in its column 'at'"),
        (TableRow("hold:libcal", {**HOLD, "key_id": b"k1"}), "in its column 'key_id'"),
        (TableRow("assignment:k1", {**CLAIM, "services": "[" * 10_000}), "column 'services'"),
        (
            TableRow("channel:its", {"name": "its", "failures": float("nan"), "error": ""}),
            "in its column 'failures'",
        ),
        (
            TableRow("hold:libcal", {**HOLD, "assumed": "yes"}),
            "^in its column 'assumed', Expected `bool`, got `str`; which credential the service",
        ),
        (
            TableRow("hold:libcal", {**HOLD, "at": "2026-11-22T14:00:00"}),
            "in its column 'at', Expected `datetime` with a timezone",
        ),
        (
            TableRow("hold:libcal", {**HOLD, "at": "yesterday"}),
            "in its column 'at', Invalid RFC3339",
        ),
        (TableRow("hold:libcal", {**HOLD, "at": 12}), "in its column 'at', Expected `datetime`"),
        (TableRow("hold:libcal", {"service": "libcal"}), "it has no column 'key_id'"),
        (TableRow("hold:libcal", {**HOLD, "by_name": "Ann"}), "it has no column 'by_object_id'"),
        (
            TableRow("assignment:k1", {**CLAIM, "services": "libcal"}),
            "in its column 'services', JSON is malformed",
        ),
        (
            TableRow("assignment:k1", {**CLAIM, "services": "[1]"}),
            "in its column 'services', Expected `str`, got `int`",
        ),
        (TableRow("assignment:k1", {**CLAIM, "services": 7}), "in its column 'services', "),
        (
            TableRow(
                "assignment:k1", {"key_id": "k1", "services": "[]", "at": "2026-11-22T14:00:00Z"}
            ),
            "it has no column 'by_object_id'",
        ),
        (
            TableRow(
                "use:k1", {"key_id": "k1", "days": '["soon"]', "last": "2026-11-22T14:00:00Z"}
            ),
            "in its column 'days', Invalid RFC3339",
        ),
        (
            TableRow("item:x", {"item": "x", "situation": "", "standing": "fine"}),
            "in its column 'standing', Invalid enum value 'fine'",
        ),
    ],
)
def test_unreadable_row_is_set_aside_with_its_reason(row: TableRow, complaint: str) -> None:
    other = TableRow("hold:libstaffer", {**HOLD, "service": "libstaffer"})
    memory = memory_of([row._replace(partition="own"), *([other] if row.key != other.key else [])])
    [unreadable] = memory.unreadable
    assert (unreadable.key, unreadable.partition) == (row.key, "own")
    assert re.search(complaint, unreadable.reason)
    assert memory.in_use_records.keys() == ({"libstaffer"} if row.key != other.key else set())


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), -float("inf")])
def test_number_that_is_none_is_unreadable(seconds: float) -> None:
    value = CheckRecord(NOW, Outcome.OK, "", Read(seconds=seconds), 0)
    with pytest.raises(RowError, match=r"in its column 'read_seconds', .* is not a number"):
        record_of(CheckRecord, row_of(value))


def test_column_of_a_later_version_is_ignored() -> None:
    assert (
        memory_of([TableRow("hold:libcal", {**HOLD, "mood": "calm"})])
        .in_use_records["libcal"]
        .key_id
        == "k1"
    )
