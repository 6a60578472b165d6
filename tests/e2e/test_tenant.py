"""The inventory: commands, the ledger, and mail to owners."""

import csv
import io
import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from azure.data.tables import TableClient

from local.simulation.build import CHICAGO, noon
from local.stand_in.entra import ClientSecret, Owner, Registration, stamp
from local.stand_in.graph import READ_USERS
from local.stand_in.managed_identity import MAIL_SENDER
from local.stand_in.stories import tell
from shared.render.text.dates import when
from tests.e2e.conftest import ROOT, Lapsewatch

ANN = Owner("a1", "Ann Example", "ann@example.org")
TENANT = '\n[tenant]\nwatch = true\ntell = ["libapps"]\n'


def registration(number: int, name: str, ends: datetime, **changes: Any) -> Registration:  # noqa: ANN401  (fields of the registration)
    def guid(kind: int) -> str:
        return f"{kind}0000000-0000-4000-8000-{number:012}"

    secret = ClientSecret(guid(1), "key 1", "q7X", stamp(ends - timedelta(days=365)), stamp(ends))
    return replace(Registration(guid(2), guid(3), name), secrets=(secret,), **changes)


@pytest.fixture
def watched(lapsewatch: Lapsewatch, now: datetime, tmp_path: Path) -> Lapsewatch:
    """Watch the whole tenant too; secrets of two apps expire soon, of one late."""
    soon, later, far = (noon(now, days) for days in (5, 20, 300))
    for app in (
        registration(1, "Signage", soon, owners=(ANN,)),
        registration(2, "Kiosk <b>", later),
        registration(3, "Far", far),
    ):
        lapsewatch.tenant.directory.add(app)
    _watchlist(lapsewatch, tmp_path)
    return lapsewatch


def _watchlist(lapsewatch: Lapsewatch, folder: Path, more: str = "") -> None:
    if not (folder / "runbooks").exists():
        (folder / "runbooks").symlink_to(ROOT / "runbooks")
    (folder / "watchlist.toml").write_text(
        (ROOT / "watchlist.toml").read_text(encoding="utf-8") + TENANT + more, encoding="utf-8"
    )
    lapsewatch.settings["LAPSEWATCH_WATCHLIST"] = str(folder / "watchlist.toml")


def _a_day_passes(lapsewatch: Lapsewatch, now: datetime) -> None:
    """Move the introduction of the inventory to yesterday."""
    with TableClient.from_connection_string(lapsewatch.tables, "Lapsewatch") as table:
        row = table.get_entity("own:tenant", "told:introduction:tenant|libapps")
        row["at"] = noon(now, -1).isoformat()
        table.update_entity(row)


def test_inventory_has_its_own_card_and_is_in_every_output(
    watched: Lapsewatch,
) -> None:
    first = watched("check", "--json").json
    assert first["outcome"] == "ok"
    assert first["tenant"] == {
        "complete": True,
        "error": None,
        "applications": 4,
        "credentials": 5,
        "requests": 1,
        "items": 2,
        "owners_later": 0,
    }
    apps, tenant = watched.cards()
    assert "LibCal" in apps
    assert "Signage: secret “key 1” expires in 5 days" in tenant
    assert "Kiosk <b>: secret" in tenant
    assert "4 app registrations with 5 credentials were checked." in tenant
    assert "Far" not in tenant
    assert watched("check", "--json").json["told"] == []
    status = watched("status", "--json").json["tenant"]
    assert (
        status["applications"],
        status["credentials"],
        status["total"],
        status["after"],
        status["worst"],
    ) == (4, 5, 2, None, "critical")
    assert [(item["app"]["name"], item["severity"]) for item in status["items"]] == [
        ("Signage", "critical"),
        ("Kiosk <b>", "warning"),
    ]
    shown = watched("status").out
    assert "the tenant: 4 apps with 5 credentials, read " in shown
    assert "Signage: secret “key 1” expires in 5 days" in shown
    rows = list(csv.DictReader(io.StringIO(watched("status", "--csv").out.removeprefix("\ufeff"))))
    assert [row["name"] for row in rows if row["kind"] == "tenant"] == ["Signage", "Kiosk <b>"]


def test_doctor_reads_the_first_page_of_the_tenant(watched: Lapsewatch) -> None:
    watched("check")
    assert (
        "tenant: first page read, 4 apps; "
        "at the last check, 2 credentials were due or expired"
        in " ".join(watched("doctor").out.split())
    )
    watched.tenant.fault("/v1.0/applications$", times=None, status=403)
    ill = watched("doctor")
    assert ill.status == 1
    assert "MISSING tenant: Graph refuses: the identity lacks" in " ".join(ill.out.split())


def test_owner_gets_one_mail_and_the_channel_the_rest(
    watched: Lapsewatch, now: datetime, tmp_path: Path
) -> None:
    _watchlist(watched, tmp_path, "owners = true\n")
    watched.settings["LAPSEWATCH_MAIL_SENDER"] = MAIL_SENDER
    watched.tenant.identity.roles.add(READ_USERS)
    assert watched("check").status == 0
    assert "From tomorrow, the owners of 2 apps are notified directly." in "".join(watched.cards())
    assert watched("check").status == 0
    assert watched.tenant.mails() == [], "nothing else goes out on the first day"
    _a_day_passes(watched, now)
    watched.tenant.clear_posted("its")
    assert watched("check").status == 0
    (mail,) = watched.tenant.mails()
    day = when(noon(now, 5), now, CHICAGO, brief=True)
    subject = f"[Lapsewatch] Signage: secret “key 1” expires {day}"
    assert (mail.message["To"], mail.message["Subject"]) == ("ann@example.org", subject)
    text = mail.message.get_body(("plain",)).get_content()  # type: ignore[union-attr]  # every mail has a text
    assert "Ann Example, you own the apps below in Microsoft Entra." in text
    assert "Kiosk" not in text
    assert "Entra lists you as an owner" in text
    assert watched.cards() == []
    assert watched("check").status == 0
    assert len(watched.tenant.mails()) == 1


def test_unreadable_tenant_does_not_affect_watched_apps(
    watched: Lapsewatch,
) -> None:
    watched.tenant.fault("/v1.0/applications$", times=None, status=400)
    done = watched("check", "--json")
    assert done.status == 1
    assert done.json["outcome"] == "partial"
    assert "The tenant could not be read: Graph answered 400" in done.json["error"]
    assert [delivery["channel"] for delivery in done.json["told"]] == ["libapps"]
    assert "LibCal" in watched.cards()[0]
    watched.tenant.clear_faults()
    assert watched("tick", "--json").json["tenant"]["complete"]
    assert len(watched.cards()) == 2


def test_large_tenant_is_read_in_pages(
    lapsewatch: Lapsewatch, now: datetime, tmp_path: Path
) -> None:
    for app in tell("many:3000", now):
        lapsewatch.tenant.directory.add(app)
    _watchlist(lapsewatch, tmp_path)
    first = lapsewatch("check", "--json").json
    assert (first["outcome"], first["tenant"]["applications"], first["tenant"]["requests"]) == (
        "ok",
        3001,
        4,
    )
    told = [
        item
        for delivery in first["told"]
        for item in delivery["items"]
        if item["item"].startswith("tenant:")
    ]
    assert len(told) == len({item["item"] for item in told}) > 20
    again = lapsewatch("check", "--json").json
    assert (again["outcome"], again["told"], again["tenant"]["items"]) == (
        "ok",
        [],
        first["tenant"]["items"],
    )
    log = json.dumps(first)
    assert "sig=" not in log
