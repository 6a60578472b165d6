"""Two tenants behind one app: requests that confuse them, or the routes, are refused.

A key of one function is refused on another route by the host in Azure. The local host has one key
for all functions.
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import requests
from azure.core.exceptions import ResourceNotFoundError
from azure.data.tables import TableServiceClient

from local.azurite import Azurite
from local.stand_in.other_tenants import OtherTenants
from local.stand_in.stories import libapps
from local.stand_in.tenant import Tenant
from tests.e2e.conftest import ROOT
from tests.functions_host.host_process import Host, hosted
from tests.support.toml import watchlist_toml

BRANCH = "00000001-0000-4000-8000-000000000000"
KEY = {"x-functions-key": "local"}
FORM = {
    "Sec-Fetch-Site": "same-origin",
    "Content-Type": "application/x-www-form-urlencoded",
}
TOMORROW = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
SNOOZE = f"until={TOMORROW}&why=mine"
LONG = "x" * 4_000
NO_TENANT, UNKNOWN_FORM = "is not watched", "The page's forms are"


@dataclass(frozen=True)
class Row:
    """A request, the status that answers it, and a part of the sentence that says why."""

    method: str
    path: str
    status: int
    sentence: str
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=lambda: FORM)


OWN, OTHER = "?tenant=own", f"?tenant={BRANCH}"
ROWS = {
    # one tenant's ids, used in the other one's forms
    "confirm a service of another tenant": Row(
        "POST", f"page/confirm{OWN}", 409, "no service", "service=branch&{branch}"
    ),
    "confirm a credential of another tenant": Row(
        "POST", f"page/confirm{OWN}", 409, "", "service=libcal&{branch}"
    ),
    "snooze a service of another tenant": Row(
        "POST", f"page/acknowledge{OWN}", 409, "no service", f"service=branch&{SNOOZE}"
    ),
    "snooze ours from the other one": Row(
        "POST", f"page/acknowledge{OTHER}", 409, "no service", f"service=libcal&{SNOOZE}"
    ),
    "take back a snooze of another tenant": Row(
        "POST", f"page/acknowledge{OTHER}", 409, "no service", "service=libcal&take_back=yes"
    ),
    "take back an assignment of another tenant": Row(
        "POST", f"page/claim{OWN}", 409, "already been taken back", "{branch}&take_back=yes"
    ),
    "take back with another value": Row(
        "POST", f"page/claim{OWN}", 400, "take_back is missing", "{own}&take_back=no"
    ),
    "the table of a tenant that is not watched": Row(
        "GET", "page/status.csv?tenant=x", 404, NO_TENANT
    ),
    "assign a credential of another tenant": Row(
        "POST", f"page/claim{OWN}", 409, "", "{branch}&choice=libcal"
    ),
    "assign to a service of another tenant": Row(
        "POST", f"page/claim{OWN}", 409, "", "{own}&choice=libcal&choice=branch"
    ),
    "status of a service of another tenant": Row(
        "GET", f"status{OWN}&service=branch", 404, "its services are: libcal.", headers=KEY
    ),
    # the tenant somewhere else, twice, or not at all
    "no tenant": Row("POST", "page/check", 400, "Nothing was saved."),
    "tenant in the form": Row(
        "POST", "page/acknowledge", 400, "Nothing was saved.", f"tenant=own&service=libcal&{SNOOZE}"
    ),
    "tenant in the form and in the address": Row(
        "POST", f"page/acknowledge{OTHER}", 409, "no service", f"tenant=own&service=libcal&{SNOOZE}"
    ),
    "two tenants": Row(
        "POST",
        f"page/check{OWN}&tenant={BRANCH}",
        404,
        "This tenant is not watched. Nothing was saved.",
    ),
    "two tenants for a program": Row(
        "POST", f"check{OWN}&tenant={BRANCH}", 404, NO_TENANT, headers=KEY
    ),
    "tenant in a header": Row(
        "POST", "check", 400, "Choose a tenant", headers=KEY | {"tenant": "own"}
    ),
    "tenant in the path": Row("POST", "page/check/own", 404, ""),
    "tenant before the route": Row("POST", "own/check", 404, "", headers=KEY),
    "a condition as the tenant": Row(
        "POST", "check?tenant=own'%20or%20PartitionKey%20ne%20'", 404, NO_TENANT, headers=KEY
    ),
    "a wildcard as the tenant": Row("POST", "check?tenant=*", 404, NO_TENANT, headers=KEY),
    "a path as the tenant": Row("POST", "check?tenant=../own", 404, NO_TENANT, headers=KEY),
    "a NUL in the tenant": Row("POST", "check?tenant=own%00", 404, NO_TENANT, headers=KEY),
    "an encoded tenant": Row("POST", "check?tenant=%256fwn", 404, NO_TENANT, headers=KEY),
    "a very long tenant": Row("POST", f"check?tenant={LONG}", 404, NO_TENANT, headers=KEY),
    # keys
    "no key": Row("POST", f"check{OWN}", 401, "", headers={}),
    "a wrong header beside the right query": Row(
        "POST", f"check{OWN}&code=local", 401, "", headers={"x-functions-key": "wrong"}
    ),
    "the key in the form": Row("POST", f"check{OWN}", 401, "", "code=local&x-functions-key=local"),
    "the key twice": Row("POST", f"check{OWN}&code=wrong&code=local", 401, "", headers={}),
    "the key as a bearer token": Row(
        "POST", f"check{OWN}", 401, "", headers={"Authorization": "Bearer local"}
    ),
    # methods
    "GET for POST": Row("GET", f"check{OWN}", 404, "", headers=KEY),
    "HEAD for POST": Row("HEAD", f"check{OWN}", 404, "", headers=KEY),
    "POST for GET": Row("POST", f"status{OWN}", 404, "", headers=KEY),
    "PUT of a form": Row("PUT", f"page/check{OWN}", 404, ""),
    "HEAD of a form": Row("HEAD", f"page/check{OWN}", 303, ""),
    "GET of a form with a body": Row(
        "GET", f"page/acknowledge{OWN}", 303, "", f"service=libcal&{SNOOZE}"
    ),
    "another method in a header": Row(
        "GET", f"page/check{OWN}", 303, "", headers=FORM | {"X-HTTP-Method-Override": "POST"}
    ),
    "another method in the query": Row("GET", f"page/check{OWN}&_method=POST", 303, ""),
    # paths
    "a file above the assets": Row("GET", "page/assets/..%2f..%2fhost.json", 404, ""),
    "the same, encoded twice": Row("GET", "page/assets/..%252f..%252fhost.json", 404, "no file"),
    "a form above the page": Row("POST", f"page/..%2fcheck{OWN}", 404, ""),
    "a form encoded twice": Row("POST", f"page/%2563heck{OWN}", 404, UNKNOWN_FORM),
    "a form with a NUL": Row("POST", f"page/check%00{OWN}", 400, ""),
    "a form with a space": Row("POST", f"page/%20check{OWN}", 404, UNKNOWN_FORM),
    "a very long form": Row("POST", f"page/{LONG}{OWN}", 404, UNKNOWN_FORM),
    # fields
    "a field twice": Row(
        "POST",
        f"page/acknowledge{OWN}",
        400,
        "service is missing",
        f"service=libcal&service=branch&{SNOOZE}",
    ),
    "a field as a list": Row(
        "POST", f"page/acknowledge{OWN}", 400, "service is missing", f"service[]=libcal&{SNOOZE}"
    ),
    "a field encoded twice": Row(
        "POST", f"page/acknowledge{OWN}", 400, "service is missing", f"service=%256cibcal&{SNOOZE}"
    ),
    "fields in the address": Row(
        "POST", f"page/acknowledge{OWN}&service=libcal&{SNOOZE}", 400, "is missing"
    ),
    "a very long field": Row(
        "POST", f"page/acknowledge{OWN}", 400, "service is missing", f"service={LONG}&{SNOOZE}"
    ),
    "very many fields": Row("POST", f"page/acknowledge{OWN}", 400, "cannot be read", "a=1&" * 300),
}


@dataclass
class Site:
    """The app with two tenants."""

    host: Host
    home: Tenant

    def ask(self, row: Row) -> requests.Response:
        """Send a request as it is written: the client resolves no dots."""
        url = f"{self.host.url}/{row.path}"
        body = row.body.format(own=self.shown("own"), branch=self.shown(BRANCH))
        prepared = requests.Request(row.method, url, headers=row.headers, data=body).prepare()
        prepared.url = url
        with requests.Session() as session:
            session.trust_env = False
            return session.send(prepared, timeout=60, allow_redirects=False)

    def state(self) -> list[Any]:
        """Return what each tenant's ledger shows, and how many messages were sent."""
        found: list[Any] = [len(self.home.posted("its"))]
        for tenant in ("own", BRANCH):
            answer = requests.get(
                f"{self.host.url}/status?tenant={tenant}", headers=KEY, timeout=60
            )
            assert answer.status_code == 200
            found.append(answer.json() | {"generated_at": ""})
        return found

    def shown(self, tenant: str) -> str:
        """Return the fields of the credential that a tenant's service uses."""
        asked = requests.get(f"{self.host.url}/status?tenant={tenant}", headers=KEY, timeout=60)
        used = asked.json()["services"][0]["in_use"]
        return f"key_id={used['key_id']}&hint={used['hint']}&ends={used['ends']}"


