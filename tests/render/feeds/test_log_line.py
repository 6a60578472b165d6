"""The line of a check in the log: short ones whole, and none longer than is kept, however much went wrong."""

import json

import pytest

from local.simulation.build import at
from shared.core.model.check_record import Outcome
from shared.core.results import CheckResult, Delivery, InventoryResult
from shared.render.feeds.log_line import MAX_LINE_CHARS, log_line
from tests.support.notices import message, notice, service_view

NOW = at("2026-11-22T14:00Z")


def delivery(number: int, *, delivered: bool = False) -> Delivery:
    return Delivery(
        message(notice(service_view()), channel=f"channel-{number}"), delivered=delivered
    )


def document(result: CheckResult, tenant: str = "own") -> dict[str, object]:
    line = log_line(result, tenant)
    assert len(line) <= MAX_LINE_CHARS
    read: dict[str, object] = json.loads(line)
    return read


def test_a_short_line_says_everything() -> None:
    result = CheckResult(
        NOW,
        Outcome.PARTIAL,
        "The app Signage: Graph answered 500.",
        deliveries=(delivery(1), delivery(2, delivered=True)),
    )
    found = document(result)
    assert (found["event"], found["tenant_id"], found["checked_at"]) == (
        "check",
        "own",
        "2026-11-22T14:00:00Z",
    )
    assert (found["outcome"], found["error"], found["messages"]) == (
        "partial",
        "The app Signage: Graph answered 500.",
        1,
    )
    assert (found["undelivered"], found["reasons"]) == (
        ["channel-1"],
        ["libcal:rung", "libcal:rung"],
    )
    assert (found["left_out"], found["tenant"]) == (0, None)


@pytest.mark.parametrize("apps", [200, 5_000])
def test_of_many_errors_the_first_are_said(apps: int) -> None:
    error = " ".join(
        f"App {number}: the permission Application.Read.All is missing." for number in range(apps)
    )
    found = document(
        CheckResult(NOW, Outcome.FAILED, error, inventory=InventoryResult(error=error))
    )
    assert found["outcome"] == "failed"
    assert str(found["error"]).startswith("App 0: the permission")
    assert str(found["error"]).endswith("…")


@pytest.mark.parametrize("count", [900, 20_000])
def test_of_many_messages_the_first_are_named_and_the_others_counted(count: int) -> None:
    found = document(
        CheckResult(
            NOW,
            Outcome.PARTIAL,
            "É" * 50_000,
            deliveries=tuple(delivery(number) for number in range(count)),
        )
    )
    undelivered, reasons = found["undelivered"], found["reasons"]
    assert isinstance(undelivered, list)
    assert isinstance(reasons, list)
    assert undelivered[:2] == ["channel-0", "channel-1"]
    assert len(undelivered) >= 10
    assert found["left_out"] == 2 * count - len(undelivered) - len(reasons)
