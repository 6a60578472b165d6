"""The way of the new values: ITS pastes them on the page, Dana opens them, and the vault forgets.

The values are never printed: only their first characters, which Entra shows too.
"""

from datetime import UTC, datetime, timedelta

import requests

from local.demo_parts.processes import DemoError
from local.demo_parts.stage import TIMEOUT_SECONDS, Stage
from local.demo_parts.terminal import say
from local.stand_in.created_values import new_value
from local.stand_in.stories import LIBAPPS_CLIENT_ID, ZONE
from shared.core.model.secret import Secret

LIFETIME = timedelta(days=730)
HINTS = {"libcal": "8~w", "libstaffer": "mP_"}
"""The first characters of the new values, which are invented."""


def create(stage: Stage) -> list[str]:
    """Create both secrets in the tenant, as ITS does, and run a check. Return their names."""
    ends = datetime.now(UTC) + LIFETIME
    names = {
        each["id"]: f"{each['name']} {ends.astimezone(ZONE).year}"
        for each in stage.status()["services"]
    }
    for service, name in names.items():
        answer = requests.post(
            f"{stage.tenant.url}/control/apps/{LIBAPPS_CLIENT_ID}/secrets",
            json={"name": name, "hint": HINTS[service], "ends": ends.isoformat()},
            timeout=TIMEOUT_SECONDS,
        )
        answer.raise_for_status()
        stage.created[service] = answer.json()["key_id"]
        stage.values[service] = Secret(new_value(HINTS[service]))
    stage.check()
    return list(names.values())


def hand_over(stage: Stage, service: str, name: str) -> None:
    """Paste the value of a service's new secret, as Sam. Raise `DemoError` if it is refused."""
    typed = {"value": stage.values[service].reveal()}
    done = stage.sam.press("hand-over", typed, service=service)
    if done is None:
        raise DemoError(f"The page did not take the new value of {name}.")
    say(f"{name}: Sam pastes {HINTS[service]}… and presses “{done.button}”.", first="  - ")


def open_value(stage: Stage, service: str) -> str:
    """Open a value, as Dana, unless that was done by hand. Return what she does, for a sentence."""
    kept = stage.service(service)["hand_over"]
    if kept is None:
        return "finds no value in the vault any more"
    if kept["opened"]:
        return "has opened the value on the page already, installs it"
    shown = stage.dana.press("show-value", {}, service=service, key_id=kept["key_id"])
    if shown is None or shown.value != stage.values[service]:
        raise DemoError("The page did not show the value that was handed over.")
    return f"presses “{shown.button}”, installs the value"


def show_what_is_left(stage: Stage) -> None:
    """Print what the vault has, and search all else. Raise `DemoError` if a value is there."""
    kept = stage.tenant.hand_over.secrets
    places = {
        "a message": f"{stage.tenant.posted(stage.channel)} {stage.tenant.mails()}",
        "the status": str(stage.status()),
        "the page": stage.dana.page(),
        "the log": (stage.folder / "host.log").read_text(encoding="utf-8"),
    }
    for place, text in places.items():
        if any(value.reveal() in text for value in stage.values.values()):
            raise DemoError(f"A new value was found in {place}.")
    count = len(kept.values) + len(kept.deleted)
    vault = f"has {count} of the values" if count else "is empty again"
    say()
    say(
        "Nobody has mailed a secret: no value is in a message, the page, the status or the log. "
        f"The vault {vault}."
    )