@pytest.fixture(scope="module")
def site(azurite: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("tenants")
    watchlists = folder / "watchlists"
    watchlists.mkdir()
    (watchlists / "home.toml").write_text(watchlist_toml())
    branch = watchlist_toml(BRANCH).replace('name = "LibCal"\n', 'name = "Branch"\n')
    (watchlists / "branch.toml").write_text(branch)
    with (
        TableServiceClient.from_connection_string(azurite.tables) as service,
        contextlib.suppress(ResourceNotFoundError),
    ):
        service.delete_table("Lapsewatch")
    with Tenant(libapps(datetime.now(UTC))) as home, OtherTenants(home, folder) as others:
        (app,) = libapps(datetime.now(UTC))
        secrets = tuple(replace(each, key_id=str(uuid4())) for each in app.secrets)
        others.add(BRANCH, [replace(app, secrets=secrets)])
        settings = {
            **home.environment,
            **others.environment,
            "LAPSEWATCH_TABLES": azurite.tables,
            "LAPSEWATCH_SCHEDULE": "0 5 * * * *",
            "LAPSEWATCH_WATCHLIST": str(watchlists),
        }
        with hosted(folder, "--no-timers", "--signed-in", "Anna", app=ROOT, **settings) as host:
            for tenant in ("own", BRANCH):
                url = f"{host.url}/check?tenant={tenant}"
                requests.post(url, headers=KEY, timeout=60).raise_for_status()
            yield Site(host, home)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_request_is_refused_and_saves_nothing(site: Site, row: Row) -> None:
    before = site.state()
    answer = site.ask(row)
    assert (answer.status_code, row.sentence in answer.text) == (row.status, True), answer.text
    assert len(answer.text) < 100_000
    assert LONG not in answer.text
    assert site.state() == before


def test_the_same_requests_of_one_tenant_are_accepted(site: Site) -> None:
    before = site.state()
    for tenant, service in (("own", "libcal"), (BRANCH, "branch")):
        body = f"service={service}&{SNOOZE}"
        answer = site.ask(Row("POST", f"page/acknowledge?tenant={tenant}", 303, "", body))
        assert answer.status_code == 303
        assert answer.headers["location"] == (
            f"/api/page?tenant={tenant}&done=acknowledge&service={service}"
        )
    assert site.state() != before
