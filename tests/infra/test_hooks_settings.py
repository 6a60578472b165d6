"""The hook before provisioning: a person is prompted once, and no setting is reset by mistake."""

import json
import re

import pytest

from tests.infra.deployed import LIBAPPS, ROOT, SUBSCRIPTION, Deployed, not_done, rows
from tests.infra.terminal import converse

BEFORE = "before_provision.py"
STOPS = "azd stops here"
ADDRESS = "its@example.org"
PROVISIONED: dict[str, object] = {
    "LIBAPPS_CLIENT_ID": LIBAPPS,
    "LAPSEWATCH_ALERT_EMAIL": ADDRESS,
    "LAPSEWATCH_MAIL_SENDER": "alerts@example.org",
    "LAPSEWATCH_SIGN_INS": "on",
    "LAPSEWATCH_HEARTBEAT": True,
    "LAPSEWATCH_WATCHLIST": "watchlists",
    "LAPSEWATCH_TENANTS_CLIENT_ID": "11111111-2222-4333-8444-555555555555",
    "LAPSEWATCH_PAGE_URL": "https://lapsewatch.example.org/api/page",
    "LAPSEWATCH_PRIVATE_NETWORK": True,
    "LAPSEWATCH_DEPLOYER_IP": "203.0.113.7",
}
"""Outputs of a deployment in which nothing has its default."""
IN_AZD = {
    name: str(value).lower() if isinstance(value, bool) else str(value)
    for name, value in PROVISIONED.items()
}
MANAGEMENT = "/arm/subscriptions/"


def run_elsewhere(deployed: Deployed, at: str = "2026-11-01T10:00:00Z", **changes: object) -> None:
    """Provision the environment from another machine."""
    deployed.tenant.management.deploy("library", PROVISIONED | changes, timestamp=at)


def parameter_values(deployed: Deployed) -> dict[str, str]:
    """Return the values that azd would put into main.parameters.json, by the names of variables.

    Empty text means the default, as in azd.
    """
    text = (ROOT / "infra/main.parameters.json").read_text(encoding="utf-8")
    found = re.findall(r"\$\{(\w+)=([^}]*)\}", text)
    return {name: deployed.kept.get(name) or default for name, default in found}


# -- a person is prompted once


def test_azd_itself_prompts_for_no_parameter() -> None:
    """Each parameter has a default in the Bicep or text in azd's file, so azd asks for none."""
    text = (ROOT / "infra/main.parameters.json").read_text(encoding="utf-8")
    given: dict[str, dict[str, str]] = json.loads(text)["parameters"]
    bicep = (ROOT / "infra/main.bicep").read_text(encoding="utf-8")
    required = set(re.findall(r"^param (\w+) \w+$", bicep, re.MULTILINE))
    assert {"libappsClientId", "alertEmail"} <= required
    from_azd = {"${AZURE_ENV_NAME}", "${AZURE_LOCATION}"}
    for name in required:
        value = given[name]["value"]
        assert value in from_azd or re.fullmatch(r"\$\{\w+=[^}]+\}", value), name


@pytest.mark.parametrize("as_object", [False, True])
def test_what_azd_has_asked_already_is_taken_over(deployed: Deployed, *, as_object: bool) -> None:
    deployed.keep(LIBAPPS_CLIENT_ID="", LAPSEWATCH_ALERT_EMAIL="")
    answers: dict[str, object] = {"libappsClientId": LIBAPPS, "alertEmail": ADDRESS}
    if as_object:
        answers = {name: {"name": name, "value": value} for name, value in answers.items()}
    deployed.answer_azd(**answers)
    shown = converse(deployed, BEFORE, {})
    assert "Application (client) id" not in shown
    assert deployed.kept["LIBAPPS_CLIENT_ID"] == LIBAPPS
    assert deployed.kept["LAPSEWATCH_ALERT_EMAIL"] == ADDRESS


def test_a_wrong_answer_to_azd_is_asked_again_in_words(deployed: Deployed) -> None:
    deployed.keep(LIBAPPS_CLIENT_ID="")
    deployed.answer_azd(libappsClientId="LibApps")
    converse(deployed, BEFORE, {"Application (client) id of the app registration": LIBAPPS})
    assert deployed.kept["LIBAPPS_CLIENT_ID"] == LIBAPPS


