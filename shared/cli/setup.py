"""The commands for a new deployment: `discover` and `doctor`."""

import os
import sys
from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console

from shared.adapters.channels.probe import probe_anonymously
from shared.adapters.identity.issuer_keys import IssuerKeys
from shared.bootstrap import clock, reading_graph
from shared.cli.deployed_app import list_functions, site_of
from shared.cli.findings import show_findings
from shared.cli.options import Tenant
from shared.cli.session import FAILED, MISCONFIGURED, exit_on_error, program, write_error
from shared.config import watchlist_rules
from shared.config.problems import InvalidValue
from shared.config.values import guid
from shared.render.feeds.discover import in_ascii, watchlist_toml
from shared.usecases.discover import discover as discover_app
from shared.usecases.doctor.examine import examine


def discover(
    *,
    client_id: Annotated[
        str,
        typer.Option("--client-id", help="The “Application (client) ID” of the app registration."),
    ],
    timezone: Annotated[
        str,
        typer.Option("--timezone", help="The readers' time zone, for example America/Chicago."),
    ] = "UTC",
    tenant: Annotated[
        str,
        typer.Option("--tenant", help="The id of another tenant; by default your own is read."),
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


def doctor(
    *,
    tenant: Tenant = "",
    send_test: Annotated[
        bool, typer.Option("--send-test", help="Send a test message to each channel.")
    ] = False,
) -> None:
    """Verify settings, sign-in, permissions, apps, claims, ledger and channels."""
    with program(tenant) as (watch, configured):
        site = site_of(os.environ)
        findings = examine(
            watch,
            configured,
            probe_anonymously,
            read_issuer=_read_issuer,
            list_functions=(lambda: list_functions(site)) if site else None,
            send_test=send_test,
        )
        complete = show_findings(Console(), findings)
    if not complete:
        raise typer.Exit(FAILED)


def _read_issuer(issuer: str) -> None:
    """Read the keys of an issuer, whatever their ids. Raises `TokenVerifierError`."""
    IssuerKeys(issuer, clock).of("")


def _option[T](name: str, read: Callable[[], T]) -> T:
    """Return the value of an option; if it is wrong, write why and exit."""
    try:
        return read()
    except InvalidValue as error:
        write_error(f"{name}: {error}. {error.todo}".strip())
        raise typer.Exit(MISCONFIGURED) from None
