"""The stand-in tenant's usage report, read by our adapter and others, and its heartbeats."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from azure.identity import ManagedIdentityCredential

from local.stand_in.directory import NotInTenant
from local.stand_in.stories import LIBAPPS_CLIENT_ID, many
from local.stand_in.tenant import Tenant
from shared.adapters.channels.heartbeat import HeartbeatPing
from shared.adapters.graph.usage_report import GraphUsageReport
from shared.core.model.secret import Secret
from shared.ports.errors import DirectoryError

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
REPORT = "/beta/reports/appCredentialSignInActivities"
ABSENT = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
def tenant(monkeypatch: pytest.MonkeyPatch) -> Iterator[Tenant]:
    with Tenant("libapps", now=NOW) as tenant:
        monkeypatch.setenv("IDENTITY_ENDPOINT", tenant.identity_endpoint)
        monkeypatch.setenv("IDENTITY_HEADER", tenant.identity_header)
        tenant.identity.roles.add("AuditLog.Read.All")
        yield tenant


def key_ids(tenant: Tenant) -> list[str]:
    return [secret.key_id for app in tenant.directory.listing() for secret in app.secrets]


def ask(tenant: Tenant, path: str = REPORT, **options: str) -> requests.Response:
    bearer = tenant.identity.issue("https://graph.microsoft.com")["access_token"]
    query = {f"${name}": value for name, value in options.items()}
    return requests.get(
        tenant.graph_url + path, query, headers={"Authorization": f"Bearer {bearer}"}, timeout=5
    )


def refusal(response: requests.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def adapter(tenant: Tenant) -> GraphUsageReport:
    return GraphUsageReport(tenant.graph_url, ManagedIdentityCredential, backoff=0.001)


# -- sign-ins


def test_our_adapter_reads_the_last_use_of_each_credential(
    tenant: Tenant,
) -> None:
    used, _ = key_ids(tenant)
    assert adapter(tenant).last_seen([LIBAPPS_CLIENT_ID], seconds=20) == {}
    for at in (NOW - timedelta(days=2), NOW, NOW - timedelta(days=1)):
        tenant.sign_in(used, at)
    assert adapter(tenant).last_seen([LIBAPPS_CLIENT_ID, ABSENT], seconds=20) == {used: NOW}


def test_our_adapter_reads_every_page(monkeypatch: pytest.MonkeyPatch) -> None:
    app, *_ = many(1, 1, NOW)
    with Tenant([app], now=NOW) as tenant:
        monkeypatch.setenv("IDENTITY_ENDPOINT", tenant.identity_endpoint)
        monkeypatch.setenv("IDENTITY_HEADER", tenant.identity_header)
        tenant.identity.roles.add("AuditLog.Read.All")
        made = [tenant.add_secret(app.client_id, name=None, ends=None) for _ in range(205)]
        for key_id in made:
            tenant.sign_in(key_id, NOW)
        assert adapter(tenant).last_seen([app.client_id], seconds=20).keys() == set(made)
        assert tenant.requests()[f"GET {REPORT}"] == 3


def test_a_row_has_the_reports_own_shape(tenant: Tenant) -> None:
    key_id = key_ids(tenant)[0]
    tenant.sign_in(key_id, NOW)
    (row,) = ask(tenant, filter=f"keyId eq '{key_id.upper()}'").json()["value"]
    assert (
        row.items()
        >= {
            "keyId": key_id,
            "appId": LIBAPPS_CLIENT_ID,
            "keyType": "clientSecret",
            "credentialOrigin": "application",
        }.items()
    )
    assert row["signInActivity"]["lastSignInDateTime"] == "2026-11-22T14:00:00Z"


def test_pages_and_filters_are_graphs(tenant: Tenant) -> None:
    certificate = tenant.add_certificate(LIBAPPS_CLIENT_ID, name="CN=x", ends=None)
    known = sorted([*key_ids(tenant), certificate])
    for key_id in known:
        tenant.sign_in(key_id, NOW)
    seen: list[dict[str, Any]] = []
    answer = ask(tenant, top="2", filter=f"appId eq '{LIBAPPS_CLIENT_ID}'").json()
    while True:
        assert len(answer["value"]) <= 2
        seen += answer["value"]
        if "@odata.nextLink" not in answer:
            break
        answer = ask(tenant, answer["@odata.nextLink"].removeprefix(tenant.url)).json()
    assert [row["keyId"] for row in seen] == known
    assert len(ask(tenant).json()["value"]) == 3
    assert ask(tenant, filter=f"appId eq '{ABSENT}'").json()["value"] == []
    assert ask(tenant, filter="appId eq ''").json()["value"] == []
    assert refusal(ask(tenant, filter="keyUsage eq 'sign'")) == (400, "BadRequest")
    assert refusal(ask(tenant, orderby="keyId")) == (400, "BadRequest")
    assert refusal(ask(tenant, "/beta/applications")) == (400, "BadRequest")


def test_deleted_credential_stays_in_the_report(
    tenant: Tenant,
) -> None:
    key_id = key_ids(tenant)[0]
    tenant.sign_in(key_id, NOW)
    tenant.remove_credential(key_id)
    assert adapter(tenant).last_seen([LIBAPPS_CLIENT_ID], seconds=20).keys() == {key_id}
    with pytest.raises(NotInTenant, match=ABSENT):
        tenant.sign_in(ABSENT, NOW)


def test_report_needs_its_permission_and_apps_do_not() -> None:
    with Tenant() as tenant:
        assert refusal(ask(tenant)) == (403, "Authentication_MSGraphPermissionMissing")
        assert ask(tenant, "/v1.0/applications").status_code == 200
        tenant.identity.roles = {"AuditLog.Read.All"}
        assert ask(tenant).status_code == 200
        assert refusal(ask(tenant, "/v1.0/applications")) == (403, "Authorization_RequestDenied")


def test_our_adapter_understands_each_refusal(tenant: Tenant) -> None:
    tenant.identity.roles.discard("AuditLog.Read.All")
    with pytest.raises(
        DirectoryError, match=r"lacks the Graph application permission AuditLog\.Read\.All"
    ):
        adapter(tenant).last_seen([LIBAPPS_CLIENT_ID], seconds=20)
    tenant.identity.roles.add("AuditLog.Read.All")
    tenant.sign_ins.licensed = False
    with pytest.raises(DirectoryError, match="only to tenants with Entra ID P1 or P2"):
        adapter(tenant).last_seen([LIBAPPS_CLIENT_ID], seconds=20)
    tenant.fault(REPORT, status=404)
    with pytest.raises(DirectoryError, match="only in Microsoft's global cloud"):
        adapter(tenant).last_seen([LIBAPPS_CLIENT_ID], seconds=20)


def test_faults_of_graph_strike_the_report_too(tenant: Tenant) -> None:
    tenant.fault("graph", status=503)
    assert refusal(ask(tenant)) == (503, "ServiceUnavailable")
    assert ask(tenant).status_code == 200


def test_sign_ins_and_the_licence_are_changed_over_http(tenant: Tenant) -> None:
    key_id = key_ids(tenant)[0]
    used = {"key_id": key_id, "at": NOW.isoformat()}
    assert requests.post(f"{tenant.url}/control/sign-ins", json=used, timeout=5).status_code == 204
    assert (
        requests.post(
            f"{tenant.url}/control/sign-ins", json=used | {"key_id": ABSENT}, timeout=5
        ).status_code
        == 404
    )
    assert adapter(tenant).last_seen([LIBAPPS_CLIENT_ID], seconds=20) == {key_id: NOW}
    assert requests.put(f"{tenant.url}/control/licensed", json=False, timeout=5).status_code == 204
    assert refusal(ask(tenant)) == (403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant")


# -- heartbeats


def test_our_adapter_beats_and_each_beat_is_kept(tenant: Tenant) -> None:
    heartbeat = HeartbeatPing(Secret(tenant.heartbeat_url("lapsewatch")))
    for good in (True, False, True):
        heartbeat.beat(good=good)
    assert tenant.beats("lapsewatch") == [True, False, True]
    assert tenant.beats("other") == []


def test_a_heartbeat_takes_get_and_post(tenant: Tenant) -> None:
    for method in ("GET", "POST", "HEAD"):
        answer = requests.request(method, f"{tenant.heartbeat_url('x')}/fail", timeout=5)
        assert answer.status_code == 200
    assert requests.get(tenant.heartbeat_url("x"), timeout=5).text == "OK"
    assert tenant.beats("x") == [False, False, False, True]


def test_faults_strike_heartbeats_alone(tenant: Tenant) -> None:
    tenant.fault("heartbeat", status=500)
    assert ask(tenant).status_code == 200
    assert requests.get(tenant.heartbeat_url("x"), timeout=5).status_code == 500
    assert tenant.beats("x") == []
