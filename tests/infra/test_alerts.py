"""Each alert fires when it should: its query runs on log lines that the program wrote."""

import json
import logging
import re
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
import requests

import function_app
from local.simulation.build import CLIENT_ID, at, secret, service, watchlist
from local.simulation.world import World
from shared.core.model.watchlist import WatchedApp
from shared.web.log import report
from tests.functions_host.host_process import ROOT, Host, hosted
from tests.support.bicep import FILES, INFRA, Value
from tests.support.kql import Row, found

QUERIES = INFRA / "queries"
NO_GOOD_CHECK, FAILED, UNDELIVERED = "no-good-check", "check-failed", "undelivered"
OTHER_APP = "6f1c2f5e-8a04-4d0b-9d5e-000000000002"
EXAMPLE = json.loads((ROOT / "local.settings.example.json").read_text(encoding="utf-8"))["Values"]
KEPT = 32_768
"""Application Insights stores this many characters of a message."""
MORNING = at("2026-09-02T13:05Z")
SPANS = {"PT1H": 1, "PT2H": 2, "P1D": 24, "P2D": 48}
"""Hours of the windows and frequencies of the rules. Azure has no window of 26 hours."""


def rules() -> dict[str, dict[str, Value]]:
    declared = cast("list[dict[str, Value]]", FILES["alerts"].variables["rules"])
    return {str(rule["name"]): rule for rule in declared}


def fired(rows: list[Row], now: datetime) -> set[str]:
    """Return the rules that fire if they are evaluated now."""
    firing = set()
    for name, rule in rules().items():
        seen = [
            row
            for row in rows
            if now - timedelta(hours=SPANS[str(rule["timeRange"])]) < row.logged <= now
        ]
        count = found(text_of(str(rule["query"])), seen, now)
        threshold = cast("int", rule["threshold"])
        if {"LessThan": count < threshold, "GreaterThan": count > threshold}[str(rule["operator"])]:
            firing.add(name)
    return firing


def text_of(expression: str) -> str:
    loaded = re.fullmatch(r"loadTextContent\('\.\./queries/([a-z-]+\.kql)'\)", expression)
    assert loaded is not None, expression
    return (QUERIES / loaded[1]).read_text(encoding="utf-8")


