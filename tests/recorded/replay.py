"""A ledger as rows, and what the program reads, sends and writes with it on any day.

The recording (`record.py`) and the test both use this module, so their results can be compared. The
tenant is the stand-in, set over HTTP; the table is the app's own on Azurite. Sentences for people
are not compared.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from azure.core.exceptions import ResourceExistsError
from azure.data.tables import EdmType, EntityProperty, TableClient, UpdateMode

from local.stand_in.tenant import Tenant
from shared.adapters.table.ledger import TableLedger
from shared.bootstrap import ROOT, watching
from shared.config.settings_loader import load
from shared.render.feeds.calendar_events import calendar
from shared.render.feeds.check_document import check_document
from shared.render.feeds.decision_document import decision_document
from shared.render.feeds.forecast import forecast_document
from shared.render.feeds.status_document import status_document
from shared.usecases.check import Watch

type Json = dict[str, Any]
type Rows = Mapping[tuple[str, str], Json]
"""By partition and row key."""

FOLDER = Path(__file__).parent
RECORDED = FOLDER / "ledger_3fa8a6c.json"
WATCHLIST = FOLDER / "watchlist.toml"
TABLE = "Lapsewatch"
CHANNELS = ("its", "admins", "old")
ROLES = ["Application.Read.All", "AuditLog.Read.All", "Mail.Send", "User.ReadBasic.All"]
SIGN_IN = ("IDENTITY_ENDPOINT", "IDENTITY_HEADER")
"""Settings that azure-identity reads from the process itself."""
PROSE = {"next_step", "error", "evidence", "disabled"}
"""Names of sentences for people: only whether there is one is compared."""
TYPE = "@odata.type"
_RANDOM = re.compile(r"(~check|~decision):\d{18}\|[0-9a-f]{8}")
"""Keys with a random last part, which separates two rows of one instant."""


def recorded_ledger() -> Json:
    """Return the recording."""
    return dict(json.loads(RECORDED.read_text("utf-8")))


def environment(tenant: Tenant, tables: str, watchlist: Path = WATCHLIST) -> dict[str, str]:
    """Return the settings of the program."""
    return {
        **tenant.environment,
        **{f"{name.upper()}_WEBHOOK": tenant.teams_url(name) for name in CHANNELS},
        "LAPSEWATCH_TABLES": tables,
        "LAPSEWATCH_WATCHLIST": str(watchlist),
        "LAPSEWATCH_SCHEDULE": "0 5 * * * *",
        "LAPSEWATCH_MAIL_SENDER": "alerts@example.org",
        "LAPSEWATCH_SIGN_INS": "on",
    }


@contextmanager
def program(settings: Mapping[str, str], now: str) -> Iterator[Watch]:
    """Yield the program as the composition root wires it, with a clock that stays at `now`."""
    instant = datetime.fromisoformat(now)

    def clock() -> datetime:
        return instant

    configured = load(settings, ROOT)
    with (
        watching(configured, environment=settings) as wired,
        TableLedger(settings["LAPSEWATCH_TABLES"], clock) as ledger,
    ):
        assert wired.inventory is not None
        yield replace(
            wired,
            ledger=ledger,
            clock=clock,
            inventory=replace(
                wired.inventory, ledger=ledger.inventory, clock=clock, decided=ledger.load
            ),
        )


def put(tenant: Tenant, what: str, body: object, method: str = "PUT") -> None:
    """Change the stand-in tenant with `/control`."""
    requests.request(
        method, f"{tenant.url}/control/{what}", json=body, timeout=10
    ).raise_for_status()


def fill(tenant: Tenant, apps: Sequence[Json], used: Mapping[str, str]) -> None:
    """Put apps into the tenant, and the last use of credentials, by key id, into its report.

    An app without a service principal gets one: when the ledger was recorded, it was not missed.
    It is in no list, since it would be counted there.
    """
    put(tenant, "apps", [_with_principal(app) for app in apps])
    for key_id, at in used.items():
        put(tenant, "sign-ins", {"key_id": key_id, "at": at}, "POST")


def _with_principal(app: Json) -> Json:
    hidden = {"object_id": f"{app['object_id'][:-4]}ffff", "listed": False}
    return {**app, "service_principal": app.get("service_principal") or hidden}


def looked_at(settings: Mapping[str, str], now: str, until: str) -> Json:
    """Read the ledger: the status at `now`, the decisions, the forecast and the calendar's ids."""
    with program(settings, now) as watch:
        services = sorted(watch.watchlist.services)
        status = watch.status()
        return {
            "status": wordless(status_document(status, watch.watchlist)),
            "history": {
                service: [decision_document(each) for each in decided]
                for service, decided in watch.ledger.decisions(*services).items()
            },
            "forecast": wordless(forecast_document(watch.forecast(date.fromisoformat(until)))),
            "events": re.findall(r"(?m)^UID:(.*?)\r?$", calendar(status, watch.watchlist, ())),
        }


