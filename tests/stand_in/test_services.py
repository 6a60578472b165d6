"""The stand-in tenant beside Graph: managed identity, Teams, faults, and `/control`."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from socket import create_connection
from threading import Timer
from threading import enumerate as threads
from time import monotonic, time
from typing import Any

import pytest
import requests
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import ManagedIdentityCredential

from local.stand_in.directory import DisabledBy
from local.stand_in.stories import LIBAPPS_CLIENT_ID
from local.stand_in.tenant import Tenant

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
GRAPH = "https://graph.microsoft.com"
CARD = {"type": "AdaptiveCard", "version": "1.5", "body": []}
ATTACHMENT = {
    "contentType": "application/vnd.microsoft.card.adaptive",
    "contentUrl": None,
    "content": CARD,
}


@pytest.fixture
def tenant() -> Iterator[Tenant]:
    with Tenant("libapps", now=NOW) as tenant:
        yield tenant


def message(text: str = "hello") -> dict[str, Any]:
    return {
        "type": "message",
        "attachments": [
            ATTACHMENT | {"content": CARD | {"body": [{"type": "TextBlock", "text": text}]}}
        ],
    }


def applications(tenant: Tenant) -> requests.Response:
    token = tenant.identity.issue(GRAPH)["access_token"]
    return requests.get(
        f"{tenant.graph_url}/v1.0/applications",
        headers={"Authorization": f"Bearer {token}"},
        timeout=5,
    )


def libapps(tenant: Tenant) -> dict[str, Any]:
    app: dict[str, Any] = applications(tenant).json()["value"][0]
    return app


# -- managed identity


def test_azure_identity_gets_a_token_that_graph_accepts(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", tenant.identity_endpoint)
    monkeypatch.setenv("IDENTITY_HEADER", tenant.identity_header)
    with ManagedIdentityCredential(client_id="22222222-3333-4444-8555-666666666666") as credential:
        tokens = {credential.get_token(f"{GRAPH}/.default").token for _ in range(5)}
    (token,) = tokens
    assert tenant.requests() == {"GET /msi/token": 1}
    answer = requests.get(
        f"{tenant.graph_url}/v1.0/applications",
        headers={"Authorization": f"Bearer {token}"},
        timeout=5,
    )
    assert answer.status_code == 200
    claims = json.loads(urlsafe_b64decode(token.split(".")[1] + "=="))
    assert (claims["aud"], claims["roles"]) == (GRAPH, ["Application.Read.All"])
    assert claims["appid"] == "22222222-3333-4444-8555-666666666666"


def test_azure_identity_is_refused_with_a_wrong_header(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", tenant.identity_endpoint)
    monkeypatch.setenv("IDENTITY_HEADER", "wrong")
    with ManagedIdentityCredential() as credential, pytest.raises(ClientAuthenticationError):
        credential.get_token(f"{GRAPH}/.default")


def test_identity_endpoint_answers_like_app_service(tenant: Tenant) -> None:
    query = {"api-version": "2019-08-01", "resource": "https://storage.azure.com/"}
    answer = requests.get(
        tenant.identity_endpoint,
        query,
        headers={"X-IDENTITY-HEADER": tenant.identity_header},
        timeout=5,
    ).json()
    assert answer.keys() == {"access_token", "expires_on", "resource", "token_type", "client_id"}
    assert answer["resource"] == "https://storage.azure.com/"
    assert isinstance(answer["expires_on"], str)
    assert 23 * 3600 < int(answer["expires_on"]) - time() <= 24 * 3600


@pytest.mark.parametrize(
    "query", [{}, {"api-version": "2019-08-01"}, {"api-version": "2017-09-01", "resource": GRAPH}]
)
def test_an_identity_request_that_lacks_something_is_refused(
    tenant: Tenant, query: dict[str, str]
) -> None:
    answer = requests.get(
        tenant.identity_endpoint,
        query,
        headers={"X-IDENTITY-HEADER": tenant.identity_header},
        timeout=5,
    )
    assert (answer.status_code, answer.json()["statusCode"]) == (400, 400)


# -- Teams


def test_a_message_is_accepted_with_202_and_kept_in_order(tenant: Tenant) -> None:
    for text in ("first", "second"):
        answer = requests.post(tenant.teams_url("its"), json=message(text), timeout=5)
        assert (answer.status_code, answer.content) == (202, b"")
    assert [posted.message for posted in tenant.posted("its")] == [
        message("first"),
        message("second"),
    ]
    assert tenant.posted("admins") == []
    assert tenant.posted("its")[0].headers["Content-Type"] == "application/json"
    over_http = requests.get(tenant.teams_url("its"), timeout=5).json()
    assert [entry["message"] for entry in over_http] == [message("first"), message("second")]
    assert datetime.fromisoformat(over_http[0]["at"]).tzinfo
    requests.delete(tenant.teams_url("its"), timeout=5)
    assert tenant.posted("its") == []


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"text": "hello"},
        {"type": "message"},
        {"type": "message", "attachments": []},
        {"type": "message", "attachments": [CARD]},
        {
            "type": "message",
            "attachments": [ATTACHMENT | {"contentType": "application/vnd.microsoft.card.hero"}],
        },
        {"type": "message", "attachments": [ATTACHMENT | {"content": json.dumps(CARD)}]},
    ],
)
def test_anything_else_does_not_match_the_triggers_schema(tenant: Tenant, body: object) -> None:
    answer = requests.post(
        tenant.teams_url("its"),
        data=json.dumps(body),
        headers={"Content-Type": "application/json"},
        timeout=5,
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (
        400,
        "TriggerInputSchemaMismatch",
    )
    assert tenant.posted("its") == []


def test_a_message_that_is_not_sent_as_json_is_refused(tenant: Tenant) -> None:
    assert (
        requests.post(tenant.teams_url("its"), data=json.dumps(message()), timeout=5).status_code
        == 400
    )


# -- faults


def test_faults_strike_in_order_and_as_often_as_told(tenant: Tenant) -> None:
    tenant.fault("graph", times=2, status=429, headers={"Retry-After": "1"})
    tenant.fault("graph", status=503)
    answers = [applications(tenant) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [429, 429, 503, 200]
    assert answers[0].headers["Retry-After"] == "1"
    assert answers[0].json()["error"]["code"] == "TooManyRequests"
    assert (
        answers[0].json()["error"]["innerError"]["request-id"] == answers[0].headers["request-id"]
    )
    assert tenant.requests() == {"GET /v1.0/applications": 4}


def test_a_fault_for_ever_lasts_until_it_is_cleared(tenant: Tenant) -> None:
    tenant.fault("/v1.0/applications", times=None, status=502, body="<html>Bad gateway</html>")
    assert [(applications(tenant).status_code, applications(tenant).text) for _ in range(3)] == [
        (502, "<html>Bad gateway</html>")
    ] * 3
    tenant.clear_faults()
    assert applications(tenant).status_code == 200


def test_a_fault_strikes_only_the_service_it_is_meant_for(tenant: Tenant) -> None:
    tenant.fault(
        "teams", times=None, status=400, body='{"error":{"code":"WorkflowTriggerIsNotEnabled"}}'
    )
    tenant.fault("msi", times=None, status=500)
    answer = requests.post(tenant.teams_url("its"), json=message(), timeout=5)
    assert (answer.status_code, answer.json()["error"]["code"]) == (
        400,
        "WorkflowTriggerIsNotEnabled",
    )
    assert requests.get(tenant.identity_endpoint, timeout=5).status_code == 500
    assert applications(tenant).status_code == 200
    assert tenant.posted("its") == []


def test_a_fault_without_status_lets_one_request_pass(tenant: Tenant) -> None:
    tenant.fault("graph")
    tenant.fault("graph", status=500)
    assert [applications(tenant).status_code for _ in range(3)] == [200, 500, 200]


def test_a_dropped_connection_gives_no_answer(tenant: Tenant) -> None:
    tenant.fault("graph", drop=True)
    with pytest.raises(requests.ConnectionError):
        applications(tenant)
    assert applications(tenant).status_code == 200


def test_a_delay_is_waited_for(tenant: Tenant) -> None:
    tenant.fault("graph", delay=0.3)
    began = monotonic()
    assert applications(tenant).status_code == 200
    assert monotonic() - began >= 0.3


def test_a_fault_that_can_never_strike_is_refused(tenant: Tenant) -> None:
    with pytest.raises(ValueError, match='match is "grpah"; expected one of graph, msi, teams'):
        tenant.fault("grpah", status=500)
    with pytest.raises(ValueError, match="times is 0; expected 1 or more"):
        tenant.fault("graph", status=500, times=0)


# -- changes


def test_a_new_secret_comes_first_and_lasts_until_it_is_removed(tenant: Tenant) -> None:
    ends = datetime(2028, 11, 14, 15, 0, 0, 250_000, tzinfo=UTC)
    key_id = tenant.add_secret(LIBAPPS_CLIENT_ID, name="LibCal 2026", hint="8~w", ends=ends)
    first = libapps(tenant)["passwordCredentials"][0]
    assert (first["keyId"], first["displayName"], first["hint"]) == (key_id, "LibCal 2026", "8~w")
    assert datetime.fromisoformat(first["startDateTime"]) == NOW
    assert datetime.fromisoformat(first["endDateTime"]) == ends
    tenant.remove_credential(key_id)
    assert key_id not in {secret["keyId"] for secret in libapps(tenant)["passwordCredentials"]}


def test_a_certificate_can_be_added_and_removed(tenant: Tenant) -> None:
    key_id = tenant.add_certificate(LIBAPPS_CLIENT_ID, name="CN=libapps", ends=None)
    (certificate,) = libapps(tenant)["keyCredentials"]
    assert (certificate["keyId"], certificate["endDateTime"], certificate["key"]) == (
        key_id,
        None,
        None,
    )
    assert len(certificate["customKeyIdentifier"]) == 40
    tenant.remove_credential(key_id)
    assert libapps(tenant)["keyCredentials"] == []


@pytest.mark.parametrize(
    ("by", "shows"),
    [
        ("owner", {"isDisabled": True}),
        ("microsoft", {"disabledByMicrosoftStatus": "DisabledDueToViolationOfServicesAgreement"}),
    ],
)
def test_a_disabled_app_says_so(tenant: Tenant, by: DisabledBy, shows: dict[str, object]) -> None:
    tenant.disable(LIBAPPS_CLIENT_ID, by)
    assert shows.items() <= libapps(tenant).items()
    tenant.directory.enable(LIBAPPS_CLIENT_ID)
    assert not shows.items() <= libapps(tenant).items()


def test_a_story_told_as_of_another_day_moves_every_end_with_it() -> None:
    with Tenant("libapps", now=NOW + timedelta(days=100)) as tenant:
        (libstaffer, libcal) = libapps(tenant)["passwordCredentials"]
    assert libcal["endDateTime"].startswith("2027-03-08T09:15:00")
    assert libstaffer["endDateTime"].startswith("2027-03-23T02:00:00")


# -- control over HTTP


def control(tenant: Tenant, method: str, path: str, content: object = None) -> requests.Response:
    return requests.request(method, f"{tenant.url}/control/{path}", json=content, timeout=5)


def test_credentials_are_changed_over_http(tenant: Tenant) -> None:
    secret = {"name": "LibCal 2026", "hint": "8~w", "ends": "2028-11-14T15:00:00Z"}
    key_id = control(tenant, "POST", f"apps/{LIBAPPS_CLIENT_ID}/secrets", secret).json()["key_id"]
    assert libapps(tenant)["passwordCredentials"][0]["keyId"] == key_id
    certificate = {"name": "CN=x", "ends": None}
    other = control(tenant, "POST", f"apps/{LIBAPPS_CLIENT_ID}/certificates", certificate).json()[
        "key_id"
    ]
    assert libapps(tenant)["keyCredentials"][0]["keyId"] == other
    assert control(tenant, "DELETE", f"credentials/{key_id}").status_code == 204
    assert control(tenant, "DELETE", f"credentials/{key_id}").status_code == 404
    assert libapps(tenant)["passwordCredentials"][0]["displayName"] == "LibStaffer 2024"


def test_apps_are_changed_over_http(tenant: Tenant) -> None:
    apps = control(tenant, "GET", "apps").json()
    assert (
        control(tenant, "PATCH", f"apps/{LIBAPPS_CLIENT_ID}", {"disabled_by": "owner"}).status_code
        == 204
    )
    assert libapps(tenant)["isDisabled"] is True
    assert (
        control(tenant, "PATCH", f"apps/{LIBAPPS_CLIENT_ID}", {"disabled_by": None}).status_code
        == 204
    )
    assert libapps(tenant)["isDisabled"] is None
    assert control(tenant, "DELETE", f"apps/{LIBAPPS_CLIENT_ID}").status_code == 204
    assert applications(tenant).json()["value"] == []
    assert control(tenant, "POST", "apps", apps[0]).status_code == 204
    assert control(tenant, "POST", "apps", apps[0]).status_code == 400
    assert control(tenant, "PUT", "apps", []).status_code == 204
    assert (
        control(
            tenant, "PUT", "story", {"name": "renewed", "now": "2026-11-22T14:00:00Z"}
        ).status_code
        == 204
    )
    assert len(libapps(tenant)["passwordCredentials"]) == 4
    assert control(tenant, "PUT", "roles", []).status_code == 204
    assert applications(tenant).status_code == 403


def test_control_requests_are_not_counted(tenant: Tenant) -> None:
    assert (
        control(
            tenant, "POST", "faults", [{"match": "graph", "times": None, "status": 500}]
        ).status_code
        == 204
    )
    assert control(tenant, "GET", "faults").json()[0]["status"] == 500
    assert applications(tenant).status_code == 500
    assert control(tenant, "DELETE", "faults").status_code == 204
    assert applications(tenant).status_code == 200
    assert control(tenant, "GET", "requests").json() == {"GET /v1.0/applications": 2}
    assert control(tenant, "DELETE", "requests").status_code == 204
    assert control(tenant, "GET", "requests").json() == {}


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "words"),
    [
        ("POST", "faults", [{"match": "grpah"}], 400, "expected one of graph, msi, teams"),
        ("PUT", "story", {"name": "nonsense"}, 400, 'There is no story "nonsense"'),
        (
            "POST",
            f"apps/{LIBAPPS_CLIENT_ID}/secrets",
            {"name": "x"},
            400,
            "missing required field `ends`",
        ),
        (
            "POST",
            f"apps/{LIBAPPS_CLIENT_ID}/secrets",
            {"name": "x", "ends": "2028-11-14T15:00:00"},
            400,
            "timezone",
        ),
        ("DELETE", "apps/nobody", None, 404, "No app with client id nobody"),
        ("GET", "nonsense", None, 404, "not found"),
        ("POST", "requests", None, 405, "not allowed"),
    ],
)
def test_what_control_cannot_do_is_said_in_a_sentence(
    tenant: Tenant, method: str, path: str, content: object, status: int, words: str
) -> None:
    answer = control(tenant, method, path, content)
    assert answer.status_code == status
    assert words in answer.json()["error"]


# -- the server itself


def test_stop_leaves_nothing_and_releases_clients() -> None:
    before = set(threads())
    with Tenant() as tenant:
        tenant.fault("graph", delay=60, status=500)
        answers: list[int] = []
        waiting = Timer(0, lambda: answers.append(applications(tenant).status_code))
        waiting.start()
        while not tenant.requests():
            waiting.join(0.01)
    assert set(threads()) <= before | {waiting}
    waiting.join()
    assert answers == [500]
    with pytest.raises(requests.ConnectionError):
        requests.get(tenant.url, timeout=5)


def test_silent_client_does_not_delay_the_stop() -> None:
    before = set(threads())
    with Tenant() as tenant:
        silent = create_connection(("127.0.0.1", int(tenant.url.rpartition(":")[2])))
        while len(set(threads()) - before) < 2:
            applications(tenant)
    with silent:
        assert set(threads()) <= before


def test_tenants_do_not_accept_each_others_tokens(
    tenant: Tenant,
) -> None:
    token = tenant.identity.issue(GRAPH)["access_token"]
    with Tenant() as other:
        assert other.identity_header != tenant.identity_header
        answer = requests.get(
            f"{other.graph_url}/v1.0/applications",
            headers={"Authorization": f"Bearer {token}"},
            timeout=5,
        )
    assert answer.status_code == 401
