"""Mail, the heartbeat, and sign-ins as evidence."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.simulation.build import CHICAGO
from local.stand_in.stories import LIBAPPS_CLIENT_ID
from tests.e2e.conftest import Lapsewatch

WATCHLIST = """
timezone = "America/Chicago"

[channels.its]
kind = "email"
to = ["its@example.org"]

[channels.library]
kind = "email"
to = ["libapps-admins@example.org", "deputy@example.org"]

[[apps]]
name = "LibApps Outlook sync"
client_id = "env:LIBAPPS_CLIENT_ID"

[[apps.services]]
name = "LibCal"
claims = { name = "LibCal*" }
renewer = ["its"]
installer = ["library"]
request_to = "its-helpdesk@example.org"
breaks = "Outlook calendars stop syncing."
runbook = "libcal.md"

[[apps.services]]
name = "LibStaffer"
claims = { name = "LibStaffer*" }
renewer = ["its"]
installer = ["library"]
breaks = "Outlook calendars stop syncing."
"""


@pytest.fixture
def by_mail(lapsewatch: Lapsewatch, tmp_path: Path) -> Lapsewatch:
    (tmp_path / "watchlist.toml").write_text(WATCHLIST)
    runbook = Path(__file__).parents[2] / "runbooks" / "libcal.md"
    (tmp_path / "libcal.md").write_text(runbook.read_text(encoding="utf-8"), encoding="utf-8")
    lapsewatch.settings = {
        "LAPSEWATCH_WATCHLIST": str(tmp_path / "watchlist.toml"),
        "LAPSEWATCH_MAIL_SENDER": "alerts@example.org",
    }
    return lapsewatch


def test_each_party_gets_its_own_mail(by_mail: Lapsewatch) -> None:
    assert by_mail("check").status == 0
    by_mail.tenant.mail.clear()
    by_mail.tenant.add_secret(
        LIBAPPS_CLIENT_ID,
        name="LibCal 2028",
        hint="r2B",
        ends=datetime.now(UTC) + timedelta(days=730),
    )
    assert by_mail("check", "--json").json["told"][0]["items"][0]["reason"] == "replaced"
    (sent,) = by_mail.tenant.mails()
    assert sent.message["To"] == "libapps-admins@example.org, deputy@example.org"
    assert sent.message["Subject"].startswith("[LibCal] ")
    assert sent.message["Importance"] == "high"
    text = sent.message.get_body(("plain",))
    page = sent.message.get_body(("html",))
    assert text is not None
    assert page is not None
    assert "Client Secret: Value" in text.get_content()
    assert "Client Secret: Value" in page.get_content()


def test_first_mails_contain_the_next_steps(by_mail: Lapsewatch) -> None:
    by_mail("check")
    mails = {
        str(mail.message["To"]): mail.message.get_body(("plain",)).get_content()  # type: ignore[union-attr]  # every mail has a text
        for mail in by_mail.tenant.mails()
    }
    year = (datetime.now(UTC) + timedelta(days=730)).astimezone(CHICAGO).year
    assert f"LibCal {year}" in mails["its@example.org"]
    assert "its-helpdesk@example.org" in mails["libapps-admins@example.org, deputy@example.org"]


def test_mail_without_permission_is_sent_later(by_mail: Lapsewatch) -> None:
    by_mail.tenant.identity.mailboxes.clear()
    ran = by_mail("check", "--json")
    assert (ran.status, ran.json["outcome"]) == (1, "partial")
    assert "Application Mail.Send" in ran.json["error"]
    by_mail.tenant.identity.mailboxes.add("alerts@example.org")
    assert by_mail("tick", "--json").json["outcome"] == "ok"
    assert len(by_mail.tenant.mails()) == 2


def test_heartbeat_reports_success_and_failure(lapsewatch: Lapsewatch) -> None:
    lapsewatch.settings = {"LAPSEWATCH_HEARTBEAT_URL": lapsewatch.tenant.heartbeat_url("watch")}
    lapsewatch("check")
    lapsewatch.tenant.identity.roles.clear()
    ran = lapsewatch("check")
    assert lapsewatch.tenant.beats("watch") == [True, False]
    assert lapsewatch.settings["LAPSEWATCH_HEARTBEAT_URL"] not in ran.out + ran.err


def test_unreadable_sign_ins_do_not_fail_the_check(
    lapsewatch: Lapsewatch,
) -> None:
    lapsewatch.settings = {"LAPSEWATCH_SIGN_INS": "on"}
    ran = lapsewatch("check", "--json")
    assert (ran.status, ran.json["outcome"]) == (0, "ok")
    assert "AuditLog.Read.All" in lapsewatch("status", "--json").json["check"]["evidence"]
    doctor = lapsewatch("doctor")
    assert doctor.status == 1
    assert "AuditLog.Read.All" in doctor.out


def test_sign_in_with_the_old_secret_reopens_the_service(lapsewatch: Lapsewatch) -> None:
    lapsewatch.settings = {"LAPSEWATCH_SIGN_INS": "on"}
    lapsewatch.tenant.identity.roles.add("AuditLog.Read.All")
    lapsewatch("check")
    old = lapsewatch("status", "--json").json["services"][0]["in_use"]["key_id"]
    new = lapsewatch.tenant.add_secret(
        LIBAPPS_CLIENT_ID, name="LibCal 2028", ends=datetime.now(UTC) + timedelta(days=730)
    )
    lapsewatch("confirm", "libcal", "--key-id", new)
    lapsewatch.tenant.sign_in(old, datetime.now(UTC) + timedelta(days=1, minutes=5))
    ran = lapsewatch("check", "--json")
    assert [item["reason"] for item in ran.json["told"][0]["items"]] == ["still_old"]
    confirmed = lapsewatch("status", "--json").json["services"][0]["confirmed"]
    assert (confirmed["evidence"], confirmed["by"]) == (True, None)
