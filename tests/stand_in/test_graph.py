"""The stand-in tenant's Graph: shapes, pages, batches, and the errors of Graph."""

import asyncio
import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import Any

import httpx
import pytest
from azure.identity.aio import ManagedIdentityCredential

from local.stand_in.directory import NotInTenant
from local.stand_in.entra import Registration
from local.stand_in.stories import LIBAPPS_CLIENT_ID, REDIRECT_URI, many
from local.stand_in.tenant import Tenant

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
ABSENT = "11111111-2222-4333-8444-555555555555"
SECRET_FIELDS = [
    "customKeyIdentifier",
    "displayName",
    "endDateTime",
    "hint",
    "keyId",
    "secretText",
    "startDateTime",
]


@pytest.fixture
def tenant() -> Iterator[Tenant]:
    with Tenant("libapps", now=NOW) as tenant:
        yield tenant


def client(tenant: Tenant, resource: str = "https://graph.microsoft.com") -> httpx.Client:
    token = tenant.identity.issue(resource)["access_token"]
    return httpx.Client(
        base_url=f"{tenant.graph_url}/v1.0", headers={"Authorization": f"Bearer {token}"}
    )


def ask(tenant: Tenant, path: str, **headers: str) -> httpx.Response:
    with client(tenant) as graph:
        return graph.get(path, headers=headers)


def refusal(response: httpx.Response) -> tuple[int, str, str]:
    error = response.json()["error"]
    assert error["innerError"]["request-id"] == response.headers["request-id"]
    assert datetime.fromisoformat(error["innerError"]["date"])
    return response.status_code, error["code"], error["message"]


def test_an_app_is_read_by_its_client_id_with_every_recorded_property(tenant: Tenant) -> None:
    app = ask(tenant, f"/applications(appId='{LIBAPPS_CLIENT_ID}')").json()
    assert app["@odata.context"].endswith("/v1.0/$metadata#applications/$entity")
    assert app["displayName"] == "LibApps Outlook sync"
    assert app["web"]["redirectUris"] == [REDIRECT_URI]
    assert {
        "publisherDomain",
        "api",
        "spa",
        "info",
        "verifiedPublisher",
        "parentalControlSettings",
        "isDisabled",
    } <= app.keys()
    assert [list(secret) for secret in app["passwordCredentials"]] == [SECRET_FIELDS, SECRET_FIELDS]
    assert [
        (secret["displayName"], secret["endDateTime"]) for secret in app["passwordCredentials"]
    ] == [
        ("LibStaffer 2024", "2026-12-13T02:00:00.000Z"),
        ("LibCal 2024", "2026-11-28T09:15:00.0000000Z"),
    ]
    assert {secret["secretText"] for secret in app["passwordCredentials"]} == {None}


def test_an_app_is_read_by_its_object_id_too(tenant: Tenant) -> None:
    object_id = tenant.directory.app(LIBAPPS_CLIENT_ID).object_id
    assert ask(tenant, f"/applications/{object_id}").json()["appId"] == LIBAPPS_CLIENT_ID
    assert refusal(ask(tenant, f"/applications/{ABSENT}"))[:2] == (404, "Request_ResourceNotFound")


def test_a_percent_encoded_key_is_the_same_key(tenant: Tenant) -> None:
    assert ask(tenant, f"/applications(appId=%27{LIBAPPS_CLIENT_ID.upper()}%27)").status_code == 200


def test_select_leaves_only_what_is_selected(tenant: Tenant) -> None:
    response = ask(
        tenant, f"/applications(appId='{LIBAPPS_CLIENT_ID}')?$select=appId,passwordCredentials"
    )
    assert list(response.json()) == ["@odata.context", "appId", "passwordCredentials"]
    assert response.json()["@odata.context"].endswith(
        "#applications(appId,passwordCredentials)/$entity"
    )


def test_a_service_principal_says_whether_it_is_enabled(tenant: Tenant) -> None:
    path = f"/servicePrincipals(appId='{LIBAPPS_CLIENT_ID}')?$select=accountEnabled"
    assert ask(tenant, path).json()["accountEnabled"] is True
    tenant.disable(LIBAPPS_CLIENT_ID, by="service_principal")
    assert ask(tenant, path).json()["accountEnabled"] is False


