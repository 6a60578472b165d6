"""Fifty tenants of one deployment, through the queue: one that fails affects no other."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from azure.storage.queue import QueueClient, TextBase64EncodePolicy

from local.azurite import Azurite
from local.stand_in.other_tenants import OtherTenants
from local.stand_in.stories import LIBAPPS_CLIENT_ID, libapps
from local.stand_in.tenant import Tenant
from tests.e2e.conftest import ROOT, Lapsewatch
from tests.functions_host.host_process import Host, hosted
from tests.support.toml import watchlist_toml

KEY = {"x-functions-key": "local"}
TENANTS = [f"{number:08x}-0000-4000-8000-000000000000" for number in range(1, 50)]
REFUSED, WITHOUT_ROLE = TENANTS[6], TENANTS[7]


@pytest.fixture
def storage() -> Iterator[Azurite]:
    with Azurite(services=("table", "queue")) as running:
        yield running


@pytest.fixture
def tenant() -> Iterator[Tenant]:
    with Tenant() as running:
        yield running


@pytest.fixture
def other_tenants(tenant: Tenant, tmp_path: Path) -> Iterator[OtherTenants]:
    """Run 49 tenants; one has not consented, one has not granted the permission."""
    with OtherTenants(tenant, tmp_path) as running:
        for each in TENANTS:
            running.add(each, libapps(datetime.now(UTC)))
        running[REFUSED].consented = False
        running[WITHOUT_ROLE].tokens.roles.clear()
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a watchlist for each tenant, and one for the own tenant."""
    folder = tmp_path / "fifty"
    folder.mkdir()
    (folder / "home.toml").write_text(watchlist_toml())
    for number, each in enumerate(TENANTS, 1):
        (folder / f"library-{number}.toml").write_text(watchlist_toml(each))
    return folder


@pytest.fixture
def host(
    storage: Azurite, tenant: Tenant, other_tenants: OtherTenants, folder: Path, tmp_path: Path
) -> Iterator[Host]:
    settings = {
        **tenant.environment,
        **other_tenants.environment,
        "LAPSEWATCH_TABLES": storage.tables,
        "AzureWebJobsStorage": storage.tables,
        "LAPSEWATCH_SCHEDULE": "0 5 * * * *",
        "LAPSEWATCH_WATCHLIST": str(folder),
        "LAPSEWATCH_PAGE_URL": "https://lapsewatch.example.org/api/page",
    }
    with hosted(tmp_path, "--no-timers", "--signed-in", "Anna", app=ROOT, **settings) as running:
        yield running


def until(done: Callable[[], bool], host: Host) -> None:
    """Wait until `done` returns true."""
    end = time.monotonic() + 90
    while not done():
        assert time.monotonic() < end, host.log()[-4000:]
        time.sleep(0.1)


def checks(host: Host) -> list[dict[str, Any]]:
    """Return the log lines about checks."""
    lines = (
        line[line.index("{") :] for line in host.log().splitlines() if '"event": "check"' in line
    )
    return [json.loads(line) for line in lines]


def ask(host: Host, route: str, method: str = "GET", **more: Any) -> requests.Response:  # noqa: ANN401  (what requests takes)
    return requests.request(method, f"{host.url}/{route}", headers=KEY, timeout=60, **more)


def tick(host: Host) -> None:
    host.start("tick")


def test_each_tenant_is_checked_and_failed_ones_stay_due(
    host: Host, other_tenants: OtherTenants, tenant: Tenant, storage: Azurite
) -> None:
    assert ask(host, "health").text == "starting"
    tick(host)
    until(lambda: len(checks(host)) == 50, host)
    assert {line["tenant_id"] for line in checks(host) if line["outcome"] != "ok"} == {
        REFUSED,
        WITHOUT_ROLE,
    }
    cards = [json.dumps(posted.message, ensure_ascii=False) for posted in tenant.posted("its")]
    heard = {f"library-{number}" for number in range(1, 50)} - {"library-7", "library-8"} | {"home"}
    assert sorted(
        name for card in cards for name in heard if f"{name} |" in card.replace("\\", "")
    ) == sorted(heard)
    assert all("Open the status page" in card and "?tenant=" in card for card in cards)

    errors = {line["tenant_id"]: line["error"] for line in checks(host) if line["error"]}
    assert f"/{REFUSED}/adminconsent?client_id=" in errors[REFUSED]
    assert "AADSTS700016" in errors[REFUSED]
    assert "Application.Read.All" in errors[WITHOUT_ROLE]
    other_tenants[REFUSED].consented = True
    other_tenants[WITHOUT_ROLE].tokens.roles.add("Application.Read.All")
    tick(host)
    until(lambda: len(checks(host)) == 52, host)
    assert {line["tenant_id"]: line["outcome"] for line in checks(host)[-2:]} == {
        REFUSED: "ok",
        WITHOUT_ROLE: "ok",
    }
    assert len(tenant.posted("its")) == len(cards) + 2
    assert ask(host, "health").text == "ok"

    with QueueClient.from_connection_string(
        storage.tables, "tenants", message_encode_policy=TextBase64EncodePolicy()
    ) as queue:
        queue.send_message("nobody\n{}")
        until(lambda: "A queue message is dropped. The tenant 'nobody" in host.log(), host)
        until(lambda: not queue.peek_messages(), host)
    assert "failed, try" not in host.log()


