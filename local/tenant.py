"""A stand-in Entra tenant on loopback: Graph, mail, identity, sign-in, Teams and heartbeats.

`python -m local.tenant [--port N] [--story NAME] [--hand-over]` serves it and prints the settings;
tests use `Tenant` in process.
"""

import argparse
import shlex
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from local.stand_in.stories import STORIES
from local.stand_in.tenant import Tenant
from local.stop_signals import stop_signals

DEFAULT_PORT = 7090
LOCAL_HEADER = "local"
"""The `IDENTITY_HEADER` that the command requires: constant, so that settings survive a restart.

It protects nothing real.
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve a tenant until Ctrl-C or SIGTERM; print the settings of the app for a shell."""
    parser = argparse.ArgumentParser(
        prog="python -m local.tenant", description="A stand-in Entra tenant on loopback."
    )
    parser.add_argument(
        "--port",
        type=int,
        default=DEFAULT_PORT,
        help="port on 127.0.0.1; 0 picks a free one (default: %(default)s)",
    )
    parser.add_argument(
        "--story",
        default="libapps",
        help=f"content of the tenant: {', '.join(STORIES)}, or many:N for N apps "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--hand-over",
        action="store_true",
        help="with a vault for new secrets, and an `az` for the person who renews",
    )
    options = parser.parse_args(arguments)
    try:
        with (
            stop_signals() as stopped,
            TemporaryDirectory() as folder,
            Tenant(
                options.story,
                port=options.port,
                identity_header=LOCAL_HEADER,
                hand_over=options.hand_over,
            ) as tenant,
        ):
            lines = _introduction(tenant, options.story)
            if options.hand_over:
                lines += _of_hand_over(tenant, Path(folder))
            print("\n".join(lines), flush=True)
            stopped()
    except ValueError as error:
        parser.error(str(error))
    except OSError as error:
        parser.error(
            f"Port {options.port} cannot be used: {error.strerror}. "
            "Stop the program that uses it, or choose another one with --port."
        )


def _introduction(tenant: Tenant, story: str) -> list[str]:
    return [
        f"# Stand-in tenant at {tenant.url}, story {story}, until Ctrl-C.",
        f"# Sent to Teams: {tenant.teams_url('its')}; mails: {tenant.url}/mails",
        f"# Requests received: {tenant.url}/control/requests",
        *(f"export {name}={shlex.quote(value)}" for name, value in tenant.environment.items()),
    ]


def _of_hand_over(tenant: Tenant, folder: Path) -> list[str]:
    program = shlex.quote(str(tenant.install_az(folder)))
    return [
        f"# Names in the vault for new secrets: {tenant.url}/control/vault",
        f"# To renew as a person: export PATH={program}:$PATH",
    ]


if __name__ == "__main__":
    main()
