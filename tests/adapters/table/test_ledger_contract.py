"""The port `Ledger`: the same tests in memory and on Table Storage (Azurite)."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from azure.data.tables import TableClient, UpdateMode

from local.azurite import Azurite
from local.simulation.memory_ledger import InMemoryLedger
from shared.adapters.table.ledger import TableLedger
from shared.core.model.check_record import CheckRecord, LastChecks, Outcome, Read
from shared.core.model.decision import (
    Acknowledgement,
    Assignment,
    Decision,
    DecisionKind,
    InUse,
    Person,
    PreviousCredential,
)
from shared.core.model.directory import AppRecord, Credential, Kind
from shared.core.model.memory import (
    Changes,
    ChannelState,
    CredentialRecord,
    ItemState,
    Memory,
    Removals,
    Use,
)
from shared.core.model.notification import Notification
from shared.core.model.vocabulary import Reason, Standing
from shared.ports.errors import LeaseLost, LedgerConflict, UnreadableRowConflict
from shared.ports.ledger import Held, Ledger

NOW = datetime(2026, 11, 22, 14, 0, 0, 123456, tzinfo=UTC)
TERM = timedelta(seconds=60)
ANN = Person("7d1f", "Ann of the library")
OLD, NEW = "11111111-aaaa-4aaa-8aaa-000000000001", "11111111-aaaa-4aaa-8aaa-000000000002"


@dataclass
class Clock:
    """A clock that only the test moves."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "tables"])
def another(
    request: pytest.FixtureRequest, clock: Clock, azurite: Azurite, table: str
) -> Iterator[Callable[[], Ledger]]:
    """Return a function that opens the ledger as another process would."""
    with ExitStack() as stack:
        if request.param == "memory":
            memory = InMemoryLedger(clock)
            yield lambda: memory
        else:
            yield lambda: stack.enter_context(TableLedger(azurite.tables, clock, table=table))


@pytest.fixture
def ledger(another: Callable[[], Ledger]) -> Ledger:
    return another()


@pytest.fixture
def spoil(ledger: Ledger, azurite: Azurite, table: str) -> Iterator[Callable[[str], None]]:
    """Return a function that makes a row unreadable."""
    if isinstance(ledger, InMemoryLedger):
        yield ledger.spoil
        return
    with TableClient.from_connection_string(azurite.tables, table) as rows:

        def spoiled(key: str) -> None:
            row = {"PartitionKey": "own", "RowKey": key, "mood": "calm"}
            rows.upsert_entity(row, mode=UpdateMode.REPLACE)

        yield spoiled


def credential(key_id: str, **changes: object) -> Credential:
    plain = Credential(
        key_id,
        Kind.SECRET,
        "LibCal 2025",
        "q7X",
        NOW - timedelta(days=30),
        NOW + timedelta(days=700),
    )
    return plain._replace(**changes)  # type: ignore[arg-type]  # each test names real fields


def hold(
    service: str = "libcal", key_id: str = OLD, *, by: Person | None = None, version: str = ""
) -> InUse:
    return InUse(service, key_id, assumed=by is None, at=NOW, by=by, version=version)


def item(name: str = "libcal", situation: str = "expiring") -> ItemState:
    return ItemState(name, situation, Standing.EXPIRING, NOW, Reason.FIRST)


def told(
    name: str = "libcal", channel: str = "its", *, action_needed_since: datetime | None = None
) -> Notification:
    return Notification(name, channel, NOW, Standing.MISSING, Reason.MISSING, action_needed_since)


def decision(
    *services: str, kind: DecisionKind = DecisionKind.CONFIRM, at: datetime = NOW, why: str = ""
) -> Decision:
    return Decision(at, kind, ANN, services, NEW, why)


def claim(*services: str, version: str = "") -> Assignment:
    return Assignment(NEW, services, NOW, ANN, version=version)


def acknowledgement(why: str = "the vendor is on it", version: str = "") -> Acknowledgement:
    return Acknowledgement(
        "libcal", date(2026, 12, 1), why, NOW, ANN, "awaiting_install|1", version=version
    )


def record(started: datetime = NOW) -> CheckRecord:
    return CheckRecord(
        started, Outcome.PARTIAL, "Teams did not answer.", Read(2, 3, 4, 1.25), messages=1
    )


