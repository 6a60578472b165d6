"""No output contains a secret: commands and requests run with canaries, and all output is searched.

The canaries: the signature of the flow's URL, the URL and the secret of a webhook, the header and
the tokens of the managed identity, the function key, the heartbeat's URL, the key of the ledger,
and the ID token of the person.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
import requests
from azure.data.tables import TableServiceClient

from local.azurite import Azurite
from local.stand_in.managed_identity import MAIL_SENDER
from local.stand_in.stories import LIBAPPS_CLIENT_ID
from local.stand_in.tenant import Tenant
from local.stand_in.webhook_sink import SIGNING_SECRET
from tests.e2e.conftest import ROOT, Lapsewatch, Ran
from tests.functions_host.host_process import hosted
from tests.support.fault_proxy import Front, Pass
from tests.support.scripted import Asked, Reply

FUNCTION_KEY, MASTER_KEY = "canary-function-key", "canary-master-key"
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
ROUTES = [
    "status",
    "status?live=true",
    "status.csv",
    "health",
    "metrics",
    "calendar.ics",
    "page",
    "nowhere",
]
TROUBLES: dict[str, dict[str, int | str | bool]] = {
    "none": {},
    "the webhook is wrong": {"match": "teams", "status": 404, "body": "no such flow"},
    "nobody answers": {"match": "teams", "drop": True},
    "Graph refuses": {"match": "graph", "status": 401, "body": "{}"},
    "no token": {"match": "msi", "status": 400, "body": "{}"},
    "half a token": {},
}


class TokenRecorder:
    """A twist of the proxy that records all tokens, or cuts each in half."""

    def __init__(self) -> None:
        self.tokens: set[str] = set()
        self.cut = False

    def __call__(self, _: Asked, passed: Pass) -> Reply:
        try:
            answer = passed()
        except ConnectionError:
            return Reply(reset=True)
        if self.cut and b"access_token" in answer.body:
            half = answer.body[: len(answer.body) // 2]
            # an error quotes at most the beginning
            self.tokens.add(half.decode().rpartition('"')[2][:60])
            return Reply(200, half, answer.headers)
        self.tokens |= set(
            re.findall(r'"access_token": *"([^"]+)"', answer.body.decode("utf-8", "replace"))
        )
        return answer


@pytest.fixture
def recorder(tenant: Tenant) -> Iterator[tuple[Front, TokenRecorder]]:
    with Front(tenant.url) as front:
        tokens = TokenRecorder()
        front.twist = tokens
        yield front, tokens


@pytest.mark.parametrize("trouble", TROUBLES)
def test_no_output_contains_a_secret(
    lapsewatch: Lapsewatch,
    azurite: Azurite,
    recorder: tuple[Front, TokenRecorder],
    tmp_path: Path,
    trouble: str,
) -> None:
    front, recorded = recorder
    recorded.cut = trouble == "half a token"
    tenant = lapsewatch.tenant
    lapsewatch.settings = {
        name: front.placed(value) for name, value in tenant.environment.items()
    } | {
        "LAPSEWATCH_TABLES": azurite.tables,
        "TEAMS_WEBHOOK_URL": front.placed(tenant.teams_url("its"))
        + "?sp=%2Ftriggers&sv=1.0&sig=canary-signature",
        "LAPSEWATCH_HEARTBEAT_URL": front.placed(tenant.heartbeat_url("canary-heartbeat")),
        "LAPSEWATCH_SIGN_IN_ISSUER": tenant.environment["LAPSEWATCH_SIGN_IN_ISSUER"],
        "LAPSEWATCH_SCHEDULE": "0 5 * * * *",
        "LAPSEWATCH_MAIL_SENDER": MAIL_SENDER,
        "DESK_URL": front.placed(tenant.webhook_url("canary-desk")),
        "DESK_SECRET": SIGNING_SECRET,
        "FLOW_URL": front.placed(tenant.flow_url("flow")),
        "LAPSEWATCH_WATCHLIST": str(_with_mail(tmp_path)),
    }
    if fault := TROUBLES[trouble]:
        tenant.fault(
            str(fault["match"]),
            times=None,
            **{side: value for side, value in fault.items() if side != "match"},  # type: ignore[arg-type]  # a fault, by keyword
        )
    outputs = {" ".join(command): output_of(lapsewatch(*command)) for command in COMMANDS}
    tenant.add_secret(
        LIBAPPS_CLIENT_ID, name="LibCal 2030", ends=datetime.now(UTC) + timedelta(days=700)
    )
    id_token = tenant.id_token("Dana Example")
    keys = {"LOCAL_FUNCTION_KEY": FUNCTION_KEY, "LOCAL_MASTER_KEY": MASTER_KEY}
    with hosted(tmp_path, "--no-timers", app=ROOT, **lapsewatch.settings, **keys) as host:
        headers = {"x-functions-key": FUNCTION_KEY, "X-MS-TOKEN-AAD-ID-TOKEN": id_token}
        for method, route in [
            *(("GET", route) for route in ROUTES),
            ("POST", "check"),
            ("POST", "page/check"),
        ]:
            answer = requests.request(
                method,
                f"{host.url}/{route}",
                headers=headers | {"Sec-Fetch-Site": "same-origin"},
                timeout=60,
            )
            outputs[f"{method} {route}"] = f"{answer.headers}\n{answer.text}"
        host.start("tick", MASTER_KEY)
    outputs["the host's log"] = host.log() + "".join(host.greeting)
    outputs["the ledger"] = rows(azurite)
    outputs["the cards"] = "".join(lapsewatch.cards()) + "".join(
        str(posted.headers) for posted in tenant.posted("its")
    )
    outputs["the mails"] = "".join(_texts(mail.message) for mail in tenant.mails())
    secrets = {
        "the webhook's signature": "canary-signature",
        "the header of the identity": tenant.identity_header,
        "the function key": FUNCTION_KEY,
        "the master key": MASTER_KEY,
        "the URL of a webhook": "canary-desk",
        "the secret of a webhook": SIGNING_SECRET.removeprefix("whsec_"),
        "the heartbeat": "canary-heartbeat",
        "the key of the ledger": dict(
            part.split("=", 1) for part in azurite.tables.strip(";").split(";")
        )["AccountKey"],
        "the ID token": id_token,
        **{f"token {number}": token for number, token in enumerate(recorded.tokens)},
    }
    assert recorded.tokens or trouble == "no token"
    assert [
        where
        for where, text in outputs.items()
        if not text and where not in {"the cards", "the mails"}
    ] == []
    assert (outputs["the cards"] and outputs["the mails"]) or trouble != "none"
    assert (tenant.received("canary-desk") and tenant.posted("flow")) or trouble != "none"
    found = [
        (what, where)
        for what, secret in secrets.items()
        for where, text in outputs.items()
        if secret in text
    ]
    assert found == []


def _with_mail(folder: Path) -> Path:
    """Write a watchlist with a channel of each kind."""
    (folder / "runbooks").symlink_to(ROOT / "runbooks")
    plain = (
        (ROOT / "watchlist.toml")
        .read_text(encoding="utf-8")
        .replace('installer = ["libapps"]', 'installer = ["staff", "desk", "flow"]')
    )
    file = folder / "watchlist.toml"
    file.write_text(
        f'{plain}\n[channels.staff]\nkind = "email"\nto = ["staff@example.org"]\n'
        '[channels.desk]\nkind = "webhook"\nurl = "env:DESK_URL"\nsecret = "env:DESK_SECRET"\n'
        '[channels.flow]\nkind = "teams"\nurl = "env:FLOW_URL"\nauth = "identity"\n',
        encoding="utf-8",
    )
    return file


def _texts(mail: EmailMessage) -> str:
    """Return a mail as sent, and each of its parts decoded."""
    return mail.as_string() + "".join(
        part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"
    )


def output_of(ran: Ran) -> str:
    assert "Traceback" not in ran.err
    return f"{ran.status}\n{ran.out}\n{ran.err}"


def rows(azurite: Azurite) -> str:
    with TableServiceClient.from_connection_string(azurite.tables) as service:
        table = service.get_table_client("Lapsewatch")
        return json.dumps([dict(row) for row in table.list_entities()], default=str) or "none"
