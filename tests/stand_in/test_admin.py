"""The stand-in refuses administrators' requests as Entra and Key Vault do."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from local.stand_in.entra_admin import DEFAULT_ACCESS
from local.stand_in.tenant import Tenant

SUBJECT = "6c1f4c2e-1f7b-4a53-8f0e-0a9d3b7c5e21"
FEDERATED = {
    "name": "one",
    "issuer": "https://issuer.example.org/v2.0",
    "subject": SUBJECT,
    "audiences": ["api://AzureADTokenExchange"],
}


class Administrator:
    """Asks with a token for one service."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.token = tenant.deployer.token(tenant.url)

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> requests.Response:
        sent = {"Authorization": f"Bearer {self.token}", **headers}
        return requests.request(
            method, f"{self.tenant.url}{path}", json=body, headers=sent, timeout=5
        )

    def registration(self) -> dict[str, Any]:
        answer = self.ask(
            "PATCH",
            "/v1.0/applications(uniqueName='x')",
            {"displayName": "X"},
            Prefer="create-if-missing",
        )
        assert answer.status_code == 201
        document: dict[str, Any] = answer.json()
        return document


@pytest.fixture
def administrator() -> Iterator[Administrator]:
    with Tenant() as tenant:
        yield Administrator(tenant)


def refusal(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_an_upsert_makes_once_and_changes_after_that(administrator: Administrator) -> None:
    made = administrator.registration()
    again = administrator.ask(
        "PATCH",
        "/v1.0/applications(uniqueName='x')",
        {"displayName": "Y"},
        Prefer="create-if-missing",
    )
    assert (again.status_code, again.text) == (204, "")
    found = administrator.ask("GET", f"/v1.0/applications(appId='{made['appId']}')").json()
    assert (found["id"], found["displayName"], found["signInAudience"]) == (
        made["id"],
        "Y",
        "AzureADandPersonalMicrosoftAccount",
    )


def test_an_upsert_without_its_header_makes_nothing(administrator: Administrator) -> None:
    answer = administrator.ask("PATCH", "/v1.0/applications(uniqueName='x')", {"displayName": "X"})
    assert refusal(answer) == (404, "Request_ResourceNotFound")
    assert (
        refusal(
            administrator.ask(
                "PATCH", "/v1.0/applications(uniqueName='x')", {}, Prefer="create-if-missing"
            )
        )[0]
        == 400
    )


@pytest.mark.parametrize(
    "change",
    [
        {"appId": "x"},
        {"uniqueName": "y"},
        {"web": {"redirectUris": ["https://a", "https://a"]}},
        [],
    ],
)
def test_what_cannot_be_changed_is_refused(administrator: Administrator, change: object) -> None:
    app = administrator.registration()
    assert administrator.ask("PATCH", f"/v1.0/applications/{app['id']}", change).status_code == 400


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({}, 409, "Request_MultipleObjectsWithSameKeyValue"),
        ({"name": "two"}, 400, "InvalidFederatedIdentityCredentialValue"),
        ({"name": "two", "subject": ""}, 400, "InvalidFederatedIdentityCredentialValue"),
        ({"name": "two", "issuer": "http://a"}, 400, "InvalidFederatedIdentityCredentialValue"),
        ({"name": "two", "audiences": ["a", "b"]}, 400, "InvalidFederatedIdentityCredentialValue"),
    ],
)
def test_a_federated_credential_is_unique_and_whole(
    administrator: Administrator, change: dict[str, object], status: int, code: str
) -> None:
    path = f"/v1.0/applications/{administrator.registration()['id']}/federatedIdentityCredentials"
    assert administrator.ask("POST", path, FEDERATED).status_code == 201
    assert refusal(administrator.ask("POST", path, FEDERATED | change)) == (status, code)
    assert len(administrator.ask("GET", path).json()["value"]) == 1


def test_a_federated_credential_keeps_its_name(administrator: Administrator) -> None:
    path = f"/v1.0/applications/{administrator.registration()['id']}/federatedIdentityCredentials"
    made = administrator.ask("POST", path, FEDERATED).json()
    assert administrator.ask("PATCH", f"{path}/{made['id']}", {"name": "two"}).status_code == 400
    assert (
        administrator.ask("PATCH", f"{path}/{made['id']}", {"subject": "somebody else"}).status_code
        == 204
    )
    assert administrator.ask("PATCH", f"{path}/nobody", {"subject": SUBJECT}).status_code == 404