FACTS = Changes(
    in_use_records=(hold(), hold("libstaffer")),
    credential_records=(
        CredentialRecord(credential(OLD), "libcal", NOW),
        CredentialRecord(
            credential(NEW, kind=Kind.CERTIFICATE, name="", hint="", starts=None, ends=None),
            "libcal",
            NOW,
            gone_at=NOW,
        ),
    ),
    apps=(
        AppRecord(
            "libcal",
            "c",
            "o",
            "LibApps",
            True,
            "",
            ("https://library.example/a", "https://library.example/b"),
            NOW,
        ),
    ),
    items=(item(), item("redirect_uris:libcal", "x")),
    channels=(ChannelState("its", 2, NOW - TERM), ChannelState("admins")),
    uses=(
        Use(OLD, (date(2026, 11, 20), date(2026, 11, 22)), NOW - TERM),
        Use(NEW, (date(2026, 11, 22),), NOW),
    ),
)


def test_new_ledger_is_empty(ledger: Ledger) -> None:
    assert ledger.load() == Memory()
    assert ledger.last_checks() == LastChecks()
    assert list(ledger.decisions("libcal")["libcal"]) == []


def test_findings_of_a_check_are_read_as_written(
    ledger: Ledger, another: Callable[[], Ledger]
) -> None:
    ledger.remember(FACTS)
    assert another().load() == Memory(
        in_use_records={each.service: each for each in FACTS.in_use_records},
        credential_records={each.credential.key_id: each for each in FACTS.credential_records},
        apps={"libcal": FACTS.apps[0]},
        items={each.item: each for each in FACTS.items},
        channels={each.name: each for each in FACTS.channels},
        uses={each.key_id: each for each in FACTS.uses},
    )


def test_changes_only_given_rows(ledger: Ledger) -> None:
    ledger.remember(FACTS)
    before = ledger.load()
    ledger.remember(Changes(items=(item(situation="other"),)))
    assert ledger.load() == replace(
        before, items={**before.items, "libcal": item(situation="other")}
    )


def test_channel_and_use_keep_their_last_state(ledger: Ledger) -> None:
    ledger.remember(FACTS)
    before = ledger.load()
    well, later = (
        ChannelState("its"),
        Use(OLD, (date(2026, 11, 22), date(2026, 11, 23)), NOW + timedelta(days=1)),
    )
    ledger.remember(Changes(channels=(well,), uses=(later,)))
    assert ledger.load() == replace(
        before, channels={**before.channels, "its": well}, uses={**before.uses, OLD: later}
    )


def test_app_has_the_time_of_its_last_read(ledger: Ledger) -> None:
    ledger.remember(FACTS)
    ledger.remember(Changes(apps=(replace(FACTS.apps[0], read_at=NOW + TERM),)))
    assert ledger.load().apps["libcal"].read_at == NOW + TERM


def test_no_changes_write_nothing(ledger: Ledger) -> None:
    ledger.remember(Changes())
    ledger.record_notifications([])
    ledger.remove(Removals())
    assert ledger.load() == Memory()


def test_credential_that_came_back_is_not_gone(ledger: Ledger) -> None:
    gone = CredentialRecord(credential(OLD), "libcal", NOW, gone_at=NOW)
    ledger.remember(Changes(credential_records=(gone,)))
    ledger.remember(Changes(credential_records=(replace(gone, gone_at=None),)))
    assert ledger.load().credential_records[OLD].gone_at is None


def test_first_sighting_never_overrules_a_person(ledger: Ledger) -> None:
    ledger.decide(decision("libcal"), holds=[hold(key_id=NEW, by=ANN)])
    ledger.remember(FACTS)
    memory = ledger.load()
    assert memory.in_use_records["libcal"] == hold(key_id=NEW, by=ANN)
    assert memory.in_use_records["libstaffer"] == hold("libstaffer")
    assert set(memory.items) == {"libcal", "redirect_uris:libcal"}


def test_more_rows_than_a_transaction_are_all_written(ledger: Ledger) -> None:
    ledger.remember(Changes(in_use_records=(hold("s7"),)))
    many = [f"s{number}" for number in range(120)]
    ledger.remember(
        Changes(
            in_use_records=tuple(hold(name, NEW) for name in many),
            items=tuple(item(name) for name in many),
        )
    )
    memory = ledger.load()
    assert set(memory.in_use_records) == set(memory.items) == set(many)
    assert {memory.in_use_records[name].key_id for name in many if name != "s7"} == {NEW}
    assert memory.in_use_records["s7"].key_id == OLD


