"""`make demo`: play what happens when two secrets expire, with the real app on this machine.

Four acts: the secrets of LibCal and LibStaffer expire soon; ITS creates new ones and hands their
values over on the page; Dana opens each value once, installs it and confirms it; both services are
safe. Entra, Key Vault and Teams are stand-ins. On a terminal, Enter plays the next act, and the
page can be used between them. Elsewhere, all acts are played.
"""

import argparse
import os
import sys
import webbrowser
from collections.abc import Sequence
from functools import partial

import requests

from local.azurite import Azurite, AzuriteError
from local.cards import RendererMissing
from local.demo_parts import acts
from local.demo_parts.processes import ROOT, DemoError, host_served, limited, tenant_served
from local.demo_parts.stage import Stage, has_display
from local.demo_parts.terminal import (
    columns,
    complain,
    ended_once,
    is_terminal,
    play,
    say,
    use_lines,
)

SHOWN = ROOT / "build" / "demo"
LOG = "build/demo/host.log"
KEY, MASTER_KEY = {"x-functions-key": "local"}, {"x-functions-key": "local-master"}
PERSON = "Dana Example"
"""The person who is signed in to the page."""
TIMEOUT_SECONDS = 60.0
"""Seconds to wait for the host."""
MAX_DEMO_SECONDS = 100
"""Limit for the whole demo, without the time that it waits for a person."""
INTRODUCTION = (
    "This demo plays, in four acts, what happens when two client secrets expire. The app is the "
    "real one; Microsoft Entra, Key Vault and Teams are stand-ins. Everything runs on this "
    "machine, and nothing is sent anywhere. It starts within seconds."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo and return the exit status."""
    _parse(arguments)
    SHOWN.mkdir(parents=True, exist_ok=True)
    use_lines()
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"  # everything is on this machine
    with ended_once():
        return _run()


def _parse(arguments: Sequence[str] | None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m local.demo",
        description="Play what happens when two client secrets expire, in four acts, "
        "on this machine only.",
        epilog="On a terminal, Enter plays the next act and Ctrl-C ends the demo. Elsewhere, all "
        "acts are played. LAPSEWATCH_BROWSER chooses the browser that draws the card.",
        formatter_class=partial(argparse.HelpFormatter, width=columns()),
    )
    parser.parse_args(arguments)


def _run() -> int:
    try:
        say(INTRODUCTION)
        say()
        with limited(MAX_DEMO_SECONDS), Azurite() as azurite, tenant_served() as tenant:
            environment = {
                **os.environ,
                **tenant.environment,
                "LAPSEWATCH_TABLES": azurite.tables,
                "LAPSEWATCH_SCHEDULE": "0 5 * * * *",
                "LOCAL_FUNCTION_KEY": KEY["x-functions-key"],
                "LOCAL_MASTER_KEY": MASTER_KEY["x-functions-key"],
            }
            with host_served(environment, person=PERSON, log=ROOT / LOG) as root:
                stage = Stage(root, tenant, environment, KEY, PERSON, SHOWN)
                _start_the_timer(root)
                if is_terminal() and has_display():
                    webbrowser.open(stage.page)
                play([partial(act, stage) for act in acts.ACTS])
    except requests.RequestException as error:
        complain(f"The local host did not answer: {error}. See {LOG}.")
        return 1
    except DemoError as error:
        complain(f"{error} See {LOG}.")
        return 1
    except (AzuriteError, RendererMissing) as error:
        complain(str(error))
        return 1
    except KeyboardInterrupt:
        print("\nstopped")
    return 0


def _start_the_timer(root: str) -> None:
    """Start the function that checks whether a daily check is due, as the schedule does."""
    requests.post(
        f"{root}/admin/functions/tick", headers=MASTER_KEY, json={}, timeout=TIMEOUT_SECONDS
    ).raise_for_status()


if __name__ == "__main__":
    sys.exit(main())
