"""A check or a message fails: the next hourly run sends what is pending.

Tables as in `test_lifetime`.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from local.simulation.build import secret, service, watchlist
from local.simulation.directory import InMemoryDirectory, InMemoryUsageReport
from local.simulation.world import ANNA, World
from shared.core.model.check_record import Outcome
from shared.core.model.vocabulary import Severity
from shared.ports.directory import AppQuery, DirectoryReading
from shared.ports.errors import DirectoryError, LedgerError
from shared.usecases import decisions
from tests.lifetime.test_lifetime import LIBCAL, assert_told, living, renewed


def waiting() -> World:
    """Return a world in which LibCal's new secret is not installed yet."""
    world = living(LIBCAL)
    world.run("2026-09-20T18:00Z")
    world.tenant.add(renewed("cal26", "LibCal 2026", "2026-09-20"))
    world.run("2026-09-22T18:00Z")
    return world


SAFE_SOON_AFTER = """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-09-21 admins libcal awaiting_install replaced 83
        2026-09-22 both libcal healthy confirmed 729
        """


class Flaky(InMemoryDirectory):
    """Graph fails once, at the second read from now on."""

    reads = 0

    def read(self, queries: Sequence[AppQuery], *, seconds: float) -> DirectoryReading:
        self.reads += 1
        if self.reads == 2:
            return DirectoryReading(
                {}, {query.client_id: DirectoryError("Graph answered 503.") for query in queries}, 1
            )
        return super().read(queries, seconds=seconds)


def test_decision_is_notified_next_run_after_a_read_failure() -> None:
    world = waiting()
    world.tenant = Flaky(world.tenant.apps)
    world.confirm("libcal", "cal26")
    assert world.ledger.recorded[-1].outcome == Outcome.FAILED
    world.run("2026-09-22T19:30Z")
    assert_told(world, SAFE_SOON_AFTER)


def test_decision_is_notified_next_run_after_a_ledger_failure() -> None:
    world = waiting()
    world.ledger.broken = {"remember": LedgerError("The ledger is away.")}
    world.confirm("libcal", "cal26")
    world.ledger.broken = {}
    assert world.ledger.recorded[-1].outcome == Outcome.FAILED
    world.run("2026-09-22T19:30Z")
    assert_told(world, SAFE_SOON_AFTER)


def test_failed_retry_counts_down_and_keeps_the_sign_in_error() -> None:
    world = living(LIBCAL, sign_ins=True)
    assert isinstance(world.sign_ins, InMemoryUsageReport)
    world.sign_ins.broken = "The report is away."
    world.check()
    assert "The report is away." in world.ledger.latest_checks.evidence
    world.ledger.broken = {"remember": LedgerError("The ledger is away.")}
    left = []
    for check in (world.check, world.tick, world.tick):
        check()
        left.append(world.ledger.latest_checks.retries_left)
    assert left == [6, 5, 4]
    assert "The report is away." in world.ledger.latest_checks.evidence


class Crossing(InMemoryDirectory):
    """While a check reads, somebody saves a decision that was made before it started."""

    decide = staticmethod(lambda: None)

    def read(self, queries: Sequence[AppQuery], *, seconds: float) -> DirectoryReading:
        found = super().read(queries, seconds=seconds)
        decide, self.decide = self.decide, lambda: None
        decide()
        return found


def test_decision_saved_during_a_check_is_notified_next_run() -> None:
    world = waiting()
    tenant = world.tenant = Crossing(world.tenant.apps)
    before = world.now

    def decide() -> None:
        present, world.now = world.now, before  # the page was opened before the check
        decisions.confirm(world.watch, "libcal", "cal26", by=ANNA)
        world.now = present + timedelta(seconds=1)

    tenant.decide = decide
    world.now += timedelta(seconds=30)
    assert world.check().outcome == Outcome.OK
    assert world.ledger.latest_checks.retries_left == 1
    world.run("2026-09-22T19:30Z")
    assert_told(world, SAFE_SOON_AFTER)


def test_a_check_that_notified_a_decision_needs_no_retry() -> None:
    world = waiting()
    world.confirm("libcal", "cal26")
    assert world.ledger.latest_checks.retries_left == 0


def test_a_channel_skipped_for_lack_of_time_is_not_failing() -> None:
    world = living(LIBCAL)
    world.run("2026-09-13T18:00Z")
    for _ in range(3):
        world.now += timedelta(hours=24)
        result = replace(world.watch, deadline=timedelta()).check()
        assert "timed out" in result.error
    world.run("2026-09-18T18:00Z")
    assert [line for line in world.diary if "channel:" in line] == []
    assert "2026-09-16 its    libcal expiring first 88" in world.diary