def test_notifications_are_stored_for_each_channel(ledger: Ledger) -> None:
    ledger.record_notifications([told(), told(channel="admins", action_needed_since=NOW)])
    assert ledger.load().notifications == {
        ("libcal", "its"): told(),
        ("libcal", "admins"): told(channel="admins", action_needed_since=NOW),
    }


def test_any_item_id_and_channel_name_can_be_stored(ledger: Ledger) -> None:
    ids = [
        "libcal",
        "reading:",
        "weekly:",
        "introduction:",
        "channel:its",
        "channel:ITS",
        "channel:its_2",
        f"leftover:libcal:{OLD}",
    ]
    states = [replace(item(name), standing=Standing.FAILING) for name in ids]
    sent = [
        replace(told(name, channel), standing=Standing.FAILING)
        for name in ids
        for channel in ("its", "ITS", "its_2")
    ]
    ledger.remember(Changes(items=tuple(states)))
    ledger.record_notifications(sent)
    assert ledger.load() == Memory(
        items={each.item: each for each in states},
        notifications={(each.item, each.channel): each for each in sent},
    )
    gone = ("reading:", "its"), ("channel:its", "its_2")
    ledger.remove(Removals(items=("weekly:", "channel:its"), notifications=gone))
    memory = ledger.load()
    assert set(ids) - set(memory.items) == {"weekly:", "channel:its"}
    assert {(each.item, each.channel) for each in sent} - set(memory.notifications) == set(gone)


def test_last_notification_replaces_the_one_before(ledger: Ledger) -> None:
    ledger.record_notifications([told(action_needed_since=NOW)])
    ledger.record_notifications([told(action_needed_since=None)])
    assert ledger.load().notifications == {("libcal", "its"): told()}


def test_last_checks_are_those_of_the_last_check(
    ledger: Ledger, another: Callable[[], Ledger]
) -> None:
    last_checks = LastChecks(
        last_success=NOW,
        last_attempt=NOW + TERM,
        outcome=Outcome.PARTIAL,
        error="Teams did not answer.",
        retries_left=6,
        evidence="No licence for the report.",
    )
    ledger.record_check(record(), LastChecks(last_attempt=NOW, outcome=Outcome.FAILED))
    ledger.record_check(record(), last_checks)
    assert another().last_checks() == last_checks
    assert ledger.load() == Memory()


def test_start_of_watching_is_written_once(ledger: Ledger) -> None:
    ledger.begin(NOW)
    ledger.begin(NOW + TERM)
    assert ledger.last_checks() == LastChecks(watching_since=NOW)
    ledger.record_check(record(), LastChecks(last_attempt=NOW))
    ledger.begin(NOW)
    assert ledger.last_checks() == LastChecks(last_attempt=NOW)


def test_only_one_check_has_the_lease(ledger: Ledger, another: Callable[[], Ledger]) -> None:
    assert not isinstance(ledger.lease(), Held)
    assert isinstance(another().lease(), Held)
    assert isinstance(ledger.lease(), Held)


def test_released_lease_can_be_taken(ledger: Ledger, another: Callable[[], Ledger]) -> None:
    lease = ledger.lease()
    assert not isinstance(lease, Held)
    lease.renew()
    lease.release()
    assert not isinstance(another().lease(), Held)


def test_lease_of_a_crashed_check_expires(
    ledger: Ledger, another: Callable[[], Ledger], clock: Clock
) -> None:
    assert not isinstance(ledger.lease(), Held)
    clock.now += TERM - timedelta(seconds=1)
    assert isinstance(another().lease(), Held)
    clock.now += timedelta(seconds=1)
    assert not isinstance(another().lease(), Held)


@pytest.mark.parametrize("ahead", [timedelta(), timedelta(minutes=10)], ids=str)
def test_lease_nobody_renews_is_taken_whatever_clocks_say(
    ledger: Ledger, another: Callable[[], Ledger], clock: Clock, ahead: timedelta
) -> None:
    clock.now += ahead
    dead = ledger.lease()
    clock.now -= ahead
    held = another().lease()
    assert isinstance(held, Held)
    assert (held.began, held.until, held.term) == (NOW + ahead, NOW + ahead + TERM, TERM)
    mine = another().lease(unchanged=held)
    assert not isinstance(mine, Held)
    assert isinstance(another().lease(unchanged=held), Held), "it was taken once"
    assert not isinstance(dead, Held)
    with pytest.raises(LeaseLost):
        dead.renew()
    mine.renew()


