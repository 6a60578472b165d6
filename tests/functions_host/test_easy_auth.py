"""The local host as Easy Auth: the page gets the person's token, and no client can set it."""

import time
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests

from local.stand_in.sign_in import PAGE_CLIENT_ID, object_id
from local.stand_in.tenant import Tenant
from tests.functions_host.host_process import SAMPLE, Host, hosted, refused

APP = """
import json
import azure.functions as func
app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
def seen(req: func.HttpRequest) -> str:
    headers = req.headers.items()
    return json.dumps({name: value for name, value in headers if name.startswith("x-ms-")})
@app.route(route="page")
def page(req: func.HttpRequest) -> str: return seen(req)
@app.route(route="page/{form}")
def form(req: func.HttpRequest) -> str: return seen(req)
@app.route(route="status")
def status(req: func.HttpRequest) -> str: return seen(req)
@app.route(route="pages")
def pages(req: func.HttpRequest) -> str: return seen(req)
"""
FORGED = {
    "X-MS-TOKEN-AAD-ID-TOKEN": "forged",
    "X-MS-TOKEN-AAD-ACCESS-TOKEN": "forged",
    "X-MS-CLIENT-PRINCIPAL-ROLES": "forged",
}


@pytest.fixture(scope="module")
def tenant() -> Iterator[Tenant]:
    with Tenant("empty") as running:
        yield running


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("app")
    (folder / "host.json").write_text('{"version": "2.0"}')
    (folder / "function_app.py").write_text(APP)
    return folder


@pytest.fixture(scope="module")
def host(app: Path, tenant: Tenant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with hosted(
        tmp_path_factory.mktemp("host"),
        "--signed-in",
        "Dana Example",
        app=app,
        **tenant.environment,
    ) as running:
        yield running


def seen(host: Host, path: str, headers: dict[str, str] | None = None) -> dict[str, str]:
    answer = requests.get(f"{host.url}/{path}", headers=headers, timeout=20)
    answer.raise_for_status()
    found: dict[str, str] = answer.json()
    return found


@pytest.mark.parametrize("path", ["page", "page/", "Page", "page/confirm?done=x"])
def test_the_page_is_asked_for_by_the_person(host: Host, tenant: Tenant, path: str) -> None:
    headers = seen(host, path, FORGED)
    assert "forged" not in headers.values()
    issuer = tenant.environment["LAPSEWATCH_SIGN_IN_ISSUER"]
    document = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=5).json()
    key = jwt.PyJWKSet.from_dict(requests.get(document["jwks_uri"], timeout=5).json()).keys[0]
    claims = jwt.decode(
        headers["x-ms-token-aad-id-token"],
        key,
        algorithms=["RS256"],
        audience=PAGE_CLIENT_ID,
        issuer=issuer,
    )
    assert (claims["name"], claims["oid"]) == ("Dana Example", object_id("Dana Example"))
    assert issuer.split("/")[3] == claims["tid"]
    assert headers["x-ms-client-principal-id"] == claims["oid"]
    assert headers["x-ms-client-principal-name"] == "dana.example@example.org"
    assert b"Dana Example" in b64decode(headers["x-ms-client-principal"])


def claims_of(host: Host) -> dict[str, Any]:
    token = seen(host, "page")["x-ms-token-aad-id-token"]
    found: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return found


def test_a_new_sign_in_leads_back_with_a_new_time(
    app: Path, tenant: Tenant, tmp_path: Path
) -> None:
    arguments = ("--signed-in", "Dana", "--minutes-ago", "11", "--without-role")
    with hosted(tmp_path, *arguments, app=app, **tenant.environment) as host:
        old = claims_of(host)
        answer = requests.get(
            f"{host.root}/.auth/login/aad",
            params={"prompt": "login", "post_login_redirect_uri": "/api/page?tenant=own#service-a"},
            timeout=20,
            allow_redirects=False,
        )
        assert answer.status_code == 302
        assert answer.headers["location"] == "/api/page?tenant=own#service-a"
        new = claims_of(host)
    assert 11 * 60 <= new["auth_time"] - old["auth_time"] < 12 * 60
    assert "roles" not in old