def test_an_internal_error_names_its_location() -> None:
    world = living(LIBCAL)
    world.run("2026-09-13T18:00Z")
    world.now += timedelta(hours=24)
    watch = replace(world.watch, channels={"its": world.inboxes["its"]})
    assert "admins: internal error (KeyError in watched_apps.py, line " in watch.check().error


def test_expiry_of_a_leftover_is_sent_after_a_channel_outage() -> None:
    world = waiting()
    world.confirm("libcal", "cal26")
    world.run("2026-12-04T18:00Z")
    world.inboxes["admins"].down = True
    world.run("2026-12-15T18:00Z")
    world.inboxes["admins"].down = False
    world.run("2026-12-30T18:00Z")
    assert [line for line in world.diary if "leftover:" in line] == [
        "2026-12-15 admins leftover:libcal:cal24 healthy leftover -2"
    ]


def test_an_expired_leftover_is_dropped_after_its_message() -> None:
    world = waiting()
    world.confirm("libcal", "cal26")
    world.run("2026-12-13T13:30Z")  # it expired in the night, before the day's check
    assert [view.item for view in world.watch.status().judgement.leftovers] == [
        "leftover:libcal:cal24"
    ]
    world.run("2026-12-13T15:00Z")
    assert "2026-12-13 admins leftover:libcal:cal24 healthy leftover 0" in world.diary
    assert world.watch.status().judgement.leftovers == ()
    assert world.watch.status().judgement.worst == Severity.OK


def test_a_credential_another_service_awaits_is_not_deletable() -> None:
    """LibCal was confirmed on LibStaffer's new secret by mistake, and corrected."""
    staff = secret("sta24", "LibStaffer 2024", ends="2027-02-01T00:00Z")
    world = living(secret("cal24", "LibCal 2024", ends="2027-02-01T00:00Z"), staff)
    world.run("2026-11-10T18:00Z")
    world.tenant.add(renewed("sta28", "LibStaffer 2028", "2026-11-10"))
    world.tenant.add(renewed("cal28", "LibCal 2028", "2026-11-11"))
    world.run("2026-11-12T18:00Z")
    world.confirm("libcal", "sta28")
    world.now += timedelta(minutes=5)
    world.confirm("libcal", "cal28")
    world.run("2026-12-05T18:00Z")
    assert [line for line in world.diary if "delete:" in line] == [
        "2026-11-26 its    delete:libcal:cal24 healthy leftover 66"
    ]


def test_a_secret_confirmed_for_two_is_the_old_one_of_both() -> None:
    both = (service("LibCal", installer=("cal",)), service("LibStaffer", installer=("sta",)))
    world = World(watched=watchlist(*both, channels=("its", "cal", "sta")))
    world.tenant.put(
        secret("c", "LibCal 2024", ends="2026-10-01T00:00Z"),
        secret("s", "LibStaffer 2024", ends="2026-10-01T00:00Z"),
    )
    world.run("2026-09-03T18:00Z")
    world.tenant.add(
        secret("both", "Outlook sync", starts="2026-09-03T00:00Z", ends="2026-12-20T18:00Z")
    )
    world.run("2026-09-04T18:00Z")
    for name in ("libcal", "libstaffer"):
        world.confirm(name, "both")
        world.now += timedelta(minutes=1)
    world.run("2026-10-10T18:00Z")
    world.tenant.add(renewed("c2", "LibCal 2026", "2026-10-10"))
    world.tenant.add(renewed("s2", "LibStaffer 2026", "2026-10-10"))
    for name, key_id in (("libcal", "c2"), ("libstaffer", "s2")):
        world.confirm(name, key_id)
        world.now += timedelta(minutes=1)
    world.run("2026-12-14T18:00Z")
    assert [line for line in world.diary if ":both " in line and "leftover:" in line] == [
        "2026-12-13 cal    leftover:libcal:both healthy leftover 7",
        "2026-12-13 sta    leftover:libstaffer:both healthy leftover 7",
    ]


def test_an_undo_withdraws_only_its_services_assignment() -> None:
    world = living(LIBCAL, secret("sta24", "LibStaffer 2024", ends="2026-12-20T18:00Z"))
    world.tenant.add(
        secret("both", "Outlook sync", starts="2026-09-01T00:00Z", ends="2028-12-20T18:00Z")
    )
    world.run("2026-09-02T18:00Z")
    world.confirm("libcal", "both")
    world.now += timedelta(minutes=1)
    world.confirm("libstaffer", "both")
    world.now += timedelta(minutes=1)
    world.confirm("libstaffer", "sta24")
    assert world.ledger.memory.assignments["both"].services == ("libcal",)
    assert not world.ledger.memory.assignments["both"].withdrawn
