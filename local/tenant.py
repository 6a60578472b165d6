"""A stand-in Entra tenant on loopback: Graph, mail, managed identity, sign-in, Teams channels, heartbeats, so that no test needs Azure.

`python -m local.tenant [--port N] [--story NAME]` serves it and prints what to set; tests use `Tenant` in process.
"""

import argparse
import shlex
from collections.abc import Sequence

from local.stand_in.stories import STORIES
from local.stand_in.tenant import Tenant
from local.stop_signals import stop_signals

DEFAULT_PORT = 7090
LOCAL_HEADER = "local"
"""What the command asks for as `IDENTITY_HEADER`: always the same, so that settings outlive a restart. It guards nothing real."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve a tenant until Ctrl-C or SIGTERM; print the settings with which the app uses it, as a shell reads them."""
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
        help=f"what the tenant holds: {', '.join(STORIES)}, or many:N for N apps (default: %(default)s)",
    )
    options = parser.parse_args(arguments)
    try:
        with (
            stop_signals() as stopped,
            Tenant(options.story, port=options.port, identity_header=LOCAL_HEADER) as tenant,
        ):
            print(_introduction(tenant, options.story), flush=True)
            stopped()
    except ValueError as error:
        parser.error(str(error))
    except OSError as error:
        parser.error(
            f"Port {options.port} cannot be used: {error.strerror}. Stop what uses it, or give another with --port."
        )


def _introduction(tenant: Tenant, story: str) -> str:
    lines = (
        f"# Stand-in tenant at {tenant.url}, story {story}, until Ctrl-C.",
        f"# What Teams was sent: {tenant.teams_url('its')}; mails: {tenant.url}/mails; what was asked: {tenant.url}/control/requests",
        *(f"export {name}={shlex.quote(value)}" for name, value in tenant.environment.items()),
    )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
