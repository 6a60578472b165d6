"""Each alert fires when it should: its query runs on log lines that the program wrote."""

import json
import logging
import re
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import function_app
from local.simulation.build import CLIENT_ID, at, secret, service, watchlist
from local.simulation.world import World
from shared.core.model.watchlist import WatchedApp
from shared.web.log import report
from tests.functions_host.host_process import ROOT, Host, hosted
from tests.support.arm import IDENTITY_PRINCIPAL
from tests.support.kql import Row, found
from tests.support.kql_vault import AuditRow, found_in_audit
from tests.support.snapshots import FORMS, read

QUERIES = ROOT / "infra" / "queries"
NO_GOOD_CHECK, FAILED, UNDELIVERED = "no-good-check", "check-failed", "undelivered"
OTHER_APP = "6f1c2f5e-8a04-4d0b-9d5e-000000000002"
READ_BY_OTHERS = "read-by-others"
"""Only where new secrets are handed over."""
HANDS_OVER = {"hand-over", "everything-on"}
EXAMPLE = json.loads((ROOT / "local.settings.example.json").read_text(encoding="utf-8"))["Values"]
KEPT = 32_768
"""Application Insights stores this many characters of a message."""
MORNING = at("2026-09-02T13:05Z")
SPANS = {"PT1H": 1, "PT2H": 2, "P1D": 24, "P2D": 48}
"""Hours of the windows and frequencies of the rules. Azure has no window of 26 hours."""


def rules(form: str = "default") -> dict[str, dict[str, Any]]:
    """Return the properties of each rule that the deployment creates, by its name."""
    made = read(form).all("Insights/scheduledQueryRules")
    return {
        re.sub(r"^alert-lapsewatch-(.+)-\w+$", r"\1", each["name"]): each["properties"]
        for each in made
    }


def queries() -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in QUERIES.glob("*.kql")}


def criterion(rule: dict[str, Any]) -> dict[str, Any]:
    (only,) = rule["criteria"]["allOf"]
    assert isinstance(only, dict)
    return only


def fired(rows: list[Row], now: datetime) -> set[str]:
    """Return the rules that fire if they are evaluated now."""
    firing = set()
    for name, rule in rules().items():
        seen = [
            row
            for row in rows
            if now - timedelta(hours=SPANS[rule["overrideQueryTimeRange"]]) < row.logged <= now
        ]
        each = criterion(rule)
        count, threshold = found(queries()[name], seen, now), each["threshold"]
        if {"LessThan": count < threshold, "GreaterThan": count > threshold}[each["operator"]]:
            firing.add(name)
    return firing


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
        host.start("tick")
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


@pytest.mark.parametrize("form", FORMS)
def test_the_windows_of_the_alerts_are_valid_and_long_enough(form: str) -> None:
    (people,) = read(form).all("Insights/actionGroups")
    for rule in rules(form).values():
        window, looks_back = SPANS[rule["windowSize"]], SPANS[rule["overrideQueryTimeRange"]]
        # what is logged late is seen by the next evaluation
        assert looks_back >= window > SPANS[rule["evaluationFrequency"]]
        each = criterion(rule)
        assert (each["metricMeasureColumn"], each["timeAggregation"]) == ("Found", "Total")
        assert rule["enabled"] is True
        assert rule["actions"]["actionGroups"] == [people["id"]]
    assert SPANS[rules(form)[NO_GOOD_CHECK]["overrideQueryTimeRange"]] > 26
    (receiver,) = people["properties"]["emailReceivers"]
    assert (people["properties"]["enabled"], receiver["emailAddress"]) == (True, "its@example.org")


def filled_in(query: str, form: str) -> str:
    """Return the query about reads with the names of the deployment."""
    (vault,) = (
        each["name"]
        for each in read(form).all("KeyVault/vaults")
        if each["name"].startswith("kv-hand-")
    )
    named = query.replace("HAND-OVER-VAULT", vault)
    return named.replace("IDENTITY-OF-THE-APP", IDENTITY_PRINCIPAL)


AUDITED = {
    "ResourceProvider": "MICROSOFT.KEYVAULT",
    "Resource": "KV-HAND-3OU3YN5XY3MLG",
    "OperationName": "SecretGet",
    "ResultSignature": "OK",
    "identity_claim_oid_g": "e0a7d1c2-6b3f-4a58-9c1d-7f2e5b8a4d99",
}
"""Somebody's read in the vault's audit log. Azure writes names of resources in capitals."""


@pytest.mark.parametrize(
    ("row", "count"),
    [
        (AUDITED, 1),
        (AUDITED | {"identity_claim_oid_g": IDENTITY_PRINCIPAL}, 0),
        ({name: each for name, each in AUDITED.items() if name != "identity_claim_oid_g"}, 1),
        (AUDITED | {"OperationName": "SecretBackup"}, 1),
        (AUDITED | {"OperationName": "SecretSet"}, 0),
        (AUDITED | {"ResultSignature": "Forbidden"}, 0),
        (AUDITED | {"Resource": "KV-3OU3YN5XY3MLG"}, 0),
        (AUDITED | {"ResourceProvider": "MICROSOFT.STORAGE"}, 0),
    ],
)
def test_a_read_of_a_new_secret_by_somebody_else_raises_an_alert(row: AuditRow, count: int) -> None:
    each = criterion(rules("hand-over")[READ_BY_OTHERS])
    assert (each["operator"], each["threshold"]) == ("GreaterThan", 0)
    assert found_in_audit(each["query"], [row]) == count


@pytest.mark.parametrize("form", FORMS)
def test_every_query_is_embedded_and_saved(form: str) -> None:
    saved = read(form).all("OperationalInsights/workspaces/savedSearches")
    prefix, made = "/lapsewatch-", {**queries()}
    of_hand_overs = made.pop(READ_BY_OTHERS)
    wanted = made | ({READ_BY_OTHERS: filled_in(of_hand_overs, form)} if form in HANDS_OVER else {})
    assert {each["name"].partition(prefix)[2]: each["properties"]["query"] for each in saved} == (
        wanted
    )
    # Without the etag, Azure rejects the second deployment (MicrosoftDocs/azure-docs#49275).
    assert {each["properties"]["etag"] for each in saved} == {"*"}
    watched = {name: criterion(rule)["query"] for name, rule in rules(form).items()}
    assert watched == {name: text for name, text in wanted.items() if name != "last-checks"}


def test_the_query_for_last_checks_uses_existing_fields(log: Log) -> None:
    query = (QUERIES / "last-checks.kql").read_text(encoding="utf-8")
    log.tick(ends="ok")
    assert set(re.findall(r"line\.(\w+)", query)) <= set(json.loads(log.rows[0].message))
