"""The command line: what it prints and posts, and its exit status."""

import re
import subprocess
import sys

import pytest

from local.stand_in.stories import LIBAPPS_CLIENT_ID
from tests.e2e.conftest import ROOT, Lapsewatch


def test_check_posts_one_card_once(lapsewatch: Lapsewatch) -> None:
    first = lapsewatch("check", "--json")
    assert (first.status, first.err) == (0, "")
    assert first.json["outcome"] == "ok"
    assert first.json["read"]["applications"] == 1
    assert first.json["read"]["credentials"] == 2
    (told,) = first.json["told"]
    assert (told["channel"], told["delivered"], told["error"]) == ("libapps", True, None)
    assert [
        (item["item"], item["standing"], item["reason"], item["severity"]) for item in told["items"]
    ] == [
        ("libcal", "expiring", "first", "critical"),
        ("libstaffer", "expiring", "first", "warning"),
    ]
    (card,) = lapsewatch.cards()
    assert "LibCal: secret expires in 6 days" in card
    second = lapsewatch("check", "--json")
    assert (second.status, second.json["told"]) == (0, [])
    assert len(lapsewatch.cards()) == 1


def test_inventory_lists_what_the_services_use(lapsewatch: Lapsewatch) -> None:
    ran = lapsewatch("inventory", "--within", "3650", "--json")
    assert (ran.status, ran.err, ran.json["complete"]) == (0, "", True)
    assert [each["watched"] for each in ran.json["items"]] == ["libcal", "libstaffer"]
    lapsewatch.tenant.fault("/v1.0/applications", times=None, status=403)
    ran = lapsewatch("inventory", "--json")
    assert (ran.status, ran.json["complete"], ran.json["items"]) == (1, False, [])
    assert ran.json["error"] in ran.err
    assert lapsewatch.cards() == []