def test_app_without_a_service_principal(tenant: Tenant) -> None:
    tenant.directory.replace([Registration(LIBAPPS_CLIENT_ID, ABSENT, "alone")])
    assert refusal(ask(tenant, f"/servicePrincipals(appId='{LIBAPPS_CLIENT_ID}')"))[:2] == (
        404,
        "Request_ResourceNotFound",
    )
    with pytest.raises(NotInTenant, match="has no service principal to disable"):
        tenant.disable(LIBAPPS_CLIENT_ID, by="service_principal")


def test_answers_carry_the_recorded_headers(tenant: Tenant) -> None:
    response = ask(tenant, "/applications", **{"client-request-id": "mine"})
    assert response.headers["content-type"].startswith(
        "application/json;odata.metadata=minimal;odata.streaming=true"
    )
    assert response.headers["odata-version"] == "4.0"
    assert response.headers["vary"] == "Accept-Encoding"
    assert response.headers["client-request-id"] == "mine"
    assert len(response.headers["request-id"]) == 36
    assert response.headers["x-ms-resource-unit"] == "2"
    assert ask(tenant, "/applications?$select=id&$top=999").headers["x-ms-resource-unit"] == "1"


def test_the_body_is_compressed_only_where_that_is_accepted(tenant: Tenant) -> None:
    token = tenant.identity.issue("https://graph.microsoft.com")["access_token"]
    for accepted, encoding in (("gzip", "gzip"), ("identity", None)):
        connection = HTTPConnection(tenant.graph_url.removeprefix("http://"))
        connection.request(
            "GET",
            "/v1.0/applications",
            headers={"Authorization": f"Bearer {token}", "Accept-Encoding": accepted},
        )
        response = connection.getresponse()
        body = response.read()
        connection.close()
        assert response.headers["Content-Encoding"] == encoding
        assert b'"value":[' in (gzip.decompress(body) if encoding else body)


@pytest.mark.parametrize(
    ("total", "size"), [(0, 999), (1, 1), (250, 100), (300, 100), (301, 7), (1000, 999)]
)
def test_pages_cover_every_app_exactly_once(total: int, size: int) -> None:
    apps = many(total, 1, NOW)
    with Tenant(apps) as tenant, client(tenant) as graph:
        seen, sizes, link = [], [], f"/applications?$select=id,appId&$top={size}"
        while link:
            page = graph.get(link).json()
            seen += [app["appId"] for app in page["value"]]
            sizes.append(len(page["value"]))
            link = page.get("@odata.nextLink", "")
            assert not link or link.startswith(
                f"{tenant.graph_url}/v1.0/applications?$select=id%2CappId&$top={size}&$skiptoken="
            )
    assert sorted(seen) == sorted(app.client_id for app in apps)
    assert sizes[:-1] == [size] * (len(sizes) - 1)


def test_a_page_has_100_apps_unless_told() -> None:
    with Tenant(many(101, 1, NOW)) as tenant:
        assert len(ask(tenant, "/applications").json()["value"]) == 100


def test_an_app_deleted_between_two_pages_costs_no_other_app() -> None:
    with Tenant(many(5, 1, NOW)) as tenant, client(tenant) as graph:
        first = graph.get("/applications?$top=2").json()
        tenant.directory.remove(first["value"][1]["appId"])
        rest = graph.get(first["@odata.nextLink"]).json()
        assert len(rest["value"]) == 2
        assert len(graph.get(rest["@odata.nextLink"]).json()["value"]) == 1


def test_a_filter_finds_one_app_or_none(tenant: Tenant) -> None:
    found = ask(tenant, f"/applications?$filter=appId eq '{LIBAPPS_CLIENT_ID}'").json()
    assert [app["appId"] for app in found["value"]] == [LIBAPPS_CLIENT_ID]
    assert ask(tenant, f"/applications?$filter=appId eq '{ABSENT}'").json()["value"] == []


def test_count_needs_the_consistency_header_and_the_first_page() -> None:
    with Tenant(many(3, 1, NOW)) as tenant, client(tenant) as graph:
        assert "@odata.count" not in graph.get("/applications?$count=true&$top=2").json()
        graph.headers["ConsistencyLevel"] = "eventual"
        first = graph.get("/applications?$count=true&$top=2").json()
        assert first["@odata.count"] == 3
        assert "@odata.count" not in graph.get(first["@odata.nextLink"]).json()


