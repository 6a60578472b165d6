"""The command that reads an app registration for a new watchlist: `discover`."""

import sys
from collections.abc import Callable
from typing import Annotated

import typer

from shared.bootstrap import clock, reading_graph
from shared.cli.errors import MISCONFIGURED, write_error
from shared.cli.session import exit_on_error
from shared.config import watchlist_rules
from shared.config.problems import InvalidValue
from shared.config.values import guid
from shared.render.feeds.discover import in_ascii, watchlist_toml
from shared.usecases.discover import discover as discover_app


def discover(
    *,
    client_id: Annotated[
        str,
        typer.Option(
            "--client-id",
            metavar="ID",
            help="The “Application (client) ID” of the app registration.",
        ),
    ],
    timezone: Annotated[
        str,
        typer.Option(
            "--timezone",
            metavar="ZONE",
            help="The readers' time zone, for example America/Chicago.",
        ),
    ] = "UTC",
    tenant: Annotated[
        str,
        typer.Option(
            "--tenant", metavar="ID", help="The id of another tenant; by default your own is read."
        ),
    ] = "",
) -> None:
    """Read an app registration, and print a watchlist to start from."""
    zone = _option("--timezone", lambda: watchlist_rules.zone(timezone))
    wanted = _option("--client-id", lambda: guid(client_id))
    other_tenant = _option("--tenant", lambda: guid(tenant)) if tenant else ""
    with exit_on_error():
        found = discover_app(reading_graph(other_tenant), wanted, clock())
    document = watchlist_toml(found, clock(), zone)
    is_utf_8 = sys.stdout.encoding.lower() == "utf-8"
    sys.stdout.write(document if is_utf_8 else in_ascii(document))


def _option[T](name: str, read: Callable[[], T]) -> T:
    """Return the value of an option; if it is wrong, write why and exit."""
    try:
        return read()
    except InvalidValue as error:
        write_error(f"{name}: {error}. {error.todo}".strip())
        raise typer.Exit(MISCONFIGURED) from None
