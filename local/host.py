"""A local host for a Python Functions app, with the real Python worker.

    python -m local.host [--app DIR] [--port 7071] [--state DIR] [--no-timers] [--signed-in NAME]

It reads the environment as the app in Azure does, then local.settings.json. It has two keys:
`LOCAL_FUNCTION_KEY` (default: `local`) opens functions, and `LOCAL_MASTER_KEY` (default:
`local-master`) opens those and `/admin`. HTTP, timer and queue triggers run; others are listed
only. With `--signed-in` it acts as Easy Auth for that person, in front of the page's
routes (`local.functions_host.easy_auth`); without, nobody is signed in. It is not the Functions
runtime: there is no scaling and there are no timeouts. One app per process (see
`local.functions_host.worker`).
"""

import argparse
import io
import sys
from collections.abc import Sequence

from local.functions_host import log
from local.functions_host.errors import HostError, InvocationFailed
from local.functions_host.local_host import Answer, LocalHost
from local.stop_signals import stop_signals

__all__ = ["Answer", "HostError", "InvocationFailed", "LocalHost"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Host an app until SIGINT or SIGTERM. Return the exit status."""
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
    given = parser.parse_args(arguments)

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    host = LocalHost(given.app, port=given.port, state=given.state, signed_in=given.signed_in)
    log.to_standard_error(host.running)
    try:
        # a second signal does not wait for running functions
        with stop_signals() as stopped, host:
            print(*host.described(), sep="\n")
            if given.no_timers:
                print("timers do not run on schedule (--no-timers)")
            print(f"listening on {host.url}")
            if not given.no_timers:
                host.follow_timers()  # last, so that the output of timers comes after this one
            host.follow_queues()
            stopped()
    except HostError as error:
        print(*getattr(error, "__notes__", ()), f"local host: {error}", sep="\n", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
