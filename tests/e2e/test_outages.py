"""Outages: exit status 1 and an error, and the next check sends the pending messages."""

import time
from collections.abc import Iterator

import pytest
from azure.data.tables import TableClient

from local.azurite import Azurite
from local.stand_in.tenant import Tenant
from tests.e2e.conftest import Lapsewatch, Ran

HEADLINE = "LibCal: secret expires in 6 days"


def assert_failed(ran: Ran, *sentence: str, outcome: str) -> None:
    assert ran.status == 1
    assert ran.json["outcome"] == outcome
    for part in sentence:
        assert part in ran.json["error"]
    assert ran.json["error"] in ran.err.replace("\n", " ")
    assert "Traceback" not in ran.err


def assert_sent_by_the_next(lapsewatch: Lapsewatch) -> None:
    ran = lapsewatch("tick", "--json")
    assert (ran.status, ran.json["outcome"]) == (0, "ok")
    assert [HEADLINE in card for card in lapsewatch.cards()] == [True]


def test_graph_is_down(lapsewatch: Lapsewatch) -> None:
    lapsewatch.tenant.fault("graph", times=None, drop=True)
    assert_failed(lapsewatch("check", "--json"), "LibApps Outlook sync", "Graph", outcome="failed")
    assert lapsewatch.cards() == []
    status = lapsewatch("status", "--json").json
    assert (status["worst"], status["check"]["outcome"]) == ("warning", "failed")
    assert "FAILED" in lapsewatch("status").out.upper()
    lapsewatch.tenant.clear_faults()
    assert_sent_by_the_next(lapsewatch)


def test_graph_fails_between_app_and_service_principal(lapsewatch: Lapsewatch) -> None:
    lapsewatch.tenant.fault(
        "/v1.0/servicePrincipals",
        times=None,
        status=200,
        body="<html>Our services are not available right now.</html>",
    )
    assert_failed(lapsewatch("check", "--json"), "HTML instead of JSON", outcome="failed")
    lapsewatch.tenant.clear_faults()
    assert_sent_by_the_next(lapsewatch)


@pytest.mark.parametrize("fault", [{"status": 400}, {"drop": True}])
def test_token_cannot_be_acquired(lapsewatch: Lapsewatch, fault: dict[str, int]) -> None:
    lapsewatch.tenant.fault("msi", times=None, **fault)  # type: ignore[arg-type]  # a fault, by keyword
    assert_failed(
        lapsewatch("check", "--json"), "No token for Graph", "managed identity", outcome="failed"
    )
    lapsewatch.tenant.clear_faults()
    assert_sent_by_the_next(lapsewatch)


def test_permission_is_missing(lapsewatch: Lapsewatch) -> None:
    roles = set(lapsewatch.tenant.identity.roles)
    lapsewatch.tenant.identity.roles.clear()
    assert_failed(
        lapsewatch("check", "--json"), "Application.Read.All", "administrator", outcome="failed"
    )
    lapsewatch.tenant.identity.roles |= roles
    assert_sent_by_the_next(lapsewatch)


def test_failed_webhook_is_retried_at_the_next_tick(lapsewatch: Lapsewatch) -> None:
    lapsewatch.tenant.fault(
        "teams", times=None, status=404, body='{"error":{"code":"WorkflowNotFound"}}'
    )
    ran = lapsewatch("check", "--json")
    assert_failed(ran, "library staff and ITS", outcome="partial")
    assert [told["delivered"] for told in ran.json["told"]] == [False]
    assert "/teams/its" not in ran.out + ran.err
    assert lapsewatch("status", "--json").json["check"]["outcome"] == "partial"
    lapsewatch.tenant.clear_faults()
    assert_sent_by_the_next(lapsewatch)


def test_app_is_not_in_the_tenant(lapsewatch: Lapsewatch) -> None:
    lapsewatch.settings = {"LIBAPPS_CLIENT_ID": "6f1c2f5e-0000-4d0b-9d5e-0c7a5a2b13d6"}
    ran = lapsewatch("check", "--json")
    assert (ran.status, ran.json["outcome"]) == (0, "ok")
    assert next((item["reason"], item["severity"]) for item in ran.json["told"][0]["items"]) == (
        "app_problem",
        "critical",
    )
    assert lapsewatch("status", "--json").json["apps"][0]["found"] is False


@pytest.fixture
def own_azurite() -> Iterator[Azurite]:
    with Azurite() as running:
        yield running


def test_ledger_cannot_be_reached(tenant: Tenant, own_azurite: Azurite) -> None:
    lapsewatch = Lapsewatch(tenant, own_azurite.tables)
    own_azurite.kill()
    assert_failed(lapsewatch("check", "--json"), "No messages were sent", outcome="failed")
    assert lapsewatch.cards() == []
    ran = lapsewatch("status", "--json")
    assert (ran.status, ran.out) == (1, "")
    assert "Traceback" not in ran.err
    own_azurite.start()
    assert_sent_by_the_next(lapsewatch)


def test_ledger_fails_during_a_check(tenant: Tenant, own_azurite: Azurite) -> None:
    """While Graph is read: nothing is sent, since the delivery could not be recorded."""
    lapsewatch = Lapsewatch(tenant, own_azurite.tables)
    tenant.fault("graph", delay=4)
    with lapsewatch.started("check", "--json") as check:
        asked_for(tenant, "GET /v1.0/applications")
        own_azurite.kill()
        ran = check.ended()
    assert (ran.status, ran.json["outcome"]) == (1, "failed")
    assert "the next one" in ran.json["error"]
    assert lapsewatch.cards() == []
    own_azurite.start()
    expire_lease(own_azurite)
    assert_sent_by_the_next(lapsewatch)


def test_ledger_fails_while_a_message_is_sent(tenant: Tenant, own_azurite: Azurite) -> None:
    """The message was sent but not recorded: it is sent again rather than lost."""
    lapsewatch = Lapsewatch(tenant, own_azurite.tables)
    tenant.fault("teams", delay=4)
    with lapsewatch.started("check", "--json") as check:
        asked_for(tenant, "POST /teams/its")
        own_azurite.kill()
        ran = check.ended()
    assert (ran.status, ran.json["outcome"]) == (1, "failed")
    assert [told["delivered"] for told in ran.json["told"]] == [True]
    own_azurite.start()
    expire_lease(own_azurite)
    assert lapsewatch("tick", "--json").json["outcome"] == "ok"
    assert [HEADLINE in card for card in lapsewatch.cards()] == [True, True]


def asked_for(tenant: Tenant, what: str) -> None:
    """Wait until the tenant has received a request."""
    end = time.monotonic() + 60
    while not any(asked.startswith(what) for asked in tenant.requests()):
        assert time.monotonic() < end, tenant.requests()
        time.sleep(0.05)


def expire_lease(azurite: Azurite) -> None:
    """Delete the lease that the failed check could not release, as if it had expired."""
    with TableClient.from_connection_string(azurite.tables, "Lapsewatch") as table:
        table.delete_entity("own", "~lease:")
