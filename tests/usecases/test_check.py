"""A check: its effects, their order, and what it leaves to the next one after a failure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from local.simulation.build import CLIENT_ID, at, secret, service, watchlist
from local.simulation.directory import InMemoryUsageReport
from local.simulation.recording_channel import RecordingChannel
from local.simulation.world import World
from shared.core.model.check_record import Outcome
from shared.core.model.message import Message
from shared.core.model.vocabulary import Reason
from shared.ports.errors import DirectoryError, LedgerError
from shared.ports.ledger import Held

LIBCAL = secret("cal24", "LibCal 2024", ends="2026-09-20T09:15Z")
OUTAGE = LedgerError("The table cannot be reached.")


def living() -> World:
    world = World(watched=watchlist(service("LibCal")), now=at("2026-09-01T13:05Z"))
    world.tenant.put(LIBCAL)
    return world


def test_check_notifies_each_channel_once() -> None:
    world = living()
    result = world.check()
    assert (result.outcome, result.error, result.read.applications, result.read.credentials) == (
        Outcome.OK,
        "",
        1,
        1,
    )
    assert [
        (d.message.channel, d.delivered, d.message.introduction) for d in result.deliveries
    ] == [
        ("its", True, True),
        ("admins", True, True),
    ]
    assert str(world.inboxes["its"].heard[0].next_message) == "2026-09-06"
    assert world.check().deliveries == ()


def test_reason_is_sent_and_recorded() -> None:
    world = living()
    world.check()
    world.now = at("2026-09-06T13:05Z")
    world.check()
    assert [notice.reason for notice in world.inboxes["its"].heard[-1].notices] == [Reason.RUNG]
    assert world.ledger.load().notifications["libcal", "its"].reason == Reason.RUNG


def test_tick_without_a_due_check_reads_little() -> None:
    """It reads the row about the last checks, and the decisions since then: usually none."""
    world = living()
    world.check()
    world.now += timedelta(hours=1)
    world.ledger.broken = dict.fromkeys(
        ("begin", "lease", "load", "remember", "decisions", "checks"), OUTAGE
    )
    assert world.tick().outcome == Outcome.NOT_DUE


def test_second_check_at_the_same_time_is_busy() -> None:
    world = living()
    lease = world.ledger.lease()
    assert not isinstance(lease, Held)
    assert world.check().outcome == Outcome.BUSY
    assert world.diary == []
    lease.release()
    assert world.check().outcome == Outcome.OK


def test_failed_check_releases_the_lease() -> None:
    world = living()
    world.tenant.broken[CLIENT_ID] = "Graph is down."
    assert world.check().outcome == Outcome.FAILED
    assert not isinstance(world.ledger.lease(), Held)


@dataclass
class FakeHeartbeat:
    """Counts beats."""

    beats: list[bool]

    def beat(self, *, good: bool) -> None:
        self.beats.append(good)


@pytest.mark.parametrize(
    "method", ["last_checks", "lease", "load", "remember", "record_notifications", "record_check"]
)
def test_heartbeat_reports_every_failed_tick(method: str) -> None:
    world = living()
    world.ledger.broken[method] = OUTAGE
    heartbeat = FakeHeartbeat([])
    assert replace(world.watch, heartbeat=heartbeat).tick().outcome == Outcome.FAILED
    assert heartbeat.beats == [False]
    del world.ledger.broken[method]
    assert replace(world.watch, heartbeat=heartbeat).tick().outcome == Outcome.OK
    assert replace(world.watch, heartbeat=heartbeat).tick().outcome == Outcome.NOT_DUE
    assert heartbeat.beats == [False, True]


class LeaseThief(RecordingChannel):
    """A channel: while it gets a message, another check takes the lease."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    def send(self, message: Message) -> None:
        super().send(message)
        self.world.now += timedelta(minutes=6)
        assert not isinstance(self.world.ledger.lease(), Held)


def test_check_without_lease_stops_before_the_next_effect() -> None:
    world = living()
    world.inboxes["its"] = LeaseThief(world)
    result = world.check()
    assert result.outcome == Outcome.FAILED
    assert world.inboxes["admins"].heard == []
    assert world.ledger.checks(10) == []


