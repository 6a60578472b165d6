"""Names that programs read keep their spelling: JSON, log line, metrics, spreadsheet, calendar.

All are written out here and compared with what the program produces from the recorded ledger. A new
name is added here; a name that is renamed or gone breaks a promise.
"""

import csv
import json
import re
from typing import Any

import pytest

from local.stand_in.tenant import Tenant
from shared.render.feeds.check_document import check_document
from shared.render.feeds.decision_document import decision_document
from shared.render.feeds.forecast import forecast_document
from shared.render.feeds.log_line import log_line
from shared.render.feeds.metrics import metrics
from shared.render.feeds.spreadsheet import status_csv
from shared.render.feeds.status_document import status_document
from tests.recorded.replay import environment, fill, program, recorded_ledger, restore
from tests.render.page.page_cases import WATCHLIST, single
from tests.support.hand_over_records import hand_over, opened
from tests.support.names import names_in, table
from tests.support.notices import service_view

NOW = "2026-11-17T18:30:00+00:00"
SERVICES = """
    /services: id name app standing severity days_left ends in_use confirmed replacement leftovers
    /services: installed_by rotates_every next_step next_message acknowledged hand_over
    /services/app: client_id object_id name
    /services/in_use: key_id kind name hint starts ends assumed over
    /services/confirmed: at by object_id evidence
    /services/replacement: key_id kind name hint starts ends
    /services/leftovers: key_id kind name hint starts ends
    /services/acknowledged: until why by object_id at
"""
STATUS = table(f"""
    /: generated_at worst check services unclaimed ignored requests apps tenant read
    /check: last_success last_attempt outcome error stale evidence
    {SERVICES.strip()}
    /unclaimed: item app standing severity days_left ends credential matched_by wanted_by next_step
    /unclaimed: next_message
    /unclaimed/app: client_id object_id name
    /unclaimed/credential: key_id kind name hint starts ends
    /requests: services to subject body
    /apps: client_id object_id name found problems severity
    /tenant: applications credentials read_at error left_out worst total items after
    /tenant/items: item holder app standing severity days_left ends credential first_seen
    /tenant/items: acknowledged ignored
    /tenant/items/app: client_id object_id name
    /tenant/items/credential: key_id kind name hint starts ends
    /read: applications credentials requests seconds
""")
CHECK = table(f"""
    /: checked_at outcome error read told services tenant dry_run
    /read: applications credentials requests seconds
    /told: channel delivered error items
    /told/items: item name standing reason severity days_left
    {SERVICES.strip()}
    /tenant: complete error applications credentials requests items owners_later
""")
DECISION = table("/: at kind by object_id services key_id why")
FORECAST = table("""
    /: generated_at until unread messages
    /unread: client_id name
    /messages: on at channel introduction items
    /messages/items: item name standing reason severity days_left
""")
LOG_LINE = table("""
    /: event version tenant_id checked_at outcome error applications credentials requests seconds
    /: worst messages tenant undelivered reasons left_out
    /tenant: complete error applications credentials requests items owners_later
""")
CSV = (
    "kind,item,name,app,standing,severity,days_left,ends,ends_at,zone,ends_utc,credential,credential_kind,hint,key_id,"
    "whose_turn,next_step,next_message,acknowledged_until,acknowledged_by,acknowledged_why,ignored_by,"
    "hand_over"
)
CSV_KINDS = {"service", "unclaimed", "leftover", "app", "tenant"}
GAUGES = table("""
    lapsewatch_app_problems:
    lapsewatch_credential_expires_timestamp_seconds: app service credential kind
    lapsewatch_days_left: service
    lapsewatch_last_attempt_timestamp_seconds:
    lapsewatch_last_outcome: outcome
    lapsewatch_last_success_timestamp_seconds:
    lapsewatch_services:
    lapsewatch_severity: service
    lapsewatch_stale:
    lapsewatch_standing: service standing
    lapsewatch_tenant_applications:
    lapsewatch_tenant_credentials:
    lapsewatch_tenant_items: severity
    lapsewatch_tenant_read_timestamp_seconds:
    lapsewatch_unclaimed:
    lapsewatch_unread_services:
    lapsewatch_worst:
""")
LABELS = {
    "outcome": "ok partial failed",
    "severity": "ok notice warning critical",
    "standing": "app_problem unmatched awaiting_install missing expired expiring healthy",
}


