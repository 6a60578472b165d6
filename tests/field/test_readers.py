"""Those who read: monitors that ask by HEAD, narrow consoles, and Teams clients of years ago."""

import json
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryFile

import pytest
import requests

from local.stand_in.entra import Owner, ServicePrincipal, stamp
from shared.render.page.templates import assets
from tests.e2e.conftest import ROOT, Lapsewatch
from tests.field.apps import EXPIRING, FAR, LIBCAL, SOON, app, libapps, secret
from tests.field.harness import Expected, Field, Situation
from tests.functions_host.host_process import hosted
from tests.support.app_routes import levels
from tests.support.environment import WHOLE_TENANT
from tests.support.forks import program

KEY = {"x-functions-key": "local"}
HERE = Path(__file__).parent
GET = [path for path, method in levels() if method == "get"]


def test_head_is_answered_as_get_is(lapsewatch: Lapsewatch, tmp_path: Path) -> None:
    lapsewatch("check")
    signed_in = {"X-MS-TOKEN-AAD-ID-TOKEN": lapsewatch.tenant.id_token("Dana Example")}
    assert {"/health", "/calendar.ics", "/metrics", "/page"} <= {*GET}
    different = {}
    with hosted(tmp_path, "--no-timers", app=ROOT, **lapsewatch.environment) as host:
        for path in GET:
            url = host.url + path.format(name=next(iter(assets())), form="confirm")
            got, head = (
                requests.request(
                    method, url, headers=KEY | signed_in, timeout=60, allow_redirects=False
                )
                for method in ("GET", "HEAD")
            )
            assert got.status_code < 400, path
            ours = {name: head.headers.get(name) for name in ("Content-Type", "Cache-Control")}
            its = {name: got.headers.get(name) for name in ours}
            if (head.status_code, ours, head.content) != (got.status_code, its, b""):
                different[path] = (got.status_code, head.status_code)
    assert different == {}


@pytest.mark.parametrize("page", ["cp1252", "ascii", "cp437"])
def test_a_console_that_lacks_a_letter_gets_another_one(
    lapsewatch: Lapsewatch, now: datetime, page: str
) -> None:
    cal = secret("LibCal Łódź 2025", stamp(now + timedelta(days=20)))
    lapsewatch.tenant.directory.replace(
        [libapps(cal, secret("LibStaffer → 図書館", stamp(now + timedelta(days=400))))]
    )
    commands = [
        ["check"],
        ["status"],
        ["forecast"],
        ["confirm", "LibCal", "--key-id", cal.key_id, "--by", "Łucja Żak"],
        ["discover", "--client-id", lapsewatch.environment["LIBAPPS_CLIENT_ID"]],
    ]
    for command in commands:
        status, out, err = on_console(page, lapsewatch, *command)
        assert (status, "Traceback" in err) == (0, False), (command, err)
        assert "LibCal" in out


def on_console(page: str, lapsewatch: Lapsewatch, *command: str) -> tuple[int, str, str]:
    """Run a command on a console with a code page. Return its status and output."""
    with TemporaryFile() as out, TemporaryFile() as err:
        process = program("-W", "error::ResourceWarning").start(
            "tests.field.console",
            page,
            *command,
            environment=lapsewatch.environment,
            out=out,
            err=err,
        )
        status = process.wait(timeout=110)
        out.seek(0)
        err.seek(0)
        return status, out.read().decode(page), err.read().decode(page)


STANDINGS = Situation(
    [
        libapps(LIBCAL, secret(None, SOON), service_principal=ServicePrincipal("p", enabled=False)),
        app("Payroll", secret("pay", SOON), owners=(Owner("a1", "Ann", "ann@example.org"),)),
        app("Kiosk", secret("kiosk", "2027-05-10T00:00:00Z")),
    ],
    Expected(notified=[("its", "Payroll")], problems=1),
    tenant=WHOLE_TENANT,
)
RENEWED = Situation(
    lambda now: [
        EXPIRING
        if now.month == 5
        else libapps(LIBCAL, secret("LibCal 2027", FAR, starts="2027-06-01T00:00:00Z"))
    ],
    Expected(notified=[("its", "libcal")]),
)


def test_a_client_of_version_1_2_shows_every_card(field: Field) -> None:
    shown: list[object] = []
    for situation in (STANDINGS, RENEWED):
        story = field.play(situation)
        story.shows(situation.expect)
        shown += story.cards
    assert len(shown) > 5
    cards = {f"card {number}": card for number, card in enumerate(shown)}
    asked = json.dumps({"maxVersion": "1.2", "cards": cards})
    found = subprocess.run(
        ["node", str(HERE / "older_client.js")],
        input=asked,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert found.stdout.splitlines() == []