@pytest.mark.parametrize("value", ["", "unset", "LibApps"])
def test_azd_never_provisions_without_a_required_value(deployed: Deployed, value: str) -> None:
    """The text that azd's file has in place of a missing value must not reach Azure."""
    deployed.keep(LIBAPPS_CLIENT_ID=value)
    said = deployed.run(BEFORE)
    assert STOPS in said
    assert not_done(said) == {"LIBAPPS_CLIENT_ID"}
    assert "azd env set LIBAPPS_CLIENT_ID 00000000-1111-2222-3333-444444444444" in said


def test_without_prompts_given_values_are_enough(deployed: Deployed) -> None:
    """As in a workflow: values in the environment of the process, and no terminal."""
    deployed.forget("LIBAPPS_CLIENT_ID", "LAPSEWATCH_ALERT_EMAIL")
    values = {"LIBAPPS_CLIENT_ID": LIBAPPS, "LAPSEWATCH_ALERT_EMAIL": ADDRESS}
    said = deployed.run(BEFORE, **values)
    assert not_done(said) == set()
    assert STOPS not in said


# -- no setting is reset by mistake


@pytest.mark.parametrize("refreshed", [True, False])
def test_a_colleague_keeps_every_setting(deployed: Deployed, *, refreshed: bool) -> None:
    """Also without azd env refresh."""
    run_elsewhere(deployed)
    deployed.forget("LIBAPPS_CLIENT_ID", "LAPSEWATCH_ALERT_EMAIL")
    if refreshed:
        deployed.keep(**IN_AZD)
    said = deployed.run(BEFORE)
    assert not_done(said) == set()
    assert parameter_values(deployed).items() >= IN_AZD.items()
    taken = {what for what, (_, note) in rows(said).items() if "taken over" in note}
    assert taken == (set() if refreshed else PROVISIONED.keys())


def test_a_workflow_keeps_what_its_variables_do_not_have(deployed: Deployed) -> None:
    """GitHub passes a variable that does not exist as empty text."""
    run_elsewhere(deployed)
    deployed.forget("LIBAPPS_CLIENT_ID", "LAPSEWATCH_ALERT_EMAIL")
    given = dict.fromkeys(PROVISIONED, "") | {"LAPSEWATCH_SIGN_INS": "off"}
    said = deployed.run(BEFORE, **given)
    assert rows(said)["LAPSEWATCH_SIGN_INS"] == ("changes", 'from "on" to "off"')
    assert deployed.kept["LAPSEWATCH_MAIL_SENDER"] == "alerts@example.org"
    assert "LAPSEWATCH_SIGN_INS" not in deployed.kept


def test_a_setting_that_is_emptied_on_purpose_stays_empty(deployed: Deployed) -> None:
    run_elsewhere(deployed)
    deployed.keep(LAPSEWATCH_MAIL_SENDER="")
    said = deployed.run(BEFORE)
    assert deployed.kept["LAPSEWATCH_MAIL_SENDER"] == ""
    assert rows(said)["LAPSEWATCH_MAIL_SENDER"] == (
        "changes",
        'from "alerts@example.org" to ""',
    )


def test_a_change_by_a_colleague_is_not_undone(deployed: Deployed) -> None:
    """This machine has provisioned before; a colleague has changed one setting since."""
    run_elsewhere(deployed)
    deployed.keep(**IN_AZD, LAPSEWATCH_SETTINGS=json.dumps(IN_AZD))
    deployed.keep(LAPSEWATCH_WATCHLIST="mine.toml")
    run_elsewhere(deployed, "2026-11-02T10:00:00Z", LAPSEWATCH_MAIL_SENDER="new@example.org")
    said = deployed.run(BEFORE)
    assert rows(said)["LAPSEWATCH_MAIL_SENDER"] == (
        "done",
        '"new@example.org", taken over from the running app',
    )
    assert rows(said)["LAPSEWATCH_WATCHLIST"] == (
        "changes",
        'from "watchlists" to "mine.toml"',
    )
    assert deployed.kept["LAPSEWATCH_MAIL_SENDER"] == "new@example.org"
    assert deployed.kept["LAPSEWATCH_WATCHLIST"] == "mine.toml"