@pytest.mark.parametrize(
    ("path", "status", "code", "words"),
    [
        (
            "/applications?$top=0",
            400,
            "Request_UnsupportedQuery",
            "Must be between 1 and 999 inclusive",
        ),
        (
            "/applications?$top=1000",
            400,
            "Request_UnsupportedQuery",
            "Invalid page size specified: '1000'",
        ),
        ("/applications?$top=many", 400, "BadRequest", "requires an integer"),
        (
            "/applications?$select=id,nonsense",
            400,
            "BadRequest",
            "Could not find a property named 'nonsense'",
        ),
        (
            "/applications?$filter=passwordCredentials/any(p:p/hint eq 'x')",
            400,
            "Request_UnsupportedQuery",
            "filter clause",
        ),
        (
            "/applications?$filter=appId eq 'x'",
            400,
            "Request_BadRequest",
            "Invalid value specified for property 'appId'",
        ),
        ("/applications?$skiptoken=x", 400, "Directory_ExpiredPageToken", "page token"),
        (
            "/applications?$expand=owners",
            400,
            "Request_UnsupportedQuery",
            "does not know the query option $expand",
        ),
        (
            "/applications(appId='x')",
            400,
            "Request_BadRequest",
            "Invalid value specified for property 'appId'",
        ),
        (
            f"/applications(appId='{ABSENT}')",
            404,
            "Request_ResourceNotFound",
            f"Resource '{ABSENT}' does not exist",
        ),
        (
            f"/servicePrincipals(appId='{ABSENT}')",
            404,
            "Request_ResourceNotFound",
            f"Resource '{ABSENT}' does not exist",
        ),
        ("/nonsense", 400, "BadRequest", "Resource not found for the segment 'nonsense'"),
    ],
)
def test_what_graph_refuses_is_refused_in_its_shape(
    tenant: Tenant, path: str, status: int, code: str, words: str
) -> None:
    response = ask(tenant, path)
    assert refusal(response)[:2] == (status, code)
    assert words in refusal(response)[2]


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer made-up", "Basic eDp5"])
def test_without_a_token_of_this_tenant_nobody_is_let_in(
    tenant: Tenant, authorization: str
) -> None:
    response = httpx.get(
        f"{tenant.graph_url}/v1.0/applications", headers={"Authorization": authorization}
    )
    assert refusal(response)[:2] == (401, "InvalidAuthenticationToken")
    assert response.headers["www-authenticate"].startswith("Bearer ")


def test_a_token_for_another_service_is_not_accepted(tenant: Tenant) -> None:
    with client(tenant, "https://storage.azure.com") as graph:
        assert "Invalid audience" in refusal(graph.get("/applications"))[2]
    with client(tenant, tenant.graph_url) as graph:
        assert graph.get("/applications").status_code == 200


def test_a_token_that_has_expired_is_not_accepted(tenant: Tenant) -> None:
    tenant.identity.lifetime = 0
    assert "the token is expired" in refusal(ask(tenant, "/applications"))[2]


def test_tokens_end_when_a_test_says_so(tenant: Tenant) -> None:
    with client(tenant, tenant.graph_url) as graph:
        tenant.identity.end_tokens()
        assert "the token is expired" in refusal(graph.get("/applications"))[2]
    assert ask(tenant, "/applications").status_code == 200


def test_a_token_without_the_permission_is_denied(tenant: Tenant) -> None:
    tenant.identity.roles.clear()
    assert refusal(ask(tenant, "/applications"))[:2] == (403, "Authorization_RequestDenied")


def batch(tenant: Tenant, steps: list[dict[str, Any]]) -> httpx.Response:
    with client(tenant) as graph:
        return graph.post("/$batch", json={"requests": steps})


def test_batch_answers_each_request_as_if_it_came_alone(tenant: Tenant) -> None:
    urls = (
        f"/applications(appId='{LIBAPPS_CLIENT_ID}')?$select=appId",
        f"applications(appId='{ABSENT}')",
        "/applications?$top=1000",
    )
    answer = batch(
        tenant,
        [{"id": str(number), "method": "GET", "url": url} for number, url in enumerate(urls)],
    )
    assert answer.status_code == 200
    found, absent, refused = sorted(answer.json()["responses"], key=lambda step: step["id"])
    assert [step["id"] for step in answer.json()["responses"]] == ["2", "1", "0"]
    assert (found["status"], found["body"]["appId"]) == (200, LIBAPPS_CLIENT_ID)
    assert found["headers"]["OData-Version"] == "4.0"
    assert (absent["status"], absent["body"]["error"]["code"]) == (404, "Request_ResourceNotFound")
    assert (refused["status"], refused["body"]["error"]["code"]) == (
        400,
        "Request_UnsupportedQuery",
    )


