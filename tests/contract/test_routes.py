"""Routes of the app, the local host and the stand-in tenant keep their spelling."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import requests

from local.stand_in.tenant import Tenant

ROOT = Path(__file__).parents[2]
FUNCTIONS = """
    metrics      http   GET,HEAD /api/metrics (function)
    calendar     http   GET,HEAD /api/calendar.ics (function)
    status_csv   http   GET,HEAD /api/status.csv (function)
    page         http   GET,HEAD /api/page (anonymous)
    page_assets  http   GET,HEAD /api/page/assets/{name} (anonymous)
    page_forms   http   GET,HEAD,POST /api/page/{form} (anonymous)
    tick         timer  0 5 * * * *
    tenant       queue  tenants
    status       http   GET,HEAD /api/status (function)
    check        http   POST /api/check (function)
    health       http   GET,HEAD /api/health (anonymous)
"""
FORMS = ("confirm", "acknowledge", "claim", "check")
FORMS_WITH_A_VAULT = ("hand-over", "show-value", "withdraw")
ASSETS = ("page.css", "page.js")
KEY, MASTER_KEY = {"x-functions-key": "local"}, {"x-functions-key": "local-master"}


class Ask(NamedTuple):
    """A request to the stand-in tenant, and the status of the answer."""

    method: str
    path: str
    status: int
    body: object = None


APP = "6f1c2f5e-8a04-4d0b-9d5e-0c7a5a2b13d6"
HOME = "7a1c3e52-0d64-4b8f-8a75-3f9b1e20c4d7"
CREDENTIAL = {
    "name": "LibCal 2026",
    "hint": "q7X",
    "starts": "2026-11-01T00:00:00Z",
    "ends": "2028-11-01T00:00:00Z",
}
CERTIFICATE = {name: value for name, value in CREDENTIAL.items() if name != "hint"}
FAULT = {
    "match": "/v1.0",
    "times": 1,
    "status": 503,
    "headers": {},
    "body": "x",
    "delay": 0.0,
    "drop": False,
}
NEW = {"client_id": "c2", "object_id": "o2", "name": "New", "secrets": [{"key_id": "k2"}]}
CONTROL = (
    Ask("PUT", "/control/story", 204, {"name": "libapps", "now": "2026-11-02T15:00:00Z"}),
    Ask("GET", "/control/apps", 200),
    Ask("POST", "/control/apps", 204, NEW),
    Ask("POST", "/control/sign-ins", 204, {"key_id": "k2", "at": "2026-11-02T15:00:00Z"}),
    Ask("DELETE", "/control/credentials/k2", 204),
    Ask("DELETE", "/control/apps/c2", 204),
    Ask("POST", f"/control/apps/{APP}/secrets", 200, CREDENTIAL),
    Ask("POST", f"/control/apps/{APP}/certificates", 200, CERTIFICATE),
    *(
        Ask("PATCH", f"/control/apps/{APP}", 204, {"disabled_by": by})
        for by in ("owner", "microsoft", "service_principal", None)
    ),
    Ask("PUT", "/control/apps", 204, [NEW]),
    Ask("POST", "/control/id-tokens", 200, {"name": "Dana", "claims": {"oid": "x"}}),
    Ask("PUT", "/control/roles", 204, ["Application.Read.All"]),
    Ask("PUT", "/control/mailboxes", 204, ["alerts@example.org"]),
    Ask("PUT", "/control/licensed", 204, False),
    Ask("POST", "/control/faults", 204, [FAULT]),
    Ask("GET", "/control/faults", 200),
    Ask("DELETE", "/control/faults", 204),
    Ask("GET", "/control/requests", 200),
    Ask("DELETE", "/control/requests", 204),
    Ask("GET", "/teams/its", 200),
    Ask("DELETE", "/teams/its", 204),
    Ask("GET", "/mails", 200),
    Ask("DELETE", "/mails", 204),
    Ask("GET", "/heartbeat/own", 200),
    Ask("POST", "/heartbeat/own/fail", 200),
    Ask("GET", f"/{HOME}/v2.0/.well-known/openid-configuration", 200),
    Ask("GET", f"/{HOME}/discovery/v2.0/keys", 200),
    Ask("GET", "/msi/token", 400),  # without its header
    Ask("GET", "/control/anything-else", 404),
)
PRINTED = """
    LAPSEWATCH_GRAPH IDENTITY_ENDPOINT IDENTITY_HEADER LAPSEWATCH_SIGN_IN_CLIENT_ID
    LAPSEWATCH_SIGN_IN_ISSUER TEAMS_WEBHOOK_URL
    LIBAPPS_CLIENT_ID
