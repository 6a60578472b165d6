"""A short soak succeeds, and a missing or repeated notice, or growth, fails it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from local.azurite import Azurite
from local.simulation import soak as command
from local.simulation.inventory import InMemoryInventory
from local.simulation.soak import report
from local.simulation.soak_run import Soak
from local.simulation.soak_services import START, PromiseBroken, SoakState
from local.simulation.soak_usage import Usage, growth
from shared.core.model.message import Message
from shared.core.model.owners import OWNER
from shared.ports.errors import DirectoryError
from shared.ports.inventory import ScanQuery


@pytest.fixture(scope="module")
def own_azurite() -> Iterator[Azurite]:
    """An Azurite that a soak may kill."""
    with Azurite() as running:
        yield running


class LosesFirstMessage(SoakState):
    """The first message with a notice is lost, though it was sent."""

    def receive(self, channel: str, message: Message) -> None:
        if self.notices:
            super().receive(channel, message)
        self.notices += len(message.notices)


class LosesOwnersMail(SoakState):
    """Owners receive nothing."""

    def receive(self, channel: str, message: Message) -> None:
        if not channel.startswith(OWNER):
            super().receive(channel, message)


class DeliversTwice(SoakState):
    """Every message arrives twice."""

    def receive(self, channel: str, message: Message) -> None:
        super().receive(channel, message)
        super().receive(channel, message)


def test_a_short_soak_succeeds_and_reports(own_azurite: Azurite) -> None:
    """The seed leads to two outages, and to a new secret that is confirmed."""
    soak = Soak(SoakState.of(12, seed=5), 20, own_azurite, table="Short")
    soak.run()
    assert set(soak.faults) == {"Graph is out", "the inventory is cut off"}
    assert soak.decisions == 1
    assert soak.state.notices > 2
    assert soak.audits == soak.outcomes["ok"] > 5
    assert [each.day for each in soak.usage] == [1, 20]
    assert len(report(soak)) == 5


@pytest.mark.parametrize(
    ("state", "error"),
    [
        (LosesFirstMessage, "its was not notified of s00"),
        (LosesOwnersMail, "owner:.* was not notified of tenant:"),
        (DeliversTwice, "notified twice"),
    ],
)
def test_a_missing_or_repeated_notice_is_detected(
    state: type[SoakState], error: str, own_azurite: Azurite
) -> None:
    with pytest.raises(PromiseBroken, match=error):
        Soak(state.of(120, seed=3), 3, own_azurite, table=state.__name__).run()


def test_the_command_prints_a_report(capsys: pytest.CaptureFixture[str]) -> None:
    command.main(["--apps", "4", "--days", "1", "--seed", "3"])
    printed = capsys.readouterr().out
    assert "3 watched apps, 1 others, 1 days, seed 3" in printed
    assert printed.endswith("No notice is missing or repeated, and nothing grows.\n")


def test_the_command_fails_if_no_check_succeeds(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="FAILED: no check succeeded"):
        command.main(["--apps", "4", "--days", "0"])
    assert "ticks      0" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("rows", "memory", "said"),
    [
        ([100, 200, 300, 400, 500, 500, 510, 490, 500], [50] * 9, ""),
        ([100, 200, 300, 400, 500, 600, 700, 800, 900], [50] * 9, "the ledger grows"),
        (
            [100, 200, 300, 400, 500, 500, 500, 500, 500],
            [50, 51, 52, 53, 54, 60, 65, 70, 75],
            "the memory grows",
        ),
        ([100], [50], ""),
    ],
)
def test_growth_without_bound_is_detected(rows: list[int], memory: list[int], said: str) -> None:
    usage = [
        Usage(1 + 91 * number, row, row // 2, size)
        for number, (row, size) in enumerate(zip(rows, memory, strict=True))
    ]
    assert growth(usage).startswith(said)
    assert bool(growth(usage)) == bool(said)


def test_a_broken_scan_stops_after_its_first_page() -> None:
    apps = [each.app for each in SoakState.of(48, seed=7).unwatched.apps]
    pages = InMemoryInventory(apps, broken="It is down.", page_size=10).scan(
        ScanQuery(START, START), seconds=1.0
    )
    assert next(pages).applications == 10
    with pytest.raises(DirectoryError, match="It is down"):
        next(pages)


def test_a_seed_determines_the_tenant() -> None:
    one, same, other = (SoakState.of(5, seed=seed) for seed in (1, 1, 2))
    assert one.services == same.services != other.services
    assert one.unwatched.apps == same.unwatched.apps != other.unwatched.apps
    assert all(
        each.used.ends is not None and each.used.ends > START + timedelta(days=4)
        for each in one.services
    )
