"""Scenarios of the rules about checks and channels: see `test_silence`."""

from datetime import timedelta

from local.simulation.build import CLIENT_ID, at
from local.simulation.world import World
from shared.core.model.check_record import Outcome
from shared.ports.ledger import Held
from tests.lifetime.test_lifetime import LIBCAL, living


def about(life: World, item: str) -> list[str]:
    return [line for line in life.diary if item in line]


def not_due(*, proof: bool) -> list[str]:
    life = living(LIBCAL)
    life.run("2026-09-02T13:30Z")
    life.now = at("2026-09-02T20:00Z" if proof else "2026-09-03T13:00Z")
    outcome = life.tick().outcome
    return [] if outcome == Outcome.NOT_DUE else [outcome]


def busy(*, proof: bool) -> list[str]:
    """While a tick waits, the other check renews its lease, or it does not: its process died."""
    life = living(LIBCAL)
    life.now = at("2026-09-01T14:00Z")
    other = life.ledger.lease()
    assert not isinstance(other, Held)
    if proof:
        life.meanwhile = other.renew
    life.tick()
    return life.diary


def busy_too_long(*, proof: bool) -> list[str]:
    """The other check lives, for as long as a check may take, or for longer."""
    life = living(LIBCAL)
    life.now = at("2026-09-01T14:00Z")
    other = life.ledger.lease()
    assert not isinstance(other, Held)
    life.now += timedelta(minutes=21 if proof else 23)
    other.renew()
    life.meanwhile = other.renew
    result = life.tick()
    return [result.error] if result.outcome == Outcome.FAILED else []


def failed_once(*, proof: bool) -> list[str]:
    life = living(LIBCAL)
    life.run("2026-09-13T18:00Z")
    life.inboxes["admins"].down = True
    life.run("2026-09-14T13:30Z")
    life.inboxes["admins"].down = not proof
    life.run("2026-09-16T18:00Z")
    life.inboxes["admins"].down = False
    life.run("2026-09-17T18:00Z")
    assert about(life, "admins libcal expiring first"), "the message itself is sent later"
    return about(life, "channel:")


def retry(*, proof: bool) -> list[str]:
    """Six hourly retries fail on the first day, and the next daily check on the second."""
    life = living(LIBCAL)
    life.run("2026-09-13T18:00Z")
    life.inboxes["admins"].down = True
    life.run("2026-09-14T20:30Z" if proof else "2026-09-15T20:30Z")
    return about(life, "channel:")


def unread_app(*, proof: bool) -> list[str]:
    life = living(LIBCAL)
    life.run("2026-09-02T13:30Z")
    life.tenant.broken = {CLIENT_ID: "Graph answered 503."}
    results = life.run("2026-09-03T13:30Z" if proof else "2026-09-04T13:30Z")
    assert {result.outcome for result in results} <= {Outcome.PARTIAL, Outcome.FAILED}
    return about(life, "reading:")


CHECK_RULES = {
    "not-due": not_due,
    "busy": busy,
    "busy-for-long": busy_too_long,
    "failed-once": failed_once,
    "retry": retry,
    "unread-app": unread_app,
}