@pytest.fixture
def apps(tenant: Tenant) -> None:
    """Put the tenant of the day with the most messages into the stand-in."""
    recorded = recorded_ledger()["checks"]["the day after, much has changed"]
    fill(tenant, recorded["apps"], recorded["used"])


@pytest.mark.usefixtures("apps")
def test_the_status_document(settings: dict[str, str]) -> None:
    with program(settings, NOW) as watch:
        found = [
            status_document(watch.status(live=live), watch.watchlist) for live in (False, True)
        ]
    assert names_in(found) == STATUS


@pytest.mark.usefixtures("apps")
def test_the_check_document_and_the_line_of_the_log(settings: dict[str, str]) -> None:
    with program(settings, NOW) as watch:
        dry = check_document(watch.dry_run(), watch.watchlist)
        result = watch.check()
        done = check_document(result, watch.watchlist)
        line = json.loads(log_line(result, watch.watchlist.key))
    assert names_in([dry, done]) == CHECK
    assert dry.keys() - done.keys() == {"dry_run"}
    assert names_in(line) == LOG_LINE
    assert (line["event"], line["tenant_id"], line["reasons"][0]) == (
        "check",
        "own",
        "printing:shorter",
    )


def test_the_document_of_a_decision(settings: dict[str, str]) -> None:
    with program(settings, NOW) as watch:
        found = [decision_document(each) for each in watch.ledger.decisions("libcal")["libcal"]]
    assert names_in(found) == DECISION


def test_the_forecast(tenant: Tenant, settings: dict[str, str]) -> None:
    with program(settings, NOW) as watch:
        known = forecast_document(watch.forecast())
    restore(settings["LAPSEWATCH_TABLES"], [])
    with program(environment(tenant, settings["LAPSEWATCH_TABLES"]), NOW) as watch:
        unread = forecast_document(watch.forecast())
    assert names_in([known, unread]) == FORECAST


def test_the_columns_of_the_spreadsheet(settings: dict[str, str]) -> None:
    with program(settings, NOW) as watch:
        lines = status_csv(watch.status(), watch.watchlist).removeprefix("\ufeff").splitlines()
    assert lines[0] == CSV
    assert {row["kind"] for row in csv.DictReader(lines)} == CSV_KINDS


def test_the_gauges_and_their_labels(settings: dict[str, str]) -> None:
    with program(settings, NOW) as watch:
        text = metrics(watch.status(), watch.watchlist)
    found: dict[str, set[str]] = {}
    values: dict[str, set[Any]] = {}
    for name, labels in re.findall(r"^(\w+)(?:\{(.*)\})? \S+$", text, re.MULTILINE):
        pairs = re.findall(r'(\w+)="(.*?)"', labels)
        found.setdefault(name, set()).update(label for label, _ in pairs)
        for label, value in pairs:
            values.setdefault(label, set()).add(value)
    assert found == GAUGES
    assert {label: values[label] for label in LABELS} == {
        label: set(each.split()) for label, each in LABELS.items()
    }


def test_a_hand_over() -> None:
    record = opened(hand_over(), "Dana Example", "Eve Example")
    view = service_view(hand_over=record, hands_over=True)
    status = single(view).status
    document: Any = status_document(status, WATCHLIST)
    kept = [each["hand_over"] for each in document["services"] if each["hand_over"] is not None]
    assert names_in(kept) == table("""
        /: state key_id hint by at until opened
        /opened: by at
    """)
    states = re.findall(r'lapsewatch_hand_overs{state="(\w+)"} (\d)', metrics(status, WATCHLIST))
    assert states == [("ready", "0"), ("opened", "1"), ("failed", "0")]
