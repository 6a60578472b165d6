"""The timer, the HTTP route, the command line and a person on the page at the same time."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from local.stand_in.stories import LIBAPPS_CLIENT_ID
from shared.adapters.table.ledger import TableLedger
from tests.e2e.conftest import ROOT, Lapsewatch
from tests.functions_host.host_process import Host, hosted

KEY = {"x-functions-key": "local"}
SLOW = 3.0
"""Seconds that Teams takes to answer, so that the checks overlap."""


@pytest.fixture
def host(lapsewatch: Lapsewatch, tmp_path: Path) -> Iterator[Host]:
    settings = {
        **lapsewatch.tenant.environment,
        "LAPSEWATCH_TABLES": lapsewatch.tables,
        "LAPSEWATCH_SCHEDULE": "0 5 * * * *",
    }
    with hosted(tmp_path, "--no-timers", app=ROOT, **settings) as running:
        yield running


def posted(host: Host) -> dict[str, object]:
    answer = requests.post(f"{host.url}/check", headers=KEY, timeout=60)
    assert answer.status_code == 200, answer.text or host.log()
    document: dict[str, object] = answer.json()
    return document


def wait_for_cards(lapsewatch: Lapsewatch, cards: int) -> None:
    """Wait until Teams has received this number of cards."""
    end = time.monotonic() + 60
    while lapsewatch.tenant.requests()["POST /teams/its"] < cards:
        assert time.monotonic() < end
        time.sleep(0.05)


def test_checks_at_once_send_once_and_keep_decisions(lapsewatch: Lapsewatch, host: Host) -> None:
    tenant = lapsewatch.tenant
    tenant.fault("teams", times=None, delay=SLOW)
    with ThreadPoolExecutor(3) as pool, lapsewatch.started("check", "--json") as command:
        over_http = pool.submit(posted, host)
        host.start("tick")
        ran = command.ended()
        outcomes = {ran.json["outcome"], over_http.result()["outcome"]}
        assert (ran.status, ran.err) == (0, "")
        assert outcomes <= {"ok", "busy", "not_owed"}
        while posted(host)["outcome"] == "busy":  # until the tick has ended
            time.sleep(0.1)
        assert len(lapsewatch.cards()) == 1

        ends = datetime.now(UTC).replace(microsecond=0) + timedelta(days=730)
        new = {
            "key_id": tenant.add_secret(
                LIBAPPS_CLIENT_ID, name="LibCal 2028", hint="r2B", ends=ends
            )
        }
        over_http = pool.submit(posted, host)
        wait_for_cards(lapsewatch, 2)
        form = {"service": "libcal", **new, "hint": "r2B", "ends": f"{ends:%Y-%m-%dT%H:%M:%SZ}"}
        signed_in = {
            "X-MS-TOKEN-AAD-ID-TOKEN": tenant.id_token("Dana Example"),
            "Sec-Fetch-Site": "same-origin",
        }
        confirmed = requests.post(
            f"{host.url}/page/confirm", form, headers=signed_in, timeout=60, allow_redirects=False
        )
        assert confirmed.status_code == 303, confirmed.text
        assert over_http.result()["outcome"] == "ok"
    tenant.clear_faults()
    assert lapsewatch("check", "--json").json["outcome"] == "ok"
    assert "LibCal is safe until" in lapsewatch.cards()[-1]
    with TableLedger(lapsewatch.tables, lambda: datetime.now(UTC)) as ledger:
        held, (decision,) = (
            ledger.load().in_use_records["libcal"],
            ledger.decisions("libcal")["libcal"],
        )
    assert decision.by is not None
    assert (held.key_id, held.assumed, decision.by.name) == (new["key_id"], False, "Dana Example")
    assert "CheckFailed" not in host.log()
    assert "Traceback" not in host.log()
