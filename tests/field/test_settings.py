"""Settings as the portal and Windows show them: accepted, or refused with the right value."""

import json
import re
from pathlib import Path
from zoneinfo import available_timezones

import pytest

from local.stand_in.graph_objects import HOME_TENANT_ID
from shared.bootstrap import ROOT
from shared.config.problems import Misconfigured
from shared.config.settings_loader import load
from tests.e2e.conftest import Lapsewatch
from tests.support.toml import watchlist_toml

TENANT = "0b6f7a11-52c3-4f5e-8d0e-6a1f2b3c4d5e"
RIGHT = f"https://login.microsoftonline.com/{TENANT}/v2.0"
ENVIRONMENT = {
    "LAPSEWATCH_TABLES": "https://account.table.core.windows.net",
    "TEAMS_WEBHOOK_URL": "https://teams.example.org/x",
    "LIBAPPS_CLIENT_ID": TENANT,
    "LAPSEWATCH_SIGN_IN_CLIENT_ID": TENANT,
}
US = "https://graph.microsoft.us"


def outcome(**changes: str) -> str:
    """Return the issuer that is used, or why the settings are refused."""
    try:
        settings = load(ENVIRONMENT | changes, ROOT)
    except Misconfigured as error:
        return str(error)
    return settings.page_auth.issuer if settings.page_auth else ""


@pytest.mark.parametrize(
    "issuer",
    [
        f"https://sts.windows.net/{TENANT}/v2.0",
        f"https://sts.windows.net/{TENANT}/",
        f"https://STS.windows.net/{TENANT.upper()}/v2.0/",
        f"https://login.windows.net/{TENANT}/v2.0",
        f"https://login.microsoft.com/{TENANT}/v2.0",
        f"https://login-us.microsoftonline.com/{TENANT}/v2.0",
        f"https://device.login.microsoftonline.com/{TENANT}/v2.0",
        f"https://graph.windows.net/{TENANT}",
        f"https://portal.azure.com/{TENANT}",
        f"https://login.microsoftonline.com./{TENANT}/v2.0",
        f"https://login.microsoftonline.com/{TENANT}",
        f"https://login.microsoftonline.com/{TENANT}/",
        f"{RIGHT}/.well-known/openid-configuration",
        RIGHT,
    ],
)
def test_an_issuer_is_taken_as_tokens_name_it_or_refused_with_that(issuer: str) -> None:
    assert RIGHT in outcome(LAPSEWATCH_SIGN_IN_ISSUER=issuer)


def test_so_it_is_in_another_cloud() -> None:
    issuer = f"https://sts.windows.net/{TENANT}/v2.0"
    found = outcome(LAPSEWATCH_SIGN_IN_ISSUER=issuer, LAPSEWATCH_GRAPH=US)
    assert f"https://login.microsoftonline.us/{TENANT}/v2.0" in found


@pytest.mark.parametrize("tenant", ["common", "organizations", "consumers", "example.org"])
def test_an_issuer_of_no_tenant_is_refused(tenant: str) -> None:
    issuer = f"https://login.microsoftonline.com/{tenant}/v2.0"
    assert "https://login.microsoftonline.com/TENANT/v2.0" in outcome(
        LAPSEWATCH_SIGN_IN_ISSUER=issuer
    )


def test_doctor_finds_an_issuer_whose_document_names_another_one(lapsewatch: Lapsewatch) -> None:
    document = {"issuer": RIGHT, "jwks_uri": f"{lapsewatch.tenant.url}/keys"}
    lapsewatch.tenant.fault(
        f"/{HOME_TENANT_ID}/v2.0/.well-known/openid-configuration",
        times=None,
        status=200,
        body=json.dumps(document),
    )
    ran = lapsewatch("doctor")
    assert (ran.status, "Traceback" in ran.err) == (1, False)
    assert "LAPSEWATCH_SIGN_IN_ISSUER" in ran.out
    assert RIGHT in "".join(ran.out.split())


ZONES = {
    "Central Standard Time": ["America/Chicago"],
    "central standard time": ["America/Chicago"],
    "Eastern Standard Time": ["America/New_York"],
    "Pacific Standard Time": ["America/Los_Angeles"],
    "W. Europe Standard Time": ["Europe/Berlin"],
    "Romance Standard Time": ["Europe/Paris"],
    "GMT Standard Time": ["Europe/London"],
    "Tokyo Standard Time": ["Asia/Tokyo"],
    "India Standard Time": ["Asia/Kolkata", "Asia/Calcutta"],
    "AUS Eastern Standard Time": ["Australia/Sydney"],
    "CST": ["America/Chicago"],
    "PST": ["America/Los_Angeles"],
    "BST": ["Europe/London"],
    "America/Nashville": ["America/Chicago"],
    "Europe/Hamburg": ["Europe/Berlin"],
    "Chicago": ["America/Chicago"],
    "UTC-06:00": ["Etc/GMT+6"],
}
"""The zones that may be named, by what was written."""


@pytest.mark.parametrize("name", ZONES)
def test_no_wrong_zone_is_suggested(tmp_path: Path, name: str) -> None:
    file = tmp_path / "watchlist.toml"
    file.write_text(watchlist_toml(zone=name), encoding="utf-8")
    with pytest.raises(Misconfigured) as refused:
        load(ENVIRONMENT | {"LAPSEWATCH_WATCHLIST": str(file)}, ROOT)
    (problem,) = (str(each) for each in refused.value.problems if "timezone" in str(each))
    words = {word.strip(".") for word in re.findall(r"[\w+/.-]+", problem.replace(name, ""))}
    assert words & available_timezones() <= {*ZONES[name]}, problem


def test_a_windows_zone_gets_its_iana_name(tmp_path: Path) -> None:
    file = tmp_path / "watchlist.toml"
    file.write_text(watchlist_toml(zone="Central Standard Time"), encoding="utf-8")
    with pytest.raises(Misconfigured, match="America/Chicago"):
        load(ENVIRONMENT | {"LAPSEWATCH_WATCHLIST": str(file)}, ROOT)
