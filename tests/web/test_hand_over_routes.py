"""The routes of new secrets: who is let in before anything is done, and that they can be off."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode

import azure.functions as func
import pytest

from local.azurite import Azurite
from local.stand_in.tenant import Tenant
from shared.config.setting_list import HAND_OVER_VAULT
from shared.web.forms import MEDIA_TYPE
from tests.support.app_routes import functions

TOKEN = "x-ms-token-aad-id-token"
FORMS = ("hand-over", "show-value", "withdraw")
VALUE = "r2B8Q~" + "never-in-an-answer.AbCdEfGhIj"
SENT = urlencode({"service": "libcal", "value": VALUE, "seen": "0"}).encode()


@pytest.fixture(scope="module")
def tenant(azurite: Azurite) -> Iterator[Tenant]:
    with Tenant() as running, pytest.MonkeyPatch.context() as patched:
        for name, value in running.environment.items():
            patched.setenv(name, value)
        patched.setenv("LAPSEWATCH_TABLES", azurite.tables)
        patched.setenv(HAND_OVER_VAULT, "https://127.0.0.1:9")  # nothing asks it
        yield running


def answer(
    form: str,
    headers: Mapping[str, str],
    method: str = "POST",
    *,
    body: bytes = SENT,
    tenant_key: str = "",
) -> func.HttpResponse:
    request = func.HttpRequest(
        method,
        f"http://127.0.0.1/api/page/{form}",
        headers=headers,
        params={"tenant": tenant_key} if tenant_key else {},
        route_params={"form": form},
        body=body,
    )
    found = functions()["page_forms"].get_user_function()(request)
    assert isinstance(found, func.HttpResponse)
    assert VALUE not in found.get_body().decode()
    assert VALUE not in json.dumps(dict(found.headers))
    return found


def own(tenant: Tenant, **claims: object) -> dict[str, str]:
    """Return the headers of a form that Dana sends from the page."""
    return {
        TOKEN: tenant.id_token("Dana Example", **claims),
        "sec-fetch-site": "same-origin",
        "content-type": MEDIA_TYPE,
        "content-length": str(len(SENT)),
    }


@pytest.mark.parametrize("form", FORMS)
def test_guards_are_those_of_every_form(tenant: Tenant, form: str) -> None:
    sent = own(tenant, roles=["Installer"])
    refused: dict[int, list[dict[str, str]]] = {
        401: [{TOKEN: ""}, {TOKEN: "eyJ.eyJ.x"}],
        403: [
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
            {"sec-fetch-site": "none"},
            {"sec-fetch-site": "", "origin": "https://evil.example"},
            {"sec-fetch-site": ""},
        ],
        415: [{"content-type": "text/plain"}, {"content-type": "application/json"}],
    }
    for status, changes in refused.items():
        for change in changes:
            assert (change, answer(form, sent | change).status_code) == (change, status)
    chunked = answer(form, sent | {"transfer-encoding": "chunked"}, body=b"")
    assert chunked.status_code == 411
    assert answer(form, sent, body=b"x" * 70_000).status_code == 413
    assert answer(form, sent, tenant_key="zz").status_code == 404


@pytest.mark.parametrize("form", [*FORMS, "Show-Value", "HAND-OVER"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reading_only_leads_to_the_page(tenant: Tenant, form: str, method: str) -> None:
    found = answer(form, own(tenant), method, body=b"", tenant_key="own")
    assert (found.status_code, found.headers["location"]) == (303, "/api/page?tenant=own")


def test_opening_needs_the_role_and_a_new_sign_in(tenant: Tenant) -> None:
    now = int(datetime.now(UTC).timestamp())
    installer = {"roles": ["Installer"]}
    others: list[dict[str, object]] = [{}, {"roles": []}, {"roles": "Installer"}, {"roles": ["x"]}]
    for claims in others:
        assert answer("show-value", own(tenant, **claims)).status_code == 403
    for when in (None, str(now), True, now + 3600, -1):
        found = answer("show-value", own(tenant, **installer, auth_time=when))
        assert found.status_code == 403
        assert b"optional claim auth_time is missing" in found.get_body()
        assert found.headers["cache-control"] == "no-store"
    found = answer("show-value", own(tenant, **installer, auth_time=now - 601), tenant_key="own")
    assert found.status_code == 303
    assert found.headers["location"].startswith(
        "/.auth/login/aad?prompt=login&post_login_redirect_uri=%2Fapi%2Fpage"
    )
    assert found.headers["location"].endswith("%23service-libcal")
    found = answer("show-value", own(tenant, **installer, auth_time=now - 500))
    assert found.status_code == 409, "nothing was handed over"
    policy = found.headers["content-security-policy"]
    assert f"form-action 'self' {tenant.url};" in policy, "the browser may go on to the sign-in"


@pytest.mark.parametrize("method", ["POST", "GET", "HEAD"])
@pytest.mark.parametrize("form", [*FORMS, "Show-Value", "WITHDRAW"])
def test_off_the_routes_are_unknown(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, form: str, method: str
) -> None:
    for off in ("", "  "):
        monkeypatch.setenv(HAND_OVER_VAULT, off)
        sent = own(tenant, roles=["Installer"])
        found, unknown = (answer(each, sent, method) for each in (form, "anything-else"))
        assert (found.status_code, found.get_body()) == (404, unknown.get_body())
        assert dict(found.headers) == dict(unknown.headers)
        assert not any(each in found.get_body().decode() for each in FORMS)
    monkeypatch.delenv(HAND_OVER_VAULT)
    assert answer(form, {}, method).status_code == 404