def test_one_request_of_a_batch_can_be_throttled_inside_a_200(tenant: Tenant) -> None:
    tenant.fault("/v1.0/applications(", status=429, headers={"Retry-After": "2.128"})
    steps = [
        {"id": name, "method": "GET", "url": f"/applications(appId='{LIBAPPS_CLIENT_ID}')"}
        for name in ("a", "b")
    ]
    answers = {step["id"]: step for step in batch(tenant, steps).json()["responses"]}
    assert {name: step["status"] for name, step in answers.items()} == {"a": 429, "b": 200}
    assert answers["a"]["headers"]["Retry-After"] == "2.128"
    assert answers["a"]["body"]["error"]["code"] == "TooManyRequests"
    assert tenant.requests() == {
        "POST /v1.0/$batch": 1,
        "$batch GET /v1.0/applications(appId='*')": 2,
    }


def test_fault_of_graph_affects_the_batch_as_a_whole(
    tenant: Tenant,
) -> None:
    tenant.fault("graph")
    tenant.fault("graph", status=503)
    steps = [{"id": name, "method": "GET", "url": "/applications"} for name in ("a", "b")]
    assert [step["status"] for step in batch(tenant, steps).json()["responses"]] == [200, 200]
    assert refusal(batch(tenant, steps))[:2] == (503, "ServiceUnavailable")


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        (
            [{"id": str(number), "method": "GET", "url": "/applications"} for number in range(21)],
            "MaximumValueExceeded",
        ),
        ([{"id": "1", "method": "GET", "url": "/applications"}] * 2, "BadRequest"),
        ([{"id": "1"}], "BadRequest"),
        (["/applications"], "BadRequest"),
    ],
)
def test_a_batch_that_graph_would_not_take_is_refused(
    tenant: Tenant, steps: list[dict[str, Any]], code: str
) -> None:
    assert refusal(batch(tenant, steps))[:2] == (400, code)


async def read_with_the_sdk(tenant: Tenant) -> tuple[list[str], int]:
    """Read all apps as the SDK does it, with its middleware, then ask for one that is not there."""
    from kiota_abstractions.base_request_configuration import RequestConfiguration  # noqa: PLC0415  (slow to import, and for one test)
    from kiota_authentication_azure.azure_identity_authentication_provider import (  # noqa: PLC0415  (the same)
        AzureIdentityAuthenticationProvider,
    )
    from msgraph.generated.applications.applications_request_builder import (  # noqa: PLC0415  (the same)
        ApplicationsRequestBuilder,
    )
    from msgraph.generated.models.o_data_errors.o_data_error import ODataError  # noqa: PLC0415  (the same)
    from msgraph.graph_request_adapter import GraphRequestAdapter  # noqa: PLC0415  (the same)
    from msgraph.graph_service_client import GraphServiceClient  # noqa: PLC0415  (the same)

    async with ManagedIdentityCredential() as credential, httpx.AsyncClient() as http:
        provider = AzureIdentityAuthenticationProvider(credential, allowed_hosts=["127.0.0.1"])
        adapter = GraphRequestAdapter(provider, client=http)
        adapter.base_url = f"{tenant.graph_url}/v1.0"
        applications = GraphServiceClient(request_adapter=adapter).applications
        query = ApplicationsRequestBuilder.ApplicationsRequestBuilderGetQueryParameters(
            select=["id", "appId", "passwordCredentials"], top=2
        )
        page = await applications.get(RequestConfiguration(query_parameters=query))
        names = []
        while page:
            names += [
                secret.display_name for app in page.value for secret in app.password_credentials
            ]
            page = (
                await applications.with_url(page.odata_next_link).get()
                if page.odata_next_link
                else None
            )
        with pytest.raises(ODataError) as caught:
            await GraphServiceClient(request_adapter=adapter).applications_with_app_id(ABSENT).get()
        return names, caught.value.response_status_code


@pytest.mark.slow
@pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"
)  # the SDK warns of its own classes when it is imported
def test_the_real_sdk_reads_it_with_a_managed_identity_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Tenant(many(5, 3, NOW)) as tenant:
        for name, value in tenant.environment.items():
            monkeypatch.setenv(name, value)
        names, status = asyncio.run(read_with_the_sdk(tenant))
        expected = [secret.name for app in tenant.directory.listing() for secret in app.secrets]
    assert names == expected
    assert status == 404
