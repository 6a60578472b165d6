"""Before provisioning: keep settings, prompt for missing ones, create the sign-in's registration.

This hook stops azd if a setting is missing or would be reset by mistake.
"""

from __future__ import annotations

import sys

from deployment.azd import Azd, NoToken
from deployment.cloud import GRAPH, cloud_of
from deployment.hand_over import check_renewers
from deployment.hook import Stop, run
from deployment.inputs import keep_settings, restore_copy, running
from deployment.prompts import prompt_for_values
from deployment.region import check_region
from deployment.registration import creation, get_or_create
from deployment.report import NotYet, Remedy, Report
from deployment.rest import Refused, Rest
from deployment.schedule import check_schedule
from deployment.site import management

LOOK = Remedy("to see the regions, run", ("az functionapp list-flexconsumption-locations",))


def main() -> None:
    """Do each step, print the table, and stop azd if it must not provision."""
    azd, report = Azd(), Report("Lapsewatch, before provisioning")
    restore_copy(azd)
    cloud = cloud_of(azd.get("LAPSEWATCH_GRAPH", GRAPH))
    arm = management(azd, cloud)
    deployed, problem = _deployed(azd, arm)
    keep_settings(azd, deployed, report)
    is_complete = prompt_for_values(azd, report)
    is_complete &= check_schedule(azd, report)
    is_complete &= check_renewers(azd, report)
    is_known = bool(deployed or problem) or not azd.get("AZURE_LOCATION")
    is_offered = is_known or _is_offered(azd, arm, report)
    graph = Rest(f"{cloud.graph}/v1.0", lambda: azd.token(f"{cloud.graph}/.default"))
    remedy = creation(cloud, azd.get("AZURE_ENV_NAME", "ENVIRONMENT"))
    report.run_step("sign-in registration", lambda: get_or_create(graph, azd), remedy)
    print(report.text())  # noqa: T201  (the table is the hook's output)
    if problem:
        raise Stop(problem)
    if not is_complete or not is_offered:
        raise Stop("A setting is missing or wrong: see the table.")


def _deployed(azd: Azd, arm: Rest) -> tuple[dict[str, str], str]:
    """Return the settings of the running app, or why they are not known."""
    subscription = azd.get("AZURE_SUBSCRIPTION_ID")
    if not subscription:
        return {}, (
            "AZURE_SUBSCRIPTION_ID is not set, so it is unknown whether this environment is "
            "deployed already. Run azd up, which asks for the subscription."
        )
    try:
        return running(arm, subscription, azd.get("AZURE_ENV_NAME")), ""
    except (Refused, NoToken) as error:
        return {}, (
            "Azure did not say which settings the running app has, and provisioning could reset "
            f"them: {error}. Run azd up again, as somebody who may read the subscription's "
            "deployments."
        )


def _is_offered(azd: Azd, arm: Rest, report: Report) -> bool:
    """Return whether the region offers the plan, as far as Azure says."""
    refused: list[str] = []

    def step() -> str:
        try:
            return check_region(arm, azd)
        except NotYet as error:
            refused.append(str(error))
            raise

    report.run_step("region", step, LOOK)
    return not refused


if __name__ == "__main__":
    sys.exit(run(main, stops=True))