def test_a_service_principal_needs_its_registration_and_is_made_once(
    administrator: Administrator,
) -> None:
    app = administrator.registration()
    assert refusal(administrator.ask("POST", "/v1.0/servicePrincipals", {"appId": SUBJECT})) == (
        400,
        "Request_BadRequest",
    )
    assert (
        administrator.ask("POST", "/v1.0/servicePrincipals", {"appId": app["appId"]}).status_code
        == 201
    )
    again = administrator.ask("POST", "/v1.0/servicePrincipals", {"appId": app["appId"]})
    assert refusal(again) == (409, "Request_MultipleObjectsWithSameKeyValue")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"principalId": "99999999-8888-7777-6666-555555555555"}, "Not a valid reference update."),
        ({"resourceId": SUBJECT}, "Not a valid reference update."),
        ({"appRoleId": SUBJECT}, "Permission being assigned was not found on application."),
        ({}, "Permission being assigned already exists on the object"),
    ],
)
def test_an_assignment_refers_to_what_is_there_and_is_made_once(
    administrator: Administrator, change: dict[str, str], message: str
) -> None:
    app = administrator.registration()
    principal = administrator.ask(
        "POST", "/v1.0/servicePrincipals", {"appId": app["appId"]}
    ).json()["id"]
    group = administrator.tenant.admin.add_group("deciders")
    path, body = (
        f"/v1.0/servicePrincipals/{principal}/appRoleAssignedTo",
        {"principalId": group, "resourceId": principal},
    )
    assert administrator.ask("POST", path, body | {"appRoleId": DEFAULT_ACCESS}).status_code == 201
    answer = administrator.ask("POST", path, body | {"appRoleId": DEFAULT_ACCESS} | change)
    assert (answer.status_code, answer.json()["error"]["message"]) == (400, message)


def test_what_is_new_is_found_after_a_while(administrator: Administrator) -> None:
    administrator.tenant.admin.objects.lag = 2
    app = administrator.registration()
    path = f"/v1.0/applications(appId='{app['appId']}')"
    assert [administrator.ask("GET", path).status_code for _ in range(3)] == [404, 404, 200]


def test_a_permission_grant_is_made_once_and_only_its_scope_changes(
    administrator: Administrator,
) -> None:
    graph = administrator.tenant.admin.graph_id
    body = {
        "clientId": graph,
        "consentType": "AllPrincipals",
        "resourceId": graph,
        "scope": "openid",
    }
    made = administrator.ask("POST", "/v1.0/oauth2PermissionGrants", body).json()
    assert administrator.ask("POST", "/v1.0/oauth2PermissionGrants", body).status_code == 409
    assert (
        administrator.ask(
            "PATCH", f"/v1.0/oauth2PermissionGrants/{made['id']}", {"clientId": "x"}
        ).status_code
        == 400
    )
    assert (
        administrator.ask(
            "PATCH", f"/v1.0/oauth2PermissionGrants/{made['id']}", {"scope": "openid email"}
        ).status_code
        == 204
    )
    assert (
        administrator.ask(
            "PATCH", "/v1.0/oauth2PermissionGrants/none", {"scope": "openid"}
        ).status_code
        == 404
    )


def test_token_is_valid_for_one_service(administrator: Administrator) -> None:
    tenant = administrator.tenant
    assert (
        administrator.ask("PUT", "/vault/secrets/x?api-version=7.4", {"value": "v"}).status_code
        == 401
    )
    administrator.token = tenant.deployer.token(f"{tenant.url}/vault")
    assert administrator.ask("PUT", "/vault/secrets/x", {"value": "v"}).status_code == 400
    assert (
        administrator.ask("PUT", "/vault/secrets/x?api-version=7.4", {"value": "v"}).status_code
        == 200
    )
    assert administrator.ask("GET", "/vault/secrets/x?api-version=7.4").status_code == 405
    assert administrator.ask("GET", "/v1.0/groups?$filter=displayName eq 'x'").status_code == 401
    administrator.token = tenant.identity.issue(tenant.url)["access_token"]
    assert administrator.ask(
        "PATCH", "/v1.0/applications(uniqueName='x')", {"displayName": "X"}
    ).status_code in {400, 405}
    assert tenant.admin.registrations.apps == {}