def checked(tenant: Tenant, settings: Mapping[str, str], now: str) -> Json:
    """Check at `now`: return the result, what was sent to whom, and the changed rows."""
    before = rows(settings["LAPSEWATCH_TABLES"])
    sent_before = _sent(tenant)
    with program(settings, now) as watch:
        document = check_document(watch.check(), watch.watchlist)
    after = rows(settings["LAPSEWATCH_TABLES"])
    written = [certain(row) for key, row in after.items() if before.get(key) != row]
    gone = [f"{partition} {row}" for partition, row in before if (partition, row) not in after]
    return {
        "check": wordless(document),
        "sent": dict(sorted((_sent(tenant) - sent_before).items())),
        "written": [wordless(row) for row in written],
        "gone": gone,
    }


def _sent(tenant: Tenant) -> Counter[str]:
    """Count what was sent: cards by webhook, mails by address."""
    json_please = {"Accept": "application/json"}
    mails = requests.get(f"{tenant.url}/mails", headers=json_please, timeout=10).json()
    cards = {
        name: len(requests.get(tenant.teams_url(name), headers=json_please, timeout=10).json())
        for name in CHANNELS
    }
    return Counter(cards) + Counter(dict(mail["headers"])["To"] for mail in mails)


@contextmanager
def _table(tables: str) -> Iterator[TableClient]:
    with TableClient.from_connection_string(tables, TABLE) as table:
        assert urlsplit(table.url).hostname == "127.0.0.1"  # it is emptied
        with suppress(ResourceExistsError):
            table.create_table()
        yield table


def rows(tables: str) -> Rows:
    """Return the rows of the whole table in the order of their keys."""
    with _table(tables) as table:
        return {
            (row["PartitionKey"], row["RowKey"]): row for row in map(_row, table.list_entities())
        }


def certain(row: Json) -> Json:
    """Return a row without the random part of its key."""
    return (
        row | {"RowKey": row["RowKey"].rpartition("|")[0]}
        if _RANDOM.fullmatch(row["RowKey"])
        else row
    )


def _row(entity: Mapping[str, Any]) -> Json:
    """Return a row as the JSON of the table: a column that is not text has its type beside it."""
    row: Json = {}
    for name, value in entity.items():
        kind = (
            EdmType(value.edm_type).value
            if isinstance(value, EntityProperty)
            else _KINDS[type(value)]
        )
        row[name] = value.value if isinstance(value, EntityProperty) else value
        if kind != "Edm.String":
            row[name + TYPE] = kind
    return row


_KINDS = {str: "Edm.String", bool: "Edm.Boolean", int: "Edm.Int32", float: "Edm.Double"}


def restore(tables: str, recorded: Sequence[Json]) -> None:
    """Replace the rows of the table."""
    with _table(tables) as table:
        for old in list(table.list_entities()):
            table.delete_entity(old["PartitionKey"], old["RowKey"])
        for row in recorded:
            typed = {
                name: EntityProperty(value, EdmType(row.get(name + TYPE, "Edm.String")))
                if name not in ("PartitionKey", "RowKey")
                else value
                for name, value in row.items()
                if not name.endswith(TYPE)
            }
            table.upsert_entity(typed, mode=UpdateMode.REPLACE)


def wordless(found: Any) -> Any:  # noqa: ANN401  (any JSON)
    """Return the JSON without sentences for people; of a list of them, return the number."""
    if isinstance(found, list):
        return [wordless(each) for each in found]
    if not isinstance(found, dict):
        return found
    return {
        name: "(a sentence)"
        if name in PROSE and isinstance(value, str) and value
        else len(value)
        if name == "problems"
        else wordless(value)
        for name, value in found.items()
    }


def dumped(value: object, indent: str = "", wide: int = 400) -> str:
    """Return JSON that people can read: what fits is on one line."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(flat) <= wide or not isinstance(value, dict | list) or not value:
        return flat
    deeper = indent + "  "
    if isinstance(value, list):
        return (
            "[\n"
            + ",\n".join(deeper + dumped(each, deeper, wide) for each in value)
            + f"\n{indent}]"
        )
    return (
        "{\n"
        + ",\n".join(
            f"{deeper}{json.dumps(name)}: {dumped(each, deeper, wide)}"
            for name, each in value.items()
        )
        + f"\n{indent}}}"
    )