def test_outputs_that_a_list_leaves_out_are_read(deployed: Deployed) -> None:
    run_elsewhere(deployed)
    deployed.tenant.management.lists_outputs = False
    deployed.run(BEFORE)
    assert deployed.kept["LAPSEWATCH_MAIL_SENDER"] == "alerts@example.org"


def test_only_the_latest_deployment_of_this_environment_counts(deployed: Deployed) -> None:
    management = deployed.tenant.management
    for number in range(4):
        other = {"LAPSEWATCH_MAIL_SENDER": f"other-{number}@example.org"}
        management.deploy("other", other, timestamp=f"2026-11-2{number}T10:00:00Z")
    run_elsewhere(deployed, "2026-11-03T10:00:00Z", LAPSEWATCH_SIGN_INS="off")
    run_elsewhere(deployed, "2026-11-02T10:00:00Z")
    failed = {"LAPSEWATCH_MAIL_SENDER": "failed@example.org"}
    management.deploy("library", failed, timestamp="2026-11-04T10:00:00Z")
    management.deployments[-1]["properties"]["provisioningState"] = "Failed"
    deployed.run(BEFORE)
    assert deployed.kept["LAPSEWATCH_MAIL_SENDER"] == "alerts@example.org"
    assert "LAPSEWATCH_SIGN_INS" not in deployed.kept


@pytest.mark.parametrize("has_hook", [True, False])
def test_azd_down_and_up_keeps_every_setting(deployed: Deployed, *, has_hook: bool) -> None:
    """azd down removes the outputs from the environment, and makes an empty deployment.

    The region too, for which azd would prompt before any hook.
    """
    deployed.keep(**IN_AZD, AZURE_LOCATION="eastus")
    deployed.up()
    run_elsewhere(deployed)
    deployed.down()
    deployed.tenant.management.deploy("library", {}, timestamp="2026-11-05T10:00:00Z")
    if has_hook:
        assert rows(deployed.run("after_down.py"))["settings"][0] == "stay"
        assert deployed.kept["AZURE_LOCATION"] == "eastus"
        assert deployed.kept.items() >= IN_AZD.items()
    said = deployed.run(BEFORE)
    assert parameter_values(deployed).items() >= IN_AZD.items()
    assert not_done(said) == set()


def test_recovering_the_vault_is_never_taken_over(deployed: Deployed) -> None:
    run_elsewhere(deployed, LAPSEWATCH_RECOVER_VAULT=True)
    deployed.run(BEFORE)
    assert "LAPSEWATCH_RECOVER_VAULT" not in deployed.kept


@pytest.mark.parametrize("status", [403, 500])
def test_azd_stops_if_the_settings_in_azure_are_unknown(deployed: Deployed, status: int) -> None:
    body = '{"error": {"code": "AuthorizationFailed", "message": "No access to deployments."}}'
    deployed.tenant.fault(MANAGEMENT, times=None, status=status, body=body)
    said = deployed.run(BEFORE)
    assert STOPS in said
    assert "Azure did not say which settings the running app has" in said
    assert "No access to deployments." in said


def test_azd_stops_without_a_subscription(deployed: Deployed) -> None:
    deployed.keep(AZURE_SUBSCRIPTION_ID="")
    said = deployed.run(BEFORE)
    assert "AZURE_SUBSCRIPTION_ID is not set" in said
    assert STOPS in said


# -- the region


def test_a_region_without_flex_consumption_stops_azd(deployed: Deployed) -> None:
    deployed.keep(AZURE_LOCATION="westindia")
    said = deployed.run(BEFORE)
    assert rows(said)["region"] == (
        "NOT DONE",
        "westindia does not offer Flex Consumption. These regions do: eastus, northeurope",
    )
    assert STOPS in said
    deployed.keep(AZURE_LOCATION="northeurope")
    assert STOPS not in deployed.run(BEFORE)


def test_a_region_that_cannot_be_checked_does_not_stop_azd(deployed: Deployed) -> None:
    deployed.keep(AZURE_LOCATION="westindia")
    regions = f"/arm/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Web/geoRegions"
    deployed.tenant.fault(regions, times=None, status=403)
    said = deployed.run(BEFORE)
    assert rows(said)["region"][0] == "NOT DONE"
    assert STOPS not in said