class Log:
    """What `report` logs, at the simulated time, of two apps with a secret each."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self._caplog = caplog
        self.rows: list[Row] = []
        watched = watchlist()
        other = WatchedApp("Payroll", OTHER_APP, (service("Payroll"),))
        self.world = World(
            replace(watched, apps=(*watched.apps, other)), now=MORNING - timedelta(hours=1)
        )
        self.world.tenant.put(
            secret("a", "LibCal 1", ends="2026-09-12T09:00Z"),
            secret("b", "LibStaffer 1", ends="2027-09-12T09:00Z"),
        )
        self.world.tenant.put(
            secret("c", "Payroll 1", ends="2027-09-12T09:00Z"), client_id=OTHER_APP
        )

    def tick(self, *, ends: str, after: float = 1) -> None:
        """Advance by `after` hours, and tick; a tick logs one line with its outcome."""
        self.world.now += timedelta(hours=after)
        self._caplog.clear()
        report(self.world.tick(), "own")
        (record,) = self._caplog.records
        assert json.loads(record.getMessage())["outcome"] == ends
        self.rows.append(Row(self.world.now, record.getMessage()[:KEPT]))

    def fired(self, after: float = 0.2) -> set[str]:
        return fired(self.rows, self.world.now + timedelta(hours=after))


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Log:
    caplog.set_level(logging.INFO)
    return Log(caplog)


def test_no_alert_for_26_hours_after_a_successful_check(log: Log) -> None:
    log.tick(ends="ok")
    assert log.fired() == set()
    assert log.fired(after=25.9) == set()
    assert log.fired(after=26.1) == {NO_GOOD_CHECK}


def test_missing_logs_raise_the_alert_on_missing_checks(log: Log) -> None:
    assert log.fired() == {NO_GOOD_CHECK}
    log.tick(ends="ok")
    assert log.fired(after=24 * 365) == {NO_GOOD_CHECK}


def test_ticks_without_a_check_are_not_successful_checks(log: Log) -> None:
    log.world.tick()
    log.tick(ends="ok")
    for _ in range(3):
        log.tick(ends="not_owed")
    assert log.fired() == set()
    assert fired([row for row in log.rows if "not_owed" in row.message], log.world.now) == {
        NO_GOOD_CHECK
    }


def test_a_failed_check_raises_an_alert_and_is_not_a_success(log: Log) -> None:
    log.world.tenant.broken |= dict.fromkeys((CLIENT_ID, OTHER_APP), "Graph is down.")
    log.tick(ends="failed")
    assert log.fired() == {NO_GOOD_CHECK, FAILED}


def test_a_check_with_a_long_log_line_is_recognised(log: Log) -> None:
    (first, *_) = log.world.watched.apps
    many = [
        WatchedApp(
            f"App {number}",
            f"6f1c2f5e-8a04-4d0b-9d5e-{number:012}",
            (service(f"Service-of-the-library-{number}"),),
        )
        for number in range(500)
    ]
    log.world.watched = replace(log.world.watched, apps=(first, *many))
    log.world.tenant.broken |= {
        app.client_id: "The permission Application.Read.All is missing." for app in (first, *many)
    }
    log.tick(ends="failed")
    assert log.fired() == {NO_GOOD_CHECK, FAILED}
    log.world.tenant.broken.clear()
    for app in many:
        log.world.tenant.put(
            secret(f"of {app.name}", f"{app.services[0].name} 1", ends="2026-09-12T09:00Z"),
            client_id=app.client_id,
        )
    log.world.inboxes["its"].down = True
    log.tick(ends="partial")
    assert log.fired() == {FAILED, UNDELIVERED}


def test_a_check_that_failed_in_part_raises_an_alert(log: Log) -> None:
    log.world.tenant.broken[OTHER_APP] = "Graph is down."
    log.tick(ends="partial")
    assert log.fired() == {FAILED}


def test_an_undelivered_message_raises_an_alert(log: Log) -> None:
    log.world.inboxes["its"].down = True
    log.tick(ends="partial")
    assert log.fired() == {FAILED, UNDELIVERED}


def test_an_alert_ends_when_its_window_has_passed(log: Log) -> None:
    log.world.inboxes["its"].down = True
    log.tick(ends="partial")
    log.world.inboxes["its"].down = False
    log.tick(ends="ok")
    assert log.fired() == {FAILED, UNDELIVERED}
    assert log.fired(after=1.5) == set()


def test_a_log_line_that_quotes_a_check_is_not_a_check(log: Log) -> None:
    log.tick(ends="ok")
    quoting = [
        Row(log.world.now, f"telling {log.rows[0].message}"),
        Row(log.world.now, '{"event": "check", "outcome": '),
    ]
    assert fired(quoting, log.world.now) == {NO_GOOD_CHECK}


def test_wrong_settings_raise_an_alert(tmp_path: Path) -> None:
    unresolved = {"TEAMS_WEBHOOK_URL": "@Microsoft.KeyVault(SecretUri=https://vault.example/s)"}
    settings = {
        name: value for name, value in EXAMPLE.items() if name != "AzureWebJobsStorage"
    } | unresolved  # no queue to wait for
    with hosted(tmp_path, "--no-timers", app=ROOT, **settings) as host:
        requests.post(
            f"{host.root}/admin/functions/tick", headers={"x-functions-key": "local"}, timeout=60
        ).raise_for_status()
        line = _waited_for(host, '{"event": "check"')
        _waited_for(host, "Misconfigured")  # the invocation is red, too
    document = json.loads(line)
    assert document["outcome"] == "failed"
    for part in (
        "TEAMS_WEBHOOK_URL",
        "a Key Vault reference that Azure could not resolve",
        "Key Vault Secrets User",
    ):
        assert part in document["error"]
    assert fired([Row(MORNING, line)], MORNING) == {NO_GOOD_CHECK, FAILED}


def test_an_internal_error_is_logged_as_a_failed_check(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(KeyError), function_app.never_silent():
        raise KeyError("a value that may be anything")
    (record,) = caplog.records
    assert fired([Row(MORNING, record.getMessage())], MORNING) == {NO_GOOD_CHECK, FAILED}
    assert json.loads(record.getMessage())["error"] == "Internal error (KeyError)."


def test_a_failed_check_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(function_app.CheckFailed), function_app.never_silent():
        raise function_app.CheckFailed("The check ended as failed.")
    assert caplog.records == []


def _waited_for(host: Host, beginning: str) -> str:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        for line in host.log().splitlines():
            if beginning in line:
                return line[line.index(beginning) :]
        time.sleep(0.05)
    raise AssertionError(host.log())


def test_the_windows_of_the_alerts_are_valid_and_long_enough() -> None:
    (resource,) = FILES["alerts"].all("Microsoft.Insights/scheduledQueryRules")
    every = SPANS[str(resource.at("properties.evaluationFrequency"))]
    for rule in rules().values():
        window, looks_back = SPANS[str(rule["windowSize"])], SPANS[str(rule["timeRange"])]
        assert looks_back >= window > every  # what is logged late is seen by the next evaluation
    assert SPANS[str(rules()[NO_GOOD_CHECK]["timeRange"])] > 26
    (criterion,) = cast("list[dict[str, Value]]", resource.at("properties.criteria.allOf"))
    assert (criterion["query"], criterion["operator"], criterion["threshold"]) == (
        "rule.query",
        "rule.operator",
        "rule.threshold",
    )
    assert (criterion["metricMeasureColumn"], criterion["timeAggregation"]) == ("Found", "Total")
    assert resource.at("properties.actions.actionGroups") == ["people.id"]
    assert {
        resource.at(f"properties.{name}") for name in ("windowSize", "overrideQueryTimeRange")
    } == {"rule.windowSize", "rule.timeRange"}


def test_every_query_is_embedded_and_saved() -> None:
    saved = cast("list[dict[str, Value]]", FILES["alerts"].variables["saved"])
    names = {path.stem for path in QUERIES.glob("*.kql")}
    assert {str(each["name"]) for each in saved} == names
    for each in (*saved, *rules().values()):
        assert each["query"] == f"loadTextContent('../queries/{each['name']}.kql')"
    assert set(rules()) == names - {"last-checks"}


def test_the_query_for_last_checks_uses_existing_fields(log: Log) -> None:
    query = (QUERIES / "last-checks.kql").read_text(encoding="utf-8")
    log.tick(ends="ok")
    assert set(re.findall(r"line\.(\w+)", query)) <= set(json.loads(log.rows[0].message))
