"""The four acts: what happened, what was posted, where to look, and what to do."""

from local.demo_parts.handing_over import create, hand_over, open_value, show_what_is_left
from local.demo_parts.posted import draw, show_headlines
from local.demo_parts.processes import DemoError
from local.demo_parts.stage import Stage
from local.demo_parts.terminal import say, title


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
    if stage.person not in stage.dana.page():
        raise DemoError(f"The page did not open for {stage.person}.")
    _look(
        stage,
        "Dana, who administers both for the library, asks ITS (the IT department) for new secrets. "
        "The page says what to do, and its buttons work.",
    )


def handed_over(stage: Stage) -> None:
    """Act 2: ITS creates the secrets in the tenant, and hands their values over on the page."""
    title("Act 2 of 4: ITS creates the new secrets and hands them over")
    names = create(stage)
    stage.sam.sign_in()
    say(
        f"Sam of ITS has created {' and '.join(f'“{name}”' for name in names)} in Entra, which "
        "shows each value only once. Sam does not mail them, but pastes them into the page; a "
        "vault keeps each one until Dana has installed it:"
    )
    for service in stage.status()["services"]:
        hand_over(stage, service["id"], service["name"])
    show_headlines(stage.new_cards())
    _look(
        stage,
        "Dana opens each value on the page, installs it in its product, which is not part of this "
        "demo, and presses its Confirm button. On a terminal you can do that yourself now; act 3 "
        "does what is left.",
    )


def confirmed(stage: Stage) -> None:
    """Act 3: Dana opens and confirms on the page what she has not confirmed yet."""
    title("Act 3 of 4: Dana opens the new secrets, installs and confirms them")
    stage.dana.sign_in()  # a value is shown only within 10 minutes of a sign-in
    say(
        "Only Dana has the role that opens values. The page shows each one once, after it has "
        "saved that it was she who opened it. When calendars sync, she confirms it:"
    )
    for service in stage.status()["services"]:
        _install(stage, service["id"], service["name"])
    show_headlines(stage.new_cards())
    show_what_is_left(stage)
    _look(
        stage,
        "Look at the new dates, and at the history: who handed over, opened and confirmed. A "
        "confirmation can be undone there.",
    )


def _install(stage: Stage, service: str, name: str) -> None:
    """Open the value of a service and press its button, unless a person was quicker."""
    new = stage.created[service]
    if stage.uses(service, new):
        words = "already confirmed on the page, so the demo does not confirm it again."
    else:
        opened = open_value(stage, service)
        done = stage.dana.press("confirm", {}, service=service, key_id=new)
        if done:
            words = f"Dana {opened}, and presses “{done.button}”."
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


ACTS = (expiring, handed_over, confirmed, safe)
