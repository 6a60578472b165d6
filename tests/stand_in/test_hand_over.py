"""The vault for new secrets, the person of `az` and `addPassword`, as other processes see them."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from local.azurite import Azurite
from local.stand_in.az import NOT_SIGNED_IN
from local.stand_in.certificate import loopback_certificate
from local.stand_in.created_values import KEPT, new_value, note
from local.stand_in.stories import LIBAPPS_CLIENT_ID
from local.stand_in.tenant import Tenant
from tests.support.secret_scan import spoken

NOW = datetime(2026, 11, 28, 15, tzinfo=UTC)
NAME = "lapsewatch-libcal-1"
VERSION = {"api-version": "7.4"}


@pytest.fixture
def tenant() -> Iterator[Tenant]:
    with Tenant("libapps", now=NOW, hand_over=True) as running:
        yield running


def ask(tenant: Tenant, method: str, path: str, token: str = "", **more: Any) -> requests.Response:  # noqa: ANN401  (as requests takes it)
    """Ask the vault."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    trusted = tenant.environment["REQUESTS_CA_BUNDLE"]
    url = f"{tenant.hand_over.url}{path}"
    return requests.request(
        method, url, params=VERSION, headers=headers, verify=trusted, timeout=5, **more
    )


def of_identity(tenant: Tenant, resource: str = "") -> str:
    return tenant.identity.issue(resource or tenant.hand_over.url)["access_token"]


@pytest.mark.parametrize("wrong", ["none", "other resource", "expired", "unknown"])
def test_without_a_valid_token_the_vault_answers_with_a_challenge(
    tenant: Tenant, wrong: str
) -> None:
    token = {
        "none": "",
        "other resource": of_identity(tenant, tenant.url),
        "expired": of_identity(tenant),
        "unknown": "something",
    }[wrong]
    if wrong == "expired":
        tenant.identity.end_tokens()
    answer = ask(tenant, "GET", f"/secrets/{NAME}", token)
    assert answer.status_code == 401
    challenge = answer.headers["WWW-Authenticate"]
    assert challenge.startswith('Bearer authorization="https://login.microsoftonline.com/')
    assert f'resource="{tenant.hand_over.url}"' in challenge
    assert tenant.hand_over.described()["requests"] == {}


def test_a_deleted_name_cannot_be_set(tenant: Tenant) -> None:
    tenant.hand_over.secrets.put(NAME, new_value(), deleted=True)
    body = {"value": new_value()}
    answer = ask(tenant, "PUT", f"/secrets/{NAME}", of_identity(tenant), json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "Conflict")
    assert answer.json()["error"]["innererror"] == {"code": "ObjectIsDeletedButRecoverable"}


def test_other_processes_see_names_and_no_values(tenant: Tenant) -> None:
    value = new_value()
    body = {"value": value, "tags": {"by": "Dana"}}
    assert ask(tenant, "PUT", f"/secrets/{NAME}", of_identity(tenant), json=body).ok
    tenant.hand_over.secrets.put("other", new_value(), deleted=True)
    shown = requests.get(f"{tenant.url}/control/vault", timeout=5)
    assert list(spoken(shown.text)) == []
    document = shown.json()
    assert document["secrets"][NAME]["tags"] == {"by": "Dana"}
    assert (document["deleted"], document["done"]) == (["other"], [["SecretSet", NAME]])
    assert document["requests"] == {f"PUT /secrets/{NAME}": 1}


def test_faults_of_the_vault_come_before_or_after_the_effect(tenant: Tenant) -> None:
    control = f"{tenant.url}/control/vault/faults"
    faults = [{"match": "PUT /secrets/", "status": 503}, {"match": "/secrets/", "drop": True}]
    requests.post(control, json=[faults[0], {**faults[1], "after": True}], timeout=5)
    token, body = of_identity(tenant), {"value": new_value()}
    assert ask(tenant, "PUT", f"/secrets/{NAME}", token, json=body).status_code == 503
    assert tenant.hand_over.secrets.values == {}
    with pytest.raises(requests.ConnectionError):
        ask(tenant, "PUT", f"/secrets/{NAME}", token, json=body)
    assert tenant.hand_over.secrets.values == {NAME: body["value"]}