def test_the_person_has_the_role_and_has_just_signed_in(host: Host) -> None:
    claims = claims_of(host)
    assert claims["roles"] == ["Installer"]
    assert 0 <= time.time() - claims["auth_time"] < 300


def test_another_browser_is_somebody_elses_who_has_no_role(host: Host) -> None:
    with requests.Session() as browser:
        hint = {"login_hint": "Sam Ünal; Example", "post_login_redirect_uri": "/api/page"}
        answer = browser.get(f"{host.root}/.auth/login/aad", params=hint, timeout=20)
        token = answer.json()["x-ms-token-aad-id-token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert (claims["name"], "roles" in claims) == ("Sam Ünal; Example", False)
    assert claims["oid"] == object_id("Sam Ünal; Example")
    assert claims_of(host)["name"] == "Dana Example"


@pytest.mark.parametrize(
    "path", ["https://evil.example/", "//evil.example", "/\\evil", "/a\r\nb: c"]
)
def test_a_sign_in_leads_to_no_other_host(host: Host, path: str) -> None:
    answer = requests.get(
        f"{host.root}/.auth/login/aad",
        params={"post_login_redirect_uri": path},
        timeout=20,
        allow_redirects=False,
    )
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize("path", ["status", "pages"])
def test_other_routes_are_nobodys_and_left_alone(host: Host, path: str) -> None:
    assert seen(host, path) == {}
    assert seen(host, path, FORGED).keys() == {name.lower() for name in FORGED}


def test_a_stranger_who_leads_here_is_not_signed_in(host: Host) -> None:
    for stranger in ("evil.example", "[1]"):
        assert seen(host, "page", {**FORGED, "Host": stranger}) == {}
    assert "x-ms-token-aad-id-token" in seen(host, "page", {"Host": f"localhost:{host.port}"})


def test_without_it_nobody_is_signed_in_and_headers_arrive_as_sent(
    app: Path, tenant: Tenant, tmp_path: Path
) -> None:
    with hosted(tmp_path, app=app, **tenant.environment) as host:
        assert seen(host, "page") == {}
        assert seen(host, "page", FORGED).keys() == {name.lower() for name in FORGED}


@pytest.mark.parametrize(
    "issuer", ["", "https://login.microsoftonline.com/7a1c3e52-0d64-4b8f-8a75-3f9b1e20c4d7/v2.0"]
)
def test_it_needs_a_stand_in_tenant(issuer: str) -> None:
    settings = {
        "LAPSEWATCH_SIGN_IN_CLIENT_ID": PAGE_CLIENT_ID,
        "LAPSEWATCH_SIGN_IN_ISSUER": issuer,
    }
    errors = refused(SAMPLE, "--signed-in", "Dana", **settings)
    assert "--signed-in needs a stand-in tenant" in errors


def test_tenant_that_stopped_is_reported(app: Path, tmp_path: Path) -> None:
    with Tenant("empty") as gone:
        settings = dict(gone.environment)
    with hosted(tmp_path, "--signed-in", "Dana", app=app, **settings) as host:
        answer = requests.get(f"{host.url}/page", timeout=20)
        assert (answer.status_code, "issues no ID token" in answer.text) == (502, True)
        assert requests.get(f"{host.url}/status", timeout=20).status_code == 200


def test_a_token_is_issued_to_anybody_who_asks_the_tenant(tenant: Tenant) -> None:
    asked = {"name": "Ann", "claims": {"tid": None, "exp": 7}}
    answer = requests.post(f"{tenant.url}/control/id-tokens", json=asked, timeout=5)
    claims = jwt.decode(answer.json()["id_token"], options={"verify_signature": False})
    assert (claims["name"], claims["exp"], "tid" in claims) == ("Ann", 7, False)
    assert (
        requests.post(f"{tenant.url}/control/id-tokens", json={"nam": "Ann"}, timeout=5).status_code
        == 400
    )
