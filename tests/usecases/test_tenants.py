"""Several tenants: which checks are due, and that one failing ledger hides no other tenant."""

from dataclasses import replace
from datetime import timedelta

from local.simulation.build import at, service, watchlist
from local.simulation.memory_ledger import InMemoryLedger
from local.simulation.world import World
from shared.core.judge.schedule import RETRIES
from shared.core.model.check_record import LastChecks, Outcome
from shared.ports.errors import LedgerError
from shared.usecases.tenants import fresh, survey

NOW = at("2026-11-25T15:05Z")
WATCHLISTS = {
    key: replace(watchlist(service("LibCal")), tenant_id=key, name=key) for key in ("a", "b", "c")
}


class UnreadableLedger(InMemoryLedger):
    """A ledger that cannot be read."""

    def last_checks(self) -> LastChecks:
        raise LedgerError("The ledger at x did not answer in time. The next tick tries again.")


class BuggyLedger(InMemoryLedger):
    """A ledger with a row that nobody expected."""

    def last_checks(self) -> LastChecks:
        raise KeyError("a secret of the row")


def ledger(last_checks: LastChecks) -> InMemoryLedger:
    return InMemoryLedger(lambda: NOW, latest_checks=last_checks)


def good(hours: float, outcome: Outcome = Outcome.OK, retries: int = 0) -> LastChecks:
    then = NOW - timedelta(hours=hours)
    return LastChecks(
        watching_since=then,
        last_success=then,
        last_attempt=then,
        outcome=outcome,
        retries_left=retries,
    )


def test_each_ledger_is_asked_whether_a_check_is_due() -> None:
    found = survey(
        WATCHLISTS,
        {
            "a": ledger(LastChecks()),
            "b": ledger(good(0.5)),
            "c": ledger(good(0.5, Outcome.PARTIAL, 3)),
        },
        NOW,
    )
    assert (found.due, found.alarms) == (("a", "c"), {})


def test_unreadable_ledger_is_an_alarm_of_its_tenant_only() -> None:
    found = survey(
        WATCHLISTS,
        {"a": ledger(LastChecks()), "b": UnreadableLedger(lambda: NOW), "c": ledger(good(25))},
        NOW,
    )
    assert found.due == ("a", "c")
    assert [(key, alarm.outcome, alarm.error) for key, alarm in found.alarms.items()] == [
        ("b", Outcome.FAILED, "The ledger at x did not answer in time. The next tick tries again.")
    ]


def test_unexpected_error_is_an_alarm_of_its_tenant_only() -> None:
    found = survey(
        WATCHLISTS,
        {"a": BuggyLedger(lambda: NOW), "b": ledger(LastChecks()), "c": ledger(good(25))},
        NOW,
    )
    assert found.due == ("b", "c")
    assert [(key, alarm.outcome, alarm.error) for key, alarm in found.alarms.items()] == [
        ("a", Outcome.FAILED, "Internal error (KeyError).")
    ]


def test_thousand_messages_about_a_failing_tenant_are_one_check() -> None:
    """They were sent at once; each hour's message retries it once."""
    world = World(now=NOW)
    world.tenant.broken[world.watched.apps[0].client_id] = "Graph answered 500."
    sent, tries = NOW - timedelta(minutes=1), RETRIES
    for hour in range(3):
        outcomes = []
        for _ in range(1_000):
            world.now += timedelta(milliseconds=10)
            outcomes.append(world.watch.tick(asked=sent + timedelta(hours=hour)).outcome)
        assert [outcomes.count(each) for each in (Outcome.FAILED, Outcome.NOT_DUE)] == [1, 999]
        assert world.ledger.last_checks().retries_left >= tries - hour
        world.now += timedelta(hours=1) - timedelta(seconds=10)
    world.tenant.broken.clear()
    assert world.watch.tick(asked=world.now).outcome == Outcome.OK


def test_tenant_without_checks_is_an_alarm_and_due() -> None:
    silent = replace(good(27), error="No token for Graph.")
    never = LastChecks(watching_since=NOW - timedelta(hours=27))
    found = survey(
        WATCHLISTS, {"a": ledger(silent), "b": ledger(never), "c": ledger(good(0.5))}, NOW
    )
    assert found.due == ("a", "b")
    assert {key: alarm.error for key, alarm in found.alarms.items()} == {
        "a": "No successful check of this tenant since 2026-11-24 12:05 UTC. No token for Graph.",
        "b": "No successful check of this tenant yet.",
    }


def test_one_stale_tenant_makes_all_stale() -> None:
    ledgers = {key: ledger(good(1)) for key in WATCHLISTS}
    assert fresh(WATCHLISTS, ledgers, NOW) is True
    assert fresh(WATCHLISTS, ledgers | {"b": ledger(LastChecks())}, NOW) is None
    assert (
        fresh(WATCHLISTS, ledgers | {"b": ledger(LastChecks()), "c": ledger(good(27))}, NOW)
        is False
    )


def test_first_sign_of_life_of_each_tenant_is_saved() -> None:
    ledgers = {key: ledger(LastChecks()) for key in WATCHLISTS}
    fresh(WATCHLISTS, ledgers, NOW)
    assert [each.last_checks().watching_since for each in ledgers.values()] == [NOW] * 3