def test_renewed_lease_has_another_version(ledger: Ledger, another: Callable[[], Ledger]) -> None:
    lease, held = ledger.lease(), another().lease()
    assert isinstance(held, Held)
    assert not isinstance(lease, Held)
    lease.renew()
    now = another().lease(unchanged=held)
    assert isinstance(now, Held)
    assert (now.version != held.version, now.began) == (True, held.began)
    lease.release()
    assert not isinstance(another().lease(unchanged=now), Held)


def test_renewed_lease_lasts_another_term(
    ledger: Ledger, another: Callable[[], Ledger], clock: Clock
) -> None:
    lease = ledger.lease()
    assert not isinstance(lease, Held)
    for _ in range(3):
        clock.now += TERM - timedelta(seconds=1)
        lease.renew()
    clock.now += TERM - timedelta(seconds=1)
    assert isinstance(another().lease(), Held)


def test_lease_that_another_check_took_is_lost(
    ledger: Ledger, another: Callable[[], Ledger], clock: Clock
) -> None:
    mine = ledger.lease()
    assert not isinstance(mine, Held)
    clock.now += TERM
    theirs = another().lease()
    assert not isinstance(theirs, Held)
    with pytest.raises(LeaseLost):
        mine.renew()
    mine.release()
    theirs.renew()
    assert isinstance(ledger.lease(), Held)


def test_expired_lease_can_be_renewed_if_still_free(
    ledger: Ledger, another: Callable[[], Ledger], clock: Clock
) -> None:
    lease = ledger.lease()
    assert not isinstance(lease, Held)
    clock.now += 2 * TERM
    lease.renew()
    assert isinstance(another().lease(), Held)


def test_released_lease_cannot_be_renewed(ledger: Ledger) -> None:
    lease = ledger.lease()
    assert not isinstance(lease, Held)
    lease.release()
    lease.release()
    with pytest.raises(LeaseLost):
        lease.renew()


@pytest.mark.parametrize(
    "ahead",
    [timedelta(minutes=11), timedelta(hours=1), timedelta(days=3), timedelta(days=365 * 20)],
    ids=str,
)
def test_lease_that_ends_later_than_any_can_is_over(
    ledger: Ledger, another: Callable[[], Ledger], clock: Clock, ahead: timedelta
) -> None:
    clock.now += ahead
    theirs = ledger.lease()
    assert not isinstance(theirs, Held)
    clock.now -= ahead
    mine = another().lease()
    assert not isinstance(mine, Held)
    assert isinstance(ledger.lease(), Held)
    with pytest.raises(LeaseLost):
        theirs.renew()
    mine.renew()


@pytest.mark.parametrize("ahead", [timedelta(seconds=1), timedelta(minutes=10)], ids=str)
def test_lease_of_a_clock_that_differs_a_little_is_held(
    ledger: Ledger, another: Callable[[], Ledger], clock: Clock, ahead: timedelta
) -> None:
    clock.now += ahead
    assert not isinstance(ledger.lease(), Held)
    clock.now -= ahead
    assert isinstance(another().lease(), Held)
    clock.now += TERM + ahead
    assert not isinstance(another().lease(), Held)


def test_unreadable_row_is_set_aside_and_the_others_are_read(
    ledger: Ledger, spoil: Callable[[str], None]
) -> None:
    ledger.remember(FACTS)
    before = ledger.load()
    spoil("hold:libcal")
    spoil("guess:libcal")
    after = ledger.load()
    assert {row.key for row in after.unreadable} == {"hold:libcal", "guess:libcal"}
    assert {row.partition for row in after.unreadable} == {"own"}
    holds = {"libstaffer": before.in_use_records["libstaffer"]}
    assert replace(after, unreadable=()) == replace(before, in_use_records=holds)