def test_rights_can_be_taken_from_outside(tenant: Tenant) -> None:
    rules = {"rights": ["readMetadata"]}
    assert requests.put(f"{tenant.url}/control/vault", json=rules, timeout=5).status_code == 204
    answer = ask(tenant, "GET", f"/secrets/{NAME}", of_identity(tenant))
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "Forbidden")
    assert answer.json()["error"]["innererror"] == {"code": "ForbiddenByRbac"}


def test_a_tenant_without_a_vault_says_so() -> None:
    with Tenant("empty") as plain:
        assert "LAPSEWATCH_HAND_OVER_VAULT" not in plain.environment
        assert requests.get(f"{plain.url}/control/vault", timeout=5).status_code == 404


def add(tenant: Tenant, **wanted: str) -> requests.Response:
    """Add a password as the person."""
    return requests.post(
        f"{tenant.url}/v1.0/applications(appId='{LIBAPPS_CLIENT_ID}')/addPassword",
        json={"passwordCredential": wanted},
        headers={"Authorization": f"Bearer {tenant.az.token(tenant.url)}"},
        timeout=5,
    )


def listed(tenant: Tenant) -> list[str]:
    """Return the key ids that a read lists."""
    answer = requests.get(
        f"{tenant.url}/v1.0/applications(appId='{LIBAPPS_CLIENT_ID}')",
        headers={"Authorization": f"Bearer {tenant.identity.issue(tenant.url)['access_token']}"},
        timeout=5,
    )
    return [each["keyId"] for each in answer.json()["passwordCredentials"]]


def test_a_value_looks_as_entras_and_is_found_by_the_search(tenant: Tenant) -> None:
    made = add(tenant, displayName="LibCal 2028").json()
    value = made["secretText"]
    assert (len(value), value[:3]) == (40, made["hint"])
    assert (made["displayName"], made["endDateTime"]) == ("LibCal 2028", "2028-11-28T15:00:00Z")
    assert len(list(spoken(value))) == 1


def test_reads_may_lag_behind(tenant: Tenant) -> None:
    url = f"{tenant.url}/control/creation"
    assert requests.put(url, json={"lag_reads": 2}, timeout=5).status_code == 204
    key_id = add(tenant).json()["keyId"]
    assert [key_id in listed(tenant) for _ in range(3)] == [False, False, True]


def test_policies_and_az_can_be_set_from_outside(tenant: Tenant) -> None:
    requests.put(f"{tenant.url}/control/creation", json={"max_life_days": 180}, timeout=5)
    refused = add(tenant)
    assert refused.status_code == 400
    [detail] = refused.json()["error"]["details"]
    assert (detail["code"], detail["target"]) == ("InvalidKeyEndDate", "EndDate")
    requests.put(f"{tenant.url}/control/az", json={"error": NOT_SIGNED_IN}, timeout=5)
    command = ["account", "get-access-token", "--resource", tenant.url]
    answer = requests.post(f"{tenant.url}/az", json=command, timeout=5)
    assert (answer.status_code, answer.text) == (400, NOT_SIGNED_IN)


def test_one_certificate_may_serve_the_vault_and_azurite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = loopback_certificate(tmp_path)
    with (
        Tenant("empty", hand_over=True, certificate=certificate) as shared,
        Azurite(certificate=certificate) as azurite,
    ):
        for name, value in shared.environment.items():
            monkeypatch.setenv(name, value)
        assert ssl.create_default_context().get_ca_certs()
        for url in (shared.hand_over.url, azurite.endpoint(), shared.url):
            assert requests.get(url, timeout=5).status_code


def test_only_values_without_the_mark_have_to_be_remembered() -> None:
    assert note(new_value()) not in KEPT
