"""A local host for a Python Functions app, with the real Python worker.

    python -m local.host [--app DIR] [--port 7071] [--state DIR] [--no-timers] [--signed-in NAME]
                         [--without-role] [--minutes-ago N] [--strict] [--production]

It reads the environment as the app in Azure does, then local.settings.json. Two keys are valid:
`LOCAL_FUNCTION_KEY` (default: `local`) opens functions, `LOCAL_MASTER_KEY` (default:
`local-master`) opens those and `/admin`. HTTP, timer and queue triggers run; others are listed
only. A function that cannot run is off, as in Azure; with `--strict` the host then does not start.
With `--signed-in` it acts as Easy Auth for that person, in front of the page's routes
(`local.functions_host.easy_auth`); without, nobody is signed in. The person has the role
*Installer*, except with `--without-role`, and signed in when the host started, or `--minutes-ago`.
It is not the Functions runtime:
`local/functions_host/README.md` says what it does otherwise.
"""

import argparse
import io
import os
import signal
import sys
from collections.abc import Sequence

from local.functions_host import log
from local.functions_host.easy_auth import SignedIn
from local.functions_host.errors import HostError
from local.functions_host.local_host import LocalHost
from local.stop_signals import stop_signals


def main(arguments: Sequence[str] | None = None) -> int:
    """Host an app until SIGINT or SIGTERM. Return the exit status."""
    given = _parsed(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    roles = () if given.without_role else ("Installer",)
    person = SignedIn(given.signed_in, roles, given.minutes_ago)
    host = LocalHost(
        given.app,
        port=given.port,
        state=given.state,
        signed_in=person,
        strict=given.strict,
        production=given.production,
        give_up=lambda: os.kill(os.getpid(), signal.SIGTERM),
    )
    log.of_host()
    try:
        # a second signal does not wait for running functions
        with stop_signals() as stopped, host:
            print(*host.described(), sep="\n")
            if given.no_timers:
                print("timers do not run on schedule (--no-timers)")
            print(f"listening on {host.url}")
            print("Application started.")
            if not given.no_timers:
                host.follow_timers()  # last, so that the output of timers comes after this one
            host.follow_queues()
            stopped()
    except HostError as error:
        print(*getattr(error, "__notes__", ()), f"local host: {error}", sep="\n", file=sys.stderr)
        return 1
    return 0


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m local.host", description="Runs a Functions app on 127.0.0.1."
    )
    parser.add_argument("--app", default=".", help="folder of the app (default: this one)")
    parser.add_argument("--port", type=int, default=7071, help="0 takes a free one (default: 7071)")
    parser.add_argument(
        "--state",
        help="folder for the times of timer runs, to detect missed ones (default: none)",
    )
    parser.add_argument("--no-timers", action="store_true", help="do not run timers on schedule")
    parser.add_argument(
        "--signed-in",
        metavar="NAME",
        default="",
        help="who is signed in to the page, as by Easy Auth (default: nobody)",
    )
    parser.add_argument(
        "--without-role",
        action="store_true",
        help="the person who is signed in has no role (default: Installer)",
    )
    parser.add_argument(
        "--minutes-ago",
        metavar="N",
        type=float,
        default=0,
        help="how long ago that person signed in (default: 0)",
    )
    parser.add_argument(
        "--strict",
        action="store_true",
        help="do not start if a function or host.json is wrong (default: it is off, as in Azure)",
    )
    parser.add_argument(
        "--production",
        action="store_true",
        help="wait as long as in Azure: for messages, and for a timer after a crash",
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