"""
"""The settings that `python -m local.tenant` prints."""


class Host(NamedTuple):
    """What the local host prints that it serves."""

    functions: list[str]
    root: str


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    """Run `python -m local.host` with the app, without a ledger, timers and a storage account."""
    settings = {
        "LAPSEWATCH_SCHEDULE": "0 5 * * * *",
        "LAPSEWATCH_TABLES": "",
        "AzureWebJobsStorage": "AccountName=a;AccountKey=YQ==;QueueEndpoint=http://127.0.0.1:9/a",
        "LOCAL_FUNCTION_KEY": "local",
        "LOCAL_MASTER_KEY": "local-master",
        "AzureWebJobsDisableHomepage": "true",  # as deployed
    }
    command = [sys.executable, "-m", "local.host", "--port", "0", "--no-timers"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            lines: list[str] = []
            for line in process.stdout:
                if found := re.match(r"listening on (http://127\.0\.0\.1:\d+)/api$", line):
                    yield Host([each for each in lines if each.startswith("  ")], found[1])
                    return
                lines.append(
                    " ".join(line.split()).join(("  ", "")) if line.startswith("  ") else line
                )
            raise AssertionError(lines)
        finally:
            process.terminate()
            process.wait(30)


def test_the_functions_their_routes_and_who_may_call_them(host: Host) -> None:
    assert {each.strip() for each in host.functions} == {
        " ".join(line.split()) for line in FUNCTIONS.strip().splitlines()
    }


def test_the_page_has_its_forms_and_assets(host: Host) -> None:
    for form in FORMS:
        assert (
            requests.get(
                f"{host.root}/api/page/{form}", timeout=30, allow_redirects=False
            ).status_code
            == 303
        )
    for form in ("anything-else", *FORMS_WITH_A_VAULT):
        assert requests.get(f"{host.root}/api/page/{form}", timeout=30).status_code == 404
    for asset in ASSETS:
        assert requests.get(f"{host.root}/api/page/assets/{asset}", timeout=30).status_code == 200


OUTSIDE = """
    / /api /api/ /favicon.ico /page /api/tick /api/tenant /api/page/assets/x/y /api/page/confirm/x
    /api/api/page
"""
OTHER_LETTERS = """
    GET:/API/Status/ POST:/Api/CHECK/ GET:/API/METRICS GET:/api/Calendar.ICS/ GET:/api/STATUS.CSV
    GET:/API/PAGE/ GET:/api/Page/ POST:/API/PAGE/CONFIRM/ POST:/api/page/Check
"""


@pytest.mark.parametrize("path", OUTSIDE.split())
def test_nothing_answers_outside_the_routes(host: Host, path: str) -> None:
    answer = requests.get(f"{host.root}{path}", headers=KEY, timeout=30)
    assert (answer.status_code in {204, 404}, answer.content) == (True, b"")


@pytest.mark.parametrize("asked", OTHER_LETTERS.split())
def test_other_letters_and_a_slash_open_no_route(host: Host, asked: str) -> None:
    """The sign-in excludes paths as they are written, and the host matches any case.

    So each route protects itself: with its key, or because it verifies the sign-in (503 here,
    where the settings lack the ledger).
    """
    method, _, path = asked.partition(":")
    answer = requests.request(method, host.root + path, timeout=30, allow_redirects=False)
    assert answer.status_code == (503 if "page" in path.lower() else 401)
    assert "libcal" not in answer.text.lower()


def test_a_key_opens_and_a_timer_can_be_started(host: Host) -> None:
    assert requests.get(f"{host.root}/api/status", timeout=30).status_code == 401
    assert (
        requests.get(f"{host.root}/api/status", headers=KEY, timeout=30).status_code == 503
    )  # it has no ledger
    assert requests.get(f"{host.root}/api/status?code=local", timeout=30).status_code == 503
    for headers, name, status in (
        ({}, "tick", 401),
        (KEY, "tick", 403),
        (MASTER_KEY, "unknown", 404),
        (MASTER_KEY, "tick", 202),
    ):
        url = f"{host.root}/admin/functions/{name}"
        assert requests.post(url, headers=headers, json={}, timeout=30).status_code == status


def test_the_stand_in_tenant_takes_what_it_takes() -> None:
    with Tenant() as tenant:
        answers = [
            (
                ask,
                requests.request(
                    ask.method,
                    tenant.url + ask.path,
                    json=ask.body if ask.body is not None else None,
                    timeout=10,
                ).status_code,
            )
            for ask in CONTROL
        ]
        assert [(ask, status) for ask, status in answers if status != ask.status] == []


def test_the_stand_in_tenant_says_what_to_set() -> None:
    with Tenant() as tenant:
        assert set(tenant.environment) == set(PRINTED.split())
        assert tenant.environment["LIBAPPS_CLIENT_ID"] == APP
        found = requests.get(f"{tenant.url}/control/apps", timeout=10).json()
    assert {
        "client_id",
        "object_id",
        "name",
        "secrets",
        "certificates",
        "redirect_uris",
        "tags",
        "owners",
        "service_principal",
    } <= set(found[0])
