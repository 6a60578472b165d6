"""The log line of a check: complete if short, and never longer than the limit."""

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


def test_short_line_is_complete() -> None:
    result = CheckResult(
        NOW,
        Outcome.PARTIAL,
        "The app Signage: Graph answered 500.",
        deliveries=(delivery(1), delivery(2, delivered=True)),
    )
    found = document(result)
    assert found == found | {
        "event": "check",
        "tenant_id": "own",
        "checked_at": "2026-11-22T14:00:00Z",
        "outcome": "partial",
        "error": "The app Signage: Graph answered 500.",
        "messages": 1,
        "undelivered": ["channel-1"],
        "reasons": ["libcal:rung", "libcal:rung"],
        "left_out": 0,
        "tenant": None,
    }


@pytest.mark.parametrize("apps", [200, 5_000])
def test_long_error_is_truncated(apps: int) -> None:
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
def test_long_lists_are_cut_and_the_rest_is_counted(count: int) -> None:
    deliveries = tuple(delivery(number) for number in range(count))
    found = document(CheckResult(NOW, Outcome.PARTIAL, "É" * 50_000, deliveries=deliveries))
    undelivered, reasons = found["undelivered"], found["reasons"]
    assert isinstance(undelivered, list)
    assert isinstance(reasons, list)
    assert undelivered[:2] == ["channel-0", "channel-1"]
    assert len(undelivered) >= 10
    assert found["left_out"] == 2 * count - len(undelivered) - len(reasons)