@pytest.mark.parametrize("method", ["last_checks", "load", "lease"])
def test_without_the_ledger_no_message_is_sent(method: str) -> None:
    world = living()
    world.ledger.broken[method] = OUTAGE
    result = world.check()
    assert (result.outcome, result.deliveries) == (Outcome.FAILED, ())
    assert "The table cannot be reached." in result.error
    assert world.diary == []


def test_changes_are_saved_before_messages_are_sent() -> None:
    world = living()
    world.ledger.broken["remember"] = OUTAGE
    assert world.check().outcome == Outcome.FAILED
    assert world.diary == []
    del world.ledger.broken["remember"]
    world.check()
    assert len(world.inboxes["its"].heard) == 1


def test_delivery_that_is_not_recorded_is_sent_again() -> None:
    world = living()
    world.ledger.broken["record_notifications"] = OUTAGE
    result = world.check()
    assert result.outcome == Outcome.FAILED
    assert [(d.message.channel, d.delivered) for d in result.deliveries] == [("its", True)]
    assert "it may be sent twice" in result.deliveries[0].error
    del world.ledger.broken["record_notifications"]
    world.check()
    assert [len(world.inboxes[name].heard) for name in ("its", "admins")] == [2, 1]


class Broken(RecordingChannel):
    def send(self, message: Message) -> None:
        raise ZeroDivisionError(message.channel)


def test_internal_error_in_one_channel_spares_the_others() -> None:
    world = living()
    world.inboxes["its"] = Broken()
    result = world.check()
    assert result.outcome == Outcome.PARTIAL
    assert "ZeroDivisionError" in result.error
    assert len(world.inboxes["admins"].heard) == 1


def test_unread_app_does_not_affect_the_others() -> None:
    other_id = "6f1c2f5e-8a04-4d0b-9d5e-000000000002"
    apps = (
        *living().watched.apps,
        replace(
            living().watched.apps[0], name="Other", client_id=other_id, services=(service("Other"),)
        ),
    )
    world = World(watched=watchlist(apps=apps), now=at("2026-09-01T13:05Z"))
    world.tenant.put(secret("o1", "Other 1", ends="2026-09-10T00:00Z"), client_id=other_id)
    world.tenant.broken[CLIENT_ID] = "Graph answered 500."
    result = world.check()
    assert (result.outcome, result.error) == (
        Outcome.PARTIAL,
        "LibApps Outlook sync: Graph answered 500.",
    )
    assert {
        notice.view.item for message in world.inboxes["its"].heard for notice in message.notices
    } == {"other"}
    world.tenant.broken.clear()
    world.tenant.put(LIBCAL)
    world.now += timedelta(hours=1)
    assert world.tick().outcome == Outcome.OK
    assert [(n.view.item, n.reason) for n in world.inboxes["its"].heard[-1].notices] == [
        ("libcal", Reason.FIRST)
    ]


def test_check_that_times_out_leaves_messages_to_the_next() -> None:
    world = living()
    world.inboxes["its"] = Slow(world)
    result = world.check()
    assert result.outcome == Outcome.PARTIAL
    assert "timed out" in result.error
    assert world.inboxes["admins"].heard == []
    world.now += timedelta(hours=1)
    world.tick()
    assert [len(world.inboxes[name].heard) for name in ("its", "admins")] == [1, 1]