def test_unreadable_row_of_people_is_not_overwritten(
    ledger: Ledger, spoil: Callable[[str], None]
) -> None:
    ledger.remember(FACTS)
    for key in ("hold:libcal", f"assignment:{NEW}", "acknowledgement:libcal"):
        spoil(key)
    ledger.remember(Changes(in_use_records=(hold(),)))
    with pytest.raises(UnreadableRowConflict, match="hold:libcal"):
        ledger.decide(decision("libcal"), holds=[hold()])
    with pytest.raises(UnreadableRowConflict, match="assignment:"):
        ledger.decide(decision("libcal"), assignments=[claim("libcal")])
    with pytest.raises(UnreadableRowConflict, match="acknowledgement:libcal"):
        ledger.decide(decision("libcal"), acknowledgements=[acknowledgement()])
    memory = ledger.load()
    assert len(memory.unreadable) == 3
    assert memory.in_use_records.keys() == {"libstaffer"}
    assert list(ledger.decisions("libcal")["libcal"]) == []
    ledger.decide(decision("libstaffer"), holds=[hold("third")])


def test_unreadable_row_of_a_check_is_replaced(
    ledger: Ledger, spoil: Callable[[str], None]
) -> None:
    ledger.remember(FACTS)
    ledger.record_notifications([told()])
    ledger.record_check(record(), LastChecks(last_attempt=NOW))
    before = ledger.load()
    keys = "app:libcal", "item:libcal", f"sighting:{NEW}", f"use:{OLD}", "channel:its"
    for key in (*keys, "told:libcal|its", "~pulse:"):
        spoil(key)
    assert len(ledger.load().unreadable) == 6
    assert [row.key for row in ledger.unreadable_history()] == ["~pulse:"]
    ledger.remember(replace(FACTS, in_use_records=()))
    ledger.record_notifications([told()])
    ledger.record_check(record(), LastChecks(last_attempt=NOW))
    assert ledger.load() == before
    assert list(ledger.unreadable_history()) == []
    assert ledger.last_checks() == LastChecks(last_attempt=NOW)


def test_unreadable_rows_of_the_history_are_never_deleted(
    ledger: Ledger, spoil: Callable[[str], None]
) -> None:
    ledger.begin(NOW)
    keys = ["~check:500000000000000000|x", "~decision:500000000000000000|x", "~guess:"]
    for key in keys:
        spoil(key)
    ledger.remove_history(NOW + timedelta(days=1), lambda _: True)
    assert [row.key for row in ledger.unreadable_history()] == keys
    assert list(ledger.checks(10)) == []
    assert list(ledger.decisions("libcal")["libcal"]) == []
    assert list(ledger.decisions_since(NOW - timedelta(days=400_000))) == []


def test_decision_is_written_with_all_its_changes(
    ledger: Ledger, another: Callable[[], Ledger]
) -> None:
    confirmed = hold(key_id=NEW, by=ANN)
    ledger.decide(
        decision("libcal", why="pasted"),
        holds=[confirmed],
        formers=[PreviousCredential("libcal", OLD)],
        assignments=[claim("libcal", "libstaffer")],
        acknowledgements=[acknowledgement()],
    )
    assert another().load() == Memory(
        in_use_records={"libcal": confirmed},
        previous_credentials=frozenset({PreviousCredential("libcal", OLD)}),
        assignments={NEW: claim("libcal", "libstaffer")},
        acknowledgements={"libcal": acknowledgement()},
    )
    assert list(another().decisions("libcal")["libcal"]) == [decision("libcal", why="pasted")]


def test_read_rows_can_be_decided_again(ledger: Ledger) -> None:
    ledger.decide(
        decision("libcal"),
        holds=[hold()],
        assignments=[claim("libcal")],
        acknowledgements=[acknowledgement()],
    )
    memory = ledger.load()
    ledger.decide(
        decision("libcal"),
        holds=[replace(memory.in_use_records["libcal"], key_id=NEW)],
        formers=[PreviousCredential("libcal", OLD)],
        assignments=[replace(memory.assignments[NEW], services=())],
        acknowledgements=[replace(memory.acknowledgements["libcal"], why="other")],
    )
    after = ledger.load()
    assert after.in_use_records["libcal"].key_id == NEW
    assert after.assignments[NEW].services == ()
    assert after.acknowledgements["libcal"].why == "other"


