"""Somebody opens a value while something else becomes of it: it is shown once, or not at all."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from local.stand_in.stories import LIBAPPS_CLIENT_ID
from shared.bootstrap import settings, watching
from shared.core.decisions import Refused
from shared.core.model.decision import Person
from shared.core.model.secret import Secret
from shared.usecases.check import Watch
from shared.usecases.decisions import confirm
from shared.usecases.hand_over import hand_over, withdraw
from shared.usecases.open_value import OpenedValue, open_value
from tests.e2e.test_handing_over import VALUE, Commands, commands  # noqa: F401  (the fixture)
from tests.support.fault_proxy import Asked, Front, Pass, Reply

SECRET = Secret(VALUE)
DANA, OTTO = Person("dana", "Dana"), Person("otto", "Otto")
HELD_FOR = 20.0
OTHERS: Mapping[str, tuple[Callable[[Watch, str], object], str]] = {
    "open": (lambda watch, _: open_value(watch, "libcal", by=OTTO, seen=0), "Otto"),
    "withdraw": (lambda watch, _: withdraw(watch, "libcal", by=OTTO), "No value of LibCal"),
    "confirm": (
        lambda watch, key_id: confirm(watch, "libcal", key_id, by=OTTO),
        "No value of LibCal",
    ),
    "paste again": (lambda watch, _: hand_over(watch, "libcal", SECRET, by=OTTO), "changed"),
}
"""What somebody else does then, and what the first one reads after that."""


class Holding:
    """A twist of the proxy in front of the ledger: the first write of a hand-over waits."""

    def __init__(self) -> None:
        self.held, self.go_on = Event(), Event()

    def __call__(self, asked: Asked, passed: Pass) -> Reply:
        if asked.method == "POST" and b"handover:libcal" in asked.body and not self.held.is_set():
            self.held.set()
            assert self.go_on.wait(HELD_FOR)
        return passed()


@pytest.mark.parametrize("other", OTHERS)
def test_what_changed_since_it_was_read_is_not_shown(commands: Commands, other: str) -> None:  # noqa: F811  (the fixture)
    ends = datetime.now(UTC) + timedelta(days=730)
    key_id = commands.tenant.add_secret(
        LIBAPPS_CLIENT_ID, name="LibCal 2028", ends=ends, hint=VALUE[:3]
    )
    commands("hand-over", "libcal", typed=VALUE)
    act, said = OTHERS[other]
    holding = Holding()

    def opened() -> OpenedValue:
        with watching(settings()) as watch:
            return open_value(watch, "libcal", by=DANA, seen=0)

    endpoint = dict(part.split("=", 1) for part in commands.tables.strip(";").split(";"))
    with Front(endpoint["TableEndpoint"]) as front, ThreadPoolExecutor(1) as pool:
        front.twist = holding
        commands.environment.setenv("LAPSEWATCH_TABLES", front.placed(commands.tables))
        first = pool.submit(opened)
        assert holding.held.wait(HELD_FOR)
        with watching(settings()) as watch:
            act(watch, key_id)
        holding.go_on.set()
        with pytest.raises(Refused, match=said) as refused:
            first.result(HELD_FOR)
        with watching(settings()) as watch:
            record = watch.ledger.hand_overs()["libcal"]
    assert [each.by for each in record.opened] == [OTTO] * (other == "open")
    assert bool(commands.values()) == record.kept
    commands.assert_unspoken()
    assert VALUE not in str(refused.value)