def test_status_document_has_the_documented_names(lapsewatch: Lapsewatch) -> None:
    lapsewatch("check")
    ran = lapsewatch("status", "--json")
    assert (ran.status, ran.err) == (0, "")
    document = ran.json
    assert set(document) == {
        "generated_at",
        "worst",
        "check",
        "services",
        "unclaimed",
        "ignored",
        "requests",
        "apps",
        "tenant",
    }
    assert document["worst"] == "critical"
    assert set(document["check"]) == {
        "last_success",
        "last_attempt",
        "outcome",
        "error",
        "stale",
        "evidence",
    }
    assert (
        document["check"]["outcome"],
        document["check"]["stale"],
        document["check"]["error"],
    ) == ("ok", False, None)
    service = document["services"][0]
    assert {
        "id",
        "name",
        "app",
        "standing",
        "severity",
        "days_left",
        "ends",
        "in_use",
        "replacement",
        "leftovers",
    } <= set(service)
    assert {"next_step", "next_message", "acknowledged"} <= set(service)
    assert service["app"] == {
        "client_id": LIBAPPS_CLIENT_ID,
        "object_id": service["app"]["object_id"],
        "name": "LibApps Outlook sync",
    }
    assert {"key_id", "kind", "name", "hint", "starts", "ends", "assumed"} <= set(service["in_use"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", service["ends"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", service["next_message"])
    (app,) = document["apps"]
    assert (app["client_id"], app["found"], app["problems"]) == (LIBAPPS_CLIENT_ID, True, [])


def test_status_before_the_first_check_is_not_ok(lapsewatch: Lapsewatch) -> None:
    assert "No check has been made yet" in lapsewatch("status").out
    document = lapsewatch("status", "--json").json
    assert (document["worst"], document["check"]["outcome"]) == ("warning", None)
    assert [service["standing"] for service in document["services"]] == [None, None]


def test_dry_run_sends_and_saves_nothing(lapsewatch: Lapsewatch) -> None:
    dry = lapsewatch("check", "--dry-run", "--json")
    assert (dry.status, dry.json["dry_run"], len(dry.json["told"])) == (0, True, 1)
    assert dry.json["told"][0]["delivered"] is False
    assert lapsewatch.cards() == []
    assert lapsewatch("status", "--json").json["check"]["last_attempt"] is None
    assert len(lapsewatch("check", "--json").json["told"]) == 1


def test_tick_checks_only_if_a_check_is_due(
    lapsewatch: Lapsewatch,
) -> None:
    first = lapsewatch("tick", "--json")
    assert (first.status, first.json["outcome"]) == (0, "ok")
    second = lapsewatch("tick", "--json")
    assert (second.status, second.json["outcome"]) == (0, "not_owed")
    assert "No check is due" in lapsewatch("tick").out
    assert len(lapsewatch.cards()) == 1


def test_output_for_people_is_a_table(lapsewatch: Lapsewatch) -> None:
    ran = lapsewatch("check")
    assert ran.status == 0
    assert "sent to library staff and ITS:" in ran.out
    assert "LibStaffer: secret expires in" in ran.out
    assert "{" not in ran.out
    assert "Urgent" in lapsewatch("status").out


def test_doctor_finds_no_problem(lapsewatch: Lapsewatch) -> None:
    ran = lapsewatch("doctor", "--send-test")
    assert (ran.status, ran.err) == (0, "")
    assert "MISSING" not in ran.out
    assert "test message accepted" in ran.out
    assert len(lapsewatch.cards()) == 1


def test_doctor_reports_problems_with_their_fix(lapsewatch: Lapsewatch) -> None:
    lapsewatch.tenant.identity.roles.clear()
    lapsewatch.tenant.fault(
        "teams", times=None, status=401, body='{"error":{"code":"DirectApiAuthorizationRequired"}}'
    )
    ran = lapsewatch("doctor", "--send-test")
    assert ran.status == 1
    assert "Application.Read.All" in ran.out
    assert "\n          az rest --method POST --url " in ran.out  # a command is never wrapped
    assert "Anyone" in ran.out
    *_, command, closing = ran.out.rstrip().splitlines()
    assert command == "          python3 infra/hooks/put_secret.py teams-webhook-url"
    assert closing == "3 parts are missing; 3 parts were skipped."


@pytest.mark.parametrize("command", ["check", "tick", "status", "doctor"])
def test_invalid_settings_exit_2(lapsewatch: Lapsewatch, command: str) -> None:
    lapsewatch.settings = {
        "TEAMS_WEBHOOK_URL": "@Microsoft.KeyVault(SecretUri=https://v.example/s)",
        "LAPSEWATCH_TABLES": "",
        "LAPSEWATCH_DEADLINE": "soon",
    }
    ran = lapsewatch(command)
    assert (ran.status, ran.out) == (2, "")
    assert "3 mistakes in the configuration" in ran.err
    for name in ("TEAMS_WEBHOOK_URL", "LAPSEWATCH_TABLES", "LAPSEWATCH_DEADLINE"):
        assert name in ran.err
    assert "Traceback" not in ran.err


def test_invalid_arguments_exit_2(lapsewatch: Lapsewatch) -> None:
    assert lapsewatch("check", "--nonsense").status == 2
    assert lapsewatch("frobnicate").status == 2


def test_every_command_has_help(lapsewatch: Lapsewatch) -> None:
    ran = lapsewatch("--help")
    assert ran.status == 0
    for command in ("check", "tick", "status", "doctor"):
        assert command in ran.out
        assert lapsewatch(command, "--help").status == 0


def test_python_runs_it_as_a_module(lapsewatch: Lapsewatch) -> None:
    """As a person starts it; the other tests fork a process that has imported it."""
    command = [sys.executable, "-W", "error::ResourceWarning", "-m", "shared", "check"]
    ran = subprocess.run(
        command,
        cwd=ROOT,
        env=dict(lapsewatch.environment),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "sent to library staff and ITS:" in ran.stdout
    assert len(lapsewatch.cards()) == 1