def test_decision_deletes_what_it_drops(ledger: Ledger) -> None:
    ledger.decide(decision("libcal"), holds=[hold()])
    seen = ledger.load().in_use_records["libcal"]
    ledger.decide(decision("libcal"), holds=[replace(seen, key_id=NEW)])
    with pytest.raises(LedgerConflict):
        ledger.decide(decision("libcal"), dropped=[seen])
    ledger.decide(decision("libcal"), dropped=[ledger.load().in_use_records["libcal"]])
    assert ledger.load().in_use_records == {}


def test_known_previous_credential_is_not_a_conflict(ledger: Ledger) -> None:
    for _ in range(2):
        ledger.decide(decision("libcal"), formers=[PreviousCredential("libcal", OLD)])
    assert ledger.load().previous_credentials == {PreviousCredential("libcal", OLD)}


def first(memory: Memory) -> Sequence[InUse | Assignment | Acknowledgement]:
    return [
        memory.in_use_records["libcal"],
        memory.assignments[NEW],
        memory.acknowledgements["libcal"],
    ]


@pytest.mark.parametrize("which", [0, 1, 2])
@pytest.mark.parametrize("how", ["not known to exist", "changed since", "vanished since"])
def test_decision_on_a_changed_row_writes_nothing(
    ledger: Ledger, another: Callable[[], Ledger], which: int, how: str
) -> None:
    ledger.decide(
        decision("other"),
        holds=[hold()],
        assignments=[claim("libcal")],
        acknowledgements=[acknowledgement()],
    )
    seen = first(ledger.load())[which]
    if how == "not known to exist":
        seen = replace(seen, version="")
    elif how == "changed since":
        decide_again(another(), decision("other"), seen)
    else:
        another().remove(
            Removals(
                in_use_records=("libcal",),
                assignments=(NEW,),
                acknowledgements=tuple(ledger.load().acknowledgements.values()),
            )
        )
    before = ledger.load()
    with pytest.raises(LedgerConflict, match="changed"):
        decide_again(ledger, decision("libcal"), seen)
    assert ledger.load() == before
    assert list(ledger.decisions("libcal")["libcal"]) == []


def decide_again(
    ledger: Ledger, made: Decision, value: InUse | Assignment | Acknowledgement
) -> None:
    ledger.decide(
        made,
        holds=[value] if isinstance(value, InUse) else [],
        formers=[PreviousCredential("libcal", OLD)],
        assignments=[value] if isinstance(value, Assignment) else [],
        acknowledgements=[value] if isinstance(value, Acknowledgement) else [],
    )


def test_decisions_of_a_service_are_newest_first(ledger: Ledger) -> None:
    days = [NOW + timedelta(days=day) for day in (1, 3, 2)]
    for day in days:
        ledger.decide(decision("libcal", "libstaffer", at=day))
    ledger.decide(decision("libstaffer", kind=DecisionKind.ACKNOWLEDGE))
    ledger.decide(decision(kind=DecisionKind.CLAIM))
    assert [each.at for each in ledger.decisions("libcal")["libcal"]] == sorted(days, reverse=True)
    assert len(ledger.decisions("libstaffer")["libstaffer"]) == 4
    both = ledger.decisions("libcal", "libstaffer", "other")
    assert {service: len(found) for service, found in both.items()} == {
        "libcal": 3,
        "libstaffer": 4,
        "other": 0,
    }
    assert ledger.load() == Memory()


def test_returns_decisions_since_an_instant(ledger: Ledger, another: Callable[[], Ledger]) -> None:
    assert list(ledger.decisions_since(NOW)) == []
    ledger.decide(decision("libcal"))
    another().decide(decision("libstaffer", at=NOW - timedelta(days=2)))
    assert [each.services for each in ledger.decisions_since(NOW - timedelta(days=3))] == [
        ("libcal",),
        ("libstaffer",),
    ]
    assert [each.services for each in ledger.decisions_since(NOW - timedelta(microseconds=1))] == [
        ("libcal",)
    ]
    assert list(another().decisions_since(NOW)) == []


def test_two_decisions_of_one_instant_are_kept(ledger: Ledger) -> None:
    ledger.decide(decision("libcal", why="a"))
    ledger.decide(decision("libcal", why="b"))
    assert {each.why for each in ledger.decisions("libcal")["libcal"]} == {"a", "b"}


