"""The four acts: what happened, what was posted, where to look, and what to do."""

from datetime import UTC, datetime, timedelta

import requests

from local.demo_parts import page
from local.demo_parts.posted import draw, show_headlines
from local.demo_parts.processes import DemoError
from local.demo_parts.stage import TIMEOUT_SECONDS, Stage
from local.demo_parts.terminal import say, title
from local.stand_in.stories import LIBAPPS_CLIENT_ID, ZONE

LIFETIME = timedelta(days=730)
HINTS = {"libcal": "8~w", "libstaffer": "mP_"}
"""The first characters of the new values, which are invented."""


def expiring(stage: Stage) -> None:
    """Act 1: the daily check, which a timer starts, finds both secrets."""
    title("Act 1 of 4: two secrets expire soon")
    stage.wait_for_the_first_check()
    say(
        "LibCal and LibStaffer read Outlook calendars, each with a client secret from Microsoft "
        "Entra. The daily check has found that both secrets expire soon, and that there are no "
        "new ones yet."
    )
    cards = stage.new_cards()
    show_headlines(cards)
    draw(cards, stage.folder)
    if stage.person not in page.page_of(stage.root):
        raise DemoError(f"The page did not open for {stage.person}.")
    _look(
        stage,
        "Dana, who administers both for the library, asks ITS (the IT department) for new secrets. "
        "The page says what to do, and its buttons work.",
    )


def created(stage: Stage) -> None:
    """Act 2: ITS creates the secrets in the tenant, and a check finds them."""
    title("Act 2 of 4: ITS has created the new secrets")
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
    stage.check()
    say(
        f"ITS has created {' and '.join(f'“{name}”' for name in names.values())} in Entra and "
        "sent the values to Dana. The next check has found them. LibCal and LibStaffer still use "
        "the old ones."
    )
    show_headlines(stage.new_cards())
    _look(
        stage,
        "Dana pastes each value into its product, which is not part of this demo, and presses "
        "its Confirm button on the page. On a terminal you can press them yourself now; act 3 "
        "presses those that are left.",
    )


def confirmed(stage: Stage) -> None:
    """Act 3: Dana confirms on the page what she has not confirmed yet."""
    title("Act 3 of 4: Dana pastes the new secrets and confirms")
    say("Dana has pasted both values and seen calendars sync. She confirms it on the page:")
    for service in stage.status()["services"]:
        _confirm(stage, service["id"], service["name"])
    show_headlines(stage.new_cards())
    _look(stage, "Look at the new dates on the page. A confirmation can be undone there.")


def _confirm(stage: Stage, service: str, name: str) -> None:
    """Press the button of a service, unless a person was quicker."""
    new = stage.created[service]
    done = stage.uses(service, new)
    button = "" if done else page.confirm(stage.root, service, new)
    if button:
        words = f"Dana presses “{button}”."
    elif done or stage.uses(service, new):
        words = "already confirmed on the page, so the demo does not confirm it again."
    else:
        words = "the page has no button to confirm it, so nothing was confirmed."
    say(f"{name}: {words}", first="  - ")


def safe(stage: Stage) -> None:
    """Act 4: the status, and a check that sends nothing."""
    services = stage.status()["services"]
    waiting = [each["name"] for each in services if each["standing"] != "healthy"]
    title("Act 4 of 4: " + ("not everything is safe" if waiting else "both services are safe"))
    if waiting:
        to_do = "Press the button of each service that needs attention on the page."
        say(f"Needs attention: {' and '.join(waiting)}. The status command prints:")
    else:
        to_do = "Nothing, until the new secrets expire soon. Then the first act begins again."
        say("Both services use the new secrets. The status command prints:")
    say()
    for line in stage.status_table().splitlines():
        say(line)
    stage.check()  # on a terminal, a day may have passed
    show_headlines(stage.new_cards())
    say()
    _check_again(stage)
    _look(stage, to_do)
    say()
    say("More to see:")
    for path in ("health", "status?code=local", "calendar.ics?code=local"):
        say(f"{stage.root}/api/{path}", first="  ")
    say(f"messages in Teams: {stage.tenant.teams_url('its')}", first="  ")
    say("log of the app: build/demo/host.log", first="  ")


def _check_again(stage: Stage) -> None:
    """Show that a check sends nothing twice. Raise `DemoError` if it does."""
    before = stage.posted()
    again = stage.check()
    more = stage.posted() - before
    result = f"outcome {again['outcome']}, {len(again['told'])} messages due, {more} posted"
    if more or again["told"]:
        raise DemoError(f"Another check sent a message again: {result}.")
    say(f"Another check: {result}. Everyone has been notified already.")


def _look(stage: Stage, to_do: str) -> None:
    """Print where to look, and what is to be done."""
    say()
    say(f"{stage.page} ({stage.person} is signed in)", first="Page:   ")
    say(to_do, first="To do:  ")


ACTS = (expiring, created, confirmed, safe)