class Slow(RecordingChannel):
    """A channel that takes longer than a check may, while the lease stays valid."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    def send(self, message: Message) -> None:
        super().send(message)
        self.world.now += timedelta(minutes=21)


def test_dry_run_takes_no_lease_and_writes_nothing() -> None:
    world = living()
    lease = world.ledger.lease()
    result = world.watch.dry_run()
    assert (result.outcome, result.dry_run, [d.message.channel for d in result.deliveries]) == (
        Outcome.OK,
        True,
        ["its", "admins"],
    )
    assert world.ledger.load().items == {}
    assert world.diary == []
    assert not isinstance(lease, Held)


def test_health_is_starting_then_fresh_then_stale() -> None:
    world = living()
    assert world.healthy() is None
    world.check()
    assert world.healthy() is True
    world.now += timedelta(hours=27)
    assert world.healthy() is False


def test_health_is_stale_when_no_check_ever_ran() -> None:
    world = living()
    assert world.healthy() is None
    world.now += timedelta(hours=27)
    assert world.healthy() is False


def test_status_counts_days_as_of_now() -> None:
    world = living()
    world.check()
    world.now += timedelta(days=3)
    (view,) = world.watch.status().judgement.services
    assert view.days_left == 16


def test_rows_of_deleted_credentials_are_deleted_after_400_days() -> None:
    world = living()
    world.tenant.add(secret("odd", "test", ends="2026-09-10T00:00Z"))
    world.check()
    world.tenant.drop("odd")
    world.now += timedelta(days=1)
    world.check()
    world.now += timedelta(days=399)
    world.check()
    assert "odd" in world.ledger.load().credential_records
    world.now += timedelta(days=2)
    world.check()
    world.now += timedelta(days=1)
    world.check()
    memory = world.ledger.load()
    assert set(memory.credential_records) == {"cal24"}
    assert not [item for item in memory.items if "odd" in item]
    assert not [key for key in memory.notifications if "odd" in key[0]]
    assert memory.in_use_records["libcal"].key_id == "cal24"
    kept = [record.started for record in world.ledger.checks(10)]
    assert min(kept) >= world.now - timedelta(days=400)
    assert len(kept) == 3


def test_decisions_are_kept_400_days_longer_than_the_service() -> None:
    world = World(watched=watchlist(service("LibCal"), service("LibStaffer")))
    world.tenant.put(
        secret("cal24", "LibCal 2024", ends="2030-01-01T00:00Z"),
        secret("sta24", "LibStaffer 2024", ends="2030-01-01T00:00Z"),
    )
    world.check()
    world.confirm("libcal", "cal24")
    world.confirm("libstaffer", "sta24")
    world.watched = watchlist(service("LibCal"))
    world.tenant.put(secret("cal24", "LibCal 2024", ends="2030-01-01T00:00Z"))
    kept = []
    for days in (1, 398, 3, 1):
        world.now += timedelta(days=days)
        world.check()
        found = world.ledger.decisions("libcal", "libstaffer")
        kept.append((len(found["libcal"]), len(found["libstaffer"])))
    assert kept == [(1, 1), (1, 1), (1, 1), (1, 0)]


def test_slow_usage_report_leaves_time_to_send() -> None:
    """The report uses up all the time that it is given, and the messages are still sent."""

    @dataclass
    class Slow:
        world: World

        def last_seen(self, client_ids: Sequence[str], *, seconds: float) -> Mapping[str, datetime]:
            del client_ids
            self.world.now += timedelta(seconds=seconds)
            raise DirectoryError("The report did not come.")

    world = living()
    for deadline in (timedelta(minutes=2), timedelta(minutes=20)):
        started = world.now = world.now + timedelta(days=7)
        result = replace(world.watch, usage_report=Slow(world), deadline=deadline).check()
        assert (result.outcome, len(result.deliveries)) == (Outcome.OK, 2)
        assert world.now - started < timedelta(minutes=4)


def test_sign_ins_with_unknown_credentials_are_ignored() -> None:
    """Credentials of other apps, deleted before the first check, or with an invalid key id."""
    world = living()
    world.sign_ins = InMemoryUsageReport(
        dict.fromkeys(["cal24", "never-seen", "no/key#id?", "x" * 1_000], world.now)
    )
    assert world.check().outcome == Outcome.OK
    assert world.ledger.load().uses.keys() == {"cal24"}


def test_sign_in_with_a_deleted_credential_is_evidence() -> None:
    world = living()
    world.check()
    world.tenant.drop("cal24")
    world.sign_ins = InMemoryUsageReport({"cal24": world.now})
    world.now += timedelta(days=1)
    world.check()
    assert world.ledger.load().uses.keys() == {"cal24"}