def test_checks_are_newest_first_up_to_a_limit(
    ledger: Ledger, another: Callable[[], Ledger]
) -> None:
    assert list(ledger.checks(10)) == []
    for day in (1, 3, 2):
        ledger.record_check(record(NOW + timedelta(days=day)), LastChecks(last_attempt=NOW))
    ledger.decide(decision("libcal"))
    newest = [record(NOW + timedelta(days=day)) for day in (3, 2, 1)]
    assert list(another().checks(10)) == newest
    assert list(ledger.checks(3)) == newest
    assert list(ledger.checks(2)) == newest[:2]
    assert list(ledger.checks(0)) == []


def test_two_checks_of_one_instant_are_kept(ledger: Ledger) -> None:
    for messages in (1, 2):
        ledger.record_check(replace(record(), messages=messages), LastChecks(last_attempt=NOW))
    assert {each.messages for each in ledger.checks(2)} == {1, 2}


def test_removes_only_given_rows(ledger: Ledger) -> None:
    ledger.remember(FACTS)
    ledger.decide(
        decision("libcal"),
        formers=[PreviousCredential("libcal", OLD)],
        assignments=[claim()],
        acknowledgements=[acknowledgement()],
    )
    ledger.record_notifications([told(), told(channel="admins")])
    ledger.remove(
        Removals(
            in_use_records=("libcal",),
            previous_credentials=(PreviousCredential("libcal", OLD),),
            assignments=(NEW,),
            acknowledgements=tuple(ledger.load().acknowledgements.values()),
            credential_records=(OLD,),
            apps=("libcal",),
            items=("libcal",),
            notifications=(("libcal", "its"),),
            channels=("its",),
            uses=(OLD,),
        )
    )
    assert ledger.load() == Memory(
        in_use_records={"libstaffer": hold("libstaffer")},
        credential_records={NEW: FACTS.credential_records[1]},
        items={"redirect_uris:libcal": FACTS.items[1]},
        notifications={("libcal", "admins"): told(channel="admins")},
        channels={"admins": FACTS.channels[1]},
        uses={NEW: FACTS.uses[1]},
    )


def test_renewed_acknowledgement_is_not_removed(
    ledger: Ledger, another: Callable[[], Ledger]
) -> None:
    ledger.remember(FACTS)
    ledger.decide(decision("libcal"), acknowledgements=[acknowledgement()])
    ended = ledger.load().acknowledgements["libcal"]
    another().decide(decision("libcal"), acknowledgements=[replace(ended, why="again")])
    ledger.remove(Removals(acknowledgements=(ended,), items=("libcal",)))
    found = ledger.load()
    assert found.acknowledgements["libcal"].why == "again"
    assert set(found.items) == {"redirect_uris:libcal"}
    ledger.remove(Removals(acknowledgements=(found.acknowledgements["libcal"],)))
    assert ledger.load().acknowledgements == {}


def test_removing_a_missing_row_is_not_an_error(ledger: Ledger) -> None:
    ledger.remove(Removals(items=("libcal",), channels=("its",), uses=(OLD,)))
    ledger.remember(FACTS)
    ledger.remove(Removals(items=("nothing", "libcal"), credential_records=(OLD, OLD)))
    assert set(ledger.load().items) == {"redirect_uris:libcal"}
    assert set(ledger.load().credential_records) == {NEW}


def test_removes_only_old_history(ledger: Ledger) -> None:
    ledger.remember(FACTS)
    before = ledger.load()
    ages = [
        timedelta(days=401),
        timedelta(days=400, microseconds=1),
        timedelta(days=400),
        timedelta(0),
    ]
    for age in ages:
        ledger.decide(decision("libcal", at=NOW - age))
        ledger.record_check(record(NOW - age), LastChecks(last_attempt=NOW))
    ledger.decide(decision("libstaffer", at=NOW - timedelta(days=800)))
    ledger.remove_history(NOW - timedelta(days=400), lambda each: each.services == ("libcal",))
    assert [each.at for each in ledger.decisions("libcal")["libcal"]] == [
        NOW,
        NOW - timedelta(days=400),
    ]
    assert len(ledger.decisions("libstaffer")["libstaffer"]) == 1
    assert [each.started for each in ledger.checks(10)] == [NOW, NOW - timedelta(days=400)]
    assert ledger.last_checks() == LastChecks(last_attempt=NOW)
    assert ledger.load() == before