def test_routes_use_the_tenant_of_the_query(
    lapsewatch: Lapsewatch, other_tenants: OtherTenants, few: Path, tmp_path: Path
) -> None:
    settings = {
        **lapsewatch.environment,
        **other_tenants.environment,
        "LAPSEWATCH_WATCHLIST": str(few),
    }
    with hosted(tmp_path, "--no-timers", "--signed-in", "Anna", app=ROOT, **settings) as host:
        checked = ask(host, f"check?tenant={TENANTS[0]}", "POST")
        assert (checked.status_code, [each["channel"] for each in checked.json()["told"]]) == (
            200,
            ["its"],
        )
        assert (
            ask(host, f"status?tenant={TENANTS[0]}").json()["services"][0]["standing"] == "expiring"
        )
        assert ask(host, "status?tenant=own").json()["check"]["outcome"] is None
        unnamed, unknown = ask(host, "status"), ask(host, "check?tenant=nobody", "POST")
        assert (unnamed.status_code, unknown.status_code) == (400, 404)
        assert f"{TENANTS[0]} (branch)" in unnamed.json()["detail"]
        assert all(
            ask(host, f"{feed}?tenant={TENANTS[0]}").status_code == 200
            for feed in ("metrics", "calendar.ics", "status.csv")
        )

        which = ask(host, "page")
        assert (
            which.status_code,
            f'href="/api/page?tenant={TENANTS[0]}">branch' in which.text,
        ) == (200, True)
        page = ask(host, f"page?tenant={TENANTS[0]}")
        assert f'action="/api/page/check?tenant={TENANTS[0]}"' in page.text
        form: dict[str, Any] = {
            "data": {"a": "b"},
            "headers": {"Sec-Fetch-Site": "same-origin"},
            "allow_redirects": False,
        }
        done = requests.post(f"{host.url}/page/check?tenant={TENANTS[0]}", timeout=60, **form)
        assert (done.status_code, done.headers["location"]) == (
            303,
            f"/api/page?tenant={TENANTS[0]}&done=check",
        )
        assert ask(host, "page?tenant=nobody").status_code == 404


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """Write watchlists for the own tenant, a consenting one, and one without consent."""
    folder = tmp_path / "watchlists"
    folder.mkdir()
    for name, each in (("home", ""), ("branch", TENANTS[0]), ("refused", REFUSED)):
        (folder / f"{name}.toml").write_text(watchlist_toml(each))
    return folder


@pytest.fixture
def commands(lapsewatch: Lapsewatch, other_tenants: OtherTenants, few: Path) -> Lapsewatch:
    """Return the command line for these watchlists."""
    lapsewatch.settings = {**other_tenants.environment, "LAPSEWATCH_WATCHLIST": str(few)}
    return lapsewatch


def test_tick_runs_for_all_tenants_despite_a_failure(commands: Lapsewatch) -> None:
    before = len(commands.cards())
    ran = commands("tick", "--json")
    assert ran.status == 1
    assert {key: each["outcome"] for key, each in ran.json["tenants"].items()} == {
        TENANTS[0]: "ok",
        "own": "ok",
        REFUSED: "failed",
    }
    assert "refused: " in ran.err
    assert "adminconsent" in ran.err
    assert len(commands.cards()) == before + 2
    again = commands("tick")
    assert again.status == 1
    assert again.out.index("branch") < again.out.index("home") < again.out.index("refused")
    assert len(commands.cards()) == before + 2


def test_commands_use_the_tenant_option(commands: Lapsewatch) -> None:
    unnamed, unknown = commands("status"), commands("check", "--tenant", "nobody")
    assert [(ran.status, ran.out) for ran in (unnamed, unknown)] == [(2, ""), (2, "")]
    assert (
        f"--tenant: Choose a tenant with --tenant or ?tenant=: {TENANTS[0]} (branch), own (home), "
        in unnamed.err
    )
    assert (
        commands("check", "--tenant", TENANTS[0], "--json").json["services"][0]["standing"]
        == "expiring"
    )
    assert commands("status", "--tenant", "own", "--json").json["check"]["outcome"] is None
    doctor = commands("doctor", "--tenant", REFUSED)
    assert doctor.status == 1
    assert f"/{REFUSED}/adminconsent" in "".join(doctor.out.split())
    found = commands("discover", "--client-id", LIBAPPS_CLIENT_ID, "--tenant", TENANTS[0])
    assert (found.status, "LibCal" in found.out) == (0, True)
