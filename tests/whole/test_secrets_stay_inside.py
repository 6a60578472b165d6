"""No secret is in anything that the program says: a story with a canary in each is lived through, and everything that came out is searched.

The canaries: the webhook's signature, the header of the managed identity, each token it gave, the function key, the heartbeat's
URL, the key in the connection string of the ledger, and the ID token of who is signed in.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from azure.data.tables import TableServiceClient

from local.azurite import Azurite
from local.stories import LIBAPPS_CLIENT_ID
from local.tenant import Tenant
from tests.local.host_process import hosted
from tests.support.front import Asked, Front, Pass, Reply
from tests.whole.conftest import ROOT, Lapsewatch, Ran

FUNCTION_KEY = "canary-function-key"
COMMANDS = [
    ["check"],
    ["check", "--json"],
    ["status", "--json"],
    ["status", "--csv"],
    ["forecast"],
    ["discover", "--client-id", LIBAPPS_CLIENT_ID],
    ["doctor", "--send-test"],
    ["confirm", "libcal", "--key-id", "unknown"],
]
ROUTES = ["status", "status?live=true", "status.csv", "health", "metrics", "calendar.ics", "page", "nowhere"]
TROUBLES: dict[str, dict[str, int | str | bool]] = {
    "none": {},
    "the webhook is wrong": {"match": "teams", "status": 404, "body": "no such flow"},
    "nobody answers": {"match": "teams", "drop": True},
    "Graph refuses": {"match": "graph", "status": 401, "body": "{}"},
    "no token": {"match": "msi", "status": 400, "body": "{}"},
}


class Ears:
    """Stands before the tenant, and notes every token that passes."""

    def __init__(self) -> None:
        self.tokens: set[str] = set()

    def __call__(self, _: Asked, passed: Pass) -> Reply:
        try:
            answer = passed()
        except ConnectionError:
            return Reply(reset=True)
        self.tokens |= set(re.findall(r'"access_token": *"([^"]+)"', answer.body.decode("utf-8", "replace")))
        return answer


@pytest.fixture
def ears(tenant: Tenant) -> Iterator[tuple[Front, Ears]]:
    with Front(tenant.url) as front:
        noted = Ears()
        front.twist = noted
        yield front, noted


@pytest.mark.parametrize("trouble", TROUBLES)
def test_no_secret_is_in_anything_that_comes_out(
    lapsewatch: Lapsewatch, azurite: Azurite, ears: tuple[Front, Ears], tmp_path: Path, trouble: str
) -> None:
    front, noted = ears
    tenant = lapsewatch.tenant
    lapsewatch.settings = {name: front.placed(value) for name, value in tenant.environment.items()} | {
        "LAPSEWATCH_TABLES": azurite.tables,
        "TEAMS_WEBHOOK_URL": front.placed(tenant.teams_url("its")) + "?sp=%2Ftriggers&sv=1.0&sig=canary-signature",
        "LAPSEWATCH_HEARTBEAT_URL": front.placed(tenant.heartbeat_url("canary-heartbeat")),
        "LAPSEWATCH_SIGN_IN_ISSUER": tenant.environment["LAPSEWATCH_SIGN_IN_ISSUER"],
        "LAPSEWATCH_SCHEDULE": "0 5 * * * *",
    }
    if fault := TROUBLES[trouble]:
        tenant.fault(str(fault["match"]), times=None, **{side: value for side, value in fault.items() if side != "match"})  # type: ignore[arg-type]  # the sides of a fault, by name
    came_out = {" ".join(command): said(lapsewatch(*command)) for command in COMMANDS}
    tenant.add_secret(LIBAPPS_CLIENT_ID, name="LibCal 2030", ends=datetime.now(UTC) + timedelta(days=700))
    id_token = tenant.id_token("Dana Example")
    with hosted(tmp_path, "--no-timers", app=ROOT, **lapsewatch.settings, LOCAL_FUNCTION_KEY=FUNCTION_KEY) as host:
        headers = {"x-functions-key": FUNCTION_KEY, "X-MS-TOKEN-AAD-ID-TOKEN": id_token}
        for method, route in [*(("GET", route) for route in ROUTES), ("POST", "check"), ("POST", "page/check")]:
            answer = requests.request(method, f"{host.url}/{route}", headers=headers | {"Sec-Fetch-Site": "same-origin"}, timeout=60)
            came_out[f"{method} {route}"] = f"{answer.headers}\n{answer.text}"
        requests.post(f"{host.root}/admin/functions/tick", headers=headers, timeout=60)
    came_out["the host's log"] = host.log() + "".join(host.greeting)
    came_out["the ledger"] = rows(azurite)
    came_out["the cards"] = "".join(lapsewatch.cards())
    secrets = {
        "the webhook's signature": "canary-signature",
        "the header of the identity": tenant.identity_header,
        "the function key": FUNCTION_KEY,
        "the heartbeat": "canary-heartbeat",
        "the key of the ledger": dict(part.split("=", 1) for part in azurite.tables.strip(";").split(";"))["AccountKey"],
        "the ID token": id_token,
        **{f"token {number}": token for number, token in enumerate(noted.tokens)},
    }
    assert noted.tokens or trouble == "no token"
    assert [where for where, text in came_out.items() if not text and where != "the cards"] == []
    assert came_out["the cards"] or trouble != "none"
    found = [(what, where) for what, secret in secrets.items() for where, text in came_out.items() if secret in text]
    assert found == []


def said(ran: Ran) -> str:
    assert "Traceback" not in ran.err
    return f"{ran.status}\n{ran.out}\n{ran.err}"


def rows(azurite: Azurite) -> str:
    with TableServiceClient.from_connection_string(azurite.tables) as service:
        table = service.get_table_client("Lapsewatch")
        return json.dumps([dict(row) for row in table.list_entities()], default=str) or "none"
