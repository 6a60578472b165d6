"""Without the setting, hand-overs cost nothing: no import, no request, nothing to see."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import azure.functions as func
from azure.data.tables import TableServiceClient

from local.stand_in.stories import LIBAPPS_CLIENT_ID
from shared.bootstrap import settings, watching
from shared.config.setting_list import HAND_OVER_VAULT
from shared.core.model.check_record import Outcome
from tests.e2e.conftest import ROOT
from tests.e2e.test_handing_over import VALUE, Commands, commands  # noqa: F401  (the fixture)
from tests.support.app_routes import functions
from tests.support.fault_proxy import Front

TOKEN = "x-ms-token-aad-id-token"
LIVED = """
import json, sys
from tests.e2e.test_hand_overs_off import page
from shared.bootstrap import settings, watching
with watching(settings()) as watch:
    outcomes = [watch.check().outcome, watch.tick().outcome]
shown = page(sys.argv[1])
names = ("azure.keyvault", "shared.adapters.vault.key_vault", "shared.adapters.identity.person",
         "shared.adapters.graph.create_secret")
print(json.dumps([outcomes, shown, [each for each in sys.modules if each.startswith(names)]]))
"""


def page(token: str) -> str:
    """Return the page of the app, as Easy Auth lets somebody see it."""
    url = "http://127.0.0.1/api/page"
    request = func.HttpRequest("GET", url, headers={TOKEN: token}, params={}, body=b"")
    found = functions()["page"].get_user_function()(request)
    assert isinstance(found, func.HttpResponse)
    assert found.status_code == 200
    return found.get_body().decode()


def installer(commands: Commands) -> str:  # noqa: F811  (the fixture)
    return commands.tenant.id_token("Dana Example", roles=["Installer"])


def test_off_nothing_is_imported_or_shown(commands: Commands) -> None:  # noqa: F811  (the fixture)
    ends = datetime.now(UTC) + timedelta(days=730)
    commands.tenant.add_secret(LIBAPPS_CLIENT_ID, name="LibCal 2028", ends=ends, hint=VALUE[:3])
    commands("hand-over", "libcal", typed=VALUE)
    assert commands("status", "--json").json["services"][0]["hand_over"]["state"] == "ready"
    assert 'action="/api/page/show-value"' in page(installer(commands))
    commands.environment.delenv(HAND_OVER_VAULT)
    ran = subprocess.run(
        [sys.executable, "-c", LIVED, installer(commands)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    outcomes, shown, imported = json.loads(ran.stdout)
    assert (outcomes[0], imported) == (Outcome.OK, [])
    for name in ("hand-over", "show-value", "withdraw", "Handed over"):
        assert name not in shown
    services = commands("status", "--json").json["services"]
    assert [each["hand_over"] for each in services] == [None, None]
    for act in (
        ("hand-over", "libcal"),
        ("hand-over", "libcal", "--withdraw"),
        ("renew", "libcal"),
    ):
        assert commands(*act).status == 2


def test_off_the_ledger_is_asked_for_nothing_more(commands: Commands) -> None:  # noqa: F811  (the fixture)
    commands("check")
    token = installer(commands)
    with counted(commands) as on:
        live(token)
    commands.environment.delenv(HAND_OVER_VAULT)
    with counted(commands) as off:
        live(token)
    [more] = (on - off).elements()
    assert "RowKey ge 'handover:'" in more
    assert off - on == Counter()
    assert "handover" not in str(off)


def live(token: str) -> None:
    """Let a tick come that has nothing to do, and show the page."""
    with watching(settings()) as watch:
        assert watch.tick().outcome == Outcome.NOT_DUE
    page(token)


@contextmanager
def counted(commands: Commands) -> Iterator[Counter[str]]:  # noqa: F811  (the fixture)
    """Yield the requests to the ledger that are made in the block."""
    with (
        TableServiceClient.from_connection_string(commands.tables) as service,
        Front(service.url) as front,
    ):
        commands.environment.setenv("LAPSEWATCH_TABLES", front.placed(commands.tables))
        found: Counter[str] = Counter()
        yield found
        commands.environment.setenv("LAPSEWATCH_TABLES", commands.tables)
        found.update(f"{each.method} {each.path}" for each in front.asked)
