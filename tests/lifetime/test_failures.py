"""Lives on which a check or a message fails at the wrong moment: what is owed comes with the next tick. Tables as in `test_lifetime`."""

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
    """Give a world in which LibCal's new secret waits to be installed."""
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
    """Graph fails at the second read from now on, once."""

    reads = 0

    def read(self, queries: Sequence[AppQuery], *, seconds: float) -> DirectoryReading:
        self.reads += 1
        if self.reads == 2:
            return DirectoryReading(
                {}, {query.client_id: DirectoryError("Graph answered 503.") for query in queries}, 1
            )
        return super().read(queries, seconds=seconds)


def test_a_decision_whose_check_could_not_read_is_told_by_the_next_tick() -> None:
    world = waiting()
    world.tenant = Flaky(world.tenant.apps)
    world.confirm("libcal", "cal26")
    assert world.ledger.recorded[-1].outcome == Outcome.FAILED
    world.run("2026-09-22T19:30Z")
    assert_told(world, SAFE_SOON_AFTER)


def test_a_decision_whose_check_lost_the_ledger_is_told_by_the_next_tick() -> None:
    world = waiting()
    world.ledger.broken = {"remember": LedgerError("The ledger is away.")}
    world.confirm("libcal", "cal26")
    world.ledger.broken = {}
    assert world.ledger.recorded[-1].outcome == Outcome.FAILED
    world.run("2026-09-22T19:30Z")
    assert_told(world, SAFE_SOON_AFTER)


def test_a_failed_retry_counts_down_and_a_failed_check_keeps_what_is_known_of_sign_ins() -> None:
    world = living(LIBCAL, sign_ins=True)
    assert isinstance(world.sign_ins, InMemoryUsageReport)
    world.sign_ins.broken = "The report is away."
    world.check()
    assert "The report is away." in world.ledger.latest_checks.evidence
    world.ledger.broken = {"remember": LedgerError("The ledger is away.")}
    left = []
    for _ in range(3):
        world.watch.check(retry=world.ledger.latest_checks.retries_left > 0)
        left.append(world.ledger.latest_checks.retries_left)
    assert left == [6, 5, 4]
    assert "The report is away." in world.ledger.latest_checks.evidence


class Crossing(InMemoryDirectory):
    """While a check reads, somebody writes down what they decided before it began."""

    decide = staticmethod(lambda: None)

    def read(self, queries: Sequence[AppQuery], *, seconds: float) -> DirectoryReading:
        found = super().read(queries, seconds=seconds)
        decide, self.decide = self.decide, lambda: None
        decide()
        return found


def test_a_decision_that_is_written_while_a_check_is_at_work_is_told_by_the_next_tick_whenever_it_was_made() -> (
    None
):
    world = waiting()
    tenant = world.tenant = Crossing(world.tenant.apps)
    before = world.now

    def decide() -> None:
        present, world.now = world.now, before  # they looked before the check began
        decisions.confirm(world.watch, "libcal", "cal26", by=ANNA)
        world.now = present + timedelta(seconds=1)

    tenant.decide = decide
    world.now += timedelta(seconds=30)
    assert world.check().outcome == Outcome.OK
    assert world.ledger.latest_checks.retries_left == 1
    world.run("2026-09-22T19:30Z")
    assert_told(world, SAFE_SOON_AFTER)


def test_a_check_that_told_of_a_decision_leaves_nothing_to_the_next_tick() -> None:
    world = waiting()
    world.confirm("libcal", "cal26")
    assert world.ledger.latest_checks.retries_left == 0


def test_a_channel_for_which_there_was_no_time_is_not_said_to_be_out_of_reach() -> None:
    world = living(LIBCAL)
    world.run("2026-09-13T18:00Z")
    for _ in range(3):
        world.now += timedelta(hours=24)
        result = replace(world.watch, deadline=timedelta()).check()
        assert "ran out of time" in result.error
    world.run("2026-09-18T18:00Z")
    assert [line for line in world.diary if "channel:" in line] == []
    assert "2026-09-16 its    libcal expiring first 88" in world.diary


def test_an_error_of_the_program_names_its_place() -> None:
    world = living(LIBCAL)
    world.run("2026-09-13T18:00Z")
    world.now += timedelta(hours=24)
    watch = replace(world.watch, channels={"its": world.inboxes["its"]})
    assert "admins: an error of the program (KeyError in check.py, line " in watch.check().error


def test_the_end_of_a_leftover_is_said_when_its_installer_can_be_reached_again() -> None:
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


def test_once_its_end_is_said_an_older_credential_is_nobodys_matter() -> None:
    world = waiting()
    world.confirm("libcal", "cal26")
    world.run("2026-12-13T13:30Z")  # it ended in the night, and the day's check is still to come
    assert [view.item for view in world.watch.status().judgement.leftovers] == [
        "leftover:libcal:cal24"
    ]
    world.run("2026-12-13T15:00Z")
    assert "2026-12-13 admins leftover:libcal:cal24 healthy leftover 0" in world.diary
    assert world.watch.status().judgement.leftovers == ()
    assert world.watch.status().judgement.worst == Severity.OK


def test_what_another_service_waits_for_is_not_called_deletable() -> None:
    """LibCal was confirmed on LibStaffer's new secret by mistake, and put right."""
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


def test_a_secret_that_was_confirmed_for_two_services_is_the_old_one_of_both() -> None:
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


def test_the_undo_of_such_a_confirmation_takes_back_that_services_part_alone() -> None:
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
