"""The commands that check: `check` and `tick`."""

from typing import Annotated

import typer
from rich.console import Console

from shared.cli import console
from shared.cli.errors import FAILED, write_error
from shared.cli.first_steps import load_settings
from shared.cli.options import Json, Tenant
from shared.cli.session import exit_on_error, print_json, program, show_progress
from shared.config.settings import Settings
from shared.core.model.check_record import Outcome
from shared.core.results import CheckResult
from shared.render.feeds.check_document import check_document

_FAILURES = {Outcome.PARTIAL, Outcome.FAILED}


def check(
    *,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Send and save nothing; show what would be sent."),
    ] = False,
    tenant: Tenant = "",
    json_: Json = False,
) -> None:
    """Run a check now and send what is due."""
    with program(tenant) as (watch, configured):
        result = watch.dry_run(show_progress) if dry_run else watch.check(show_progress)
    _finish(result, configured, json_=json_)


def tick(*, tenant: Tenant = "", json_: Json = False) -> None:
    """Run a check if one is due, as the timer does."""
    with exit_on_error():
        loaded = load_settings()
    if not tenant and len(loaded.watchlists) > 1:
        _tick_all(loaded, json_=json_)
        return
    with program(tenant, loaded) as (watch, configured):
        result = watch.tick(show_progress)
    _finish(result, configured, json_=json_)


def _tick_all(loaded: Settings, *, json_: bool) -> None:
    """Tick for each tenant; if one fails, the others still run and the command fails."""
    documents: dict[str, object] = {}
    failed = False
    for key in loaded.watchlists:
        with program(key, loaded) as (watch, configured):
            result = watch.tick(show_progress)
        documents[key] = check_document(result, configured.watchlist)
        failed = failed or result.outcome in _FAILURES
        if not json_:
            console.tenant(Console(), configured.watchlist)
            console.check(Console(), result, configured.watchlist)
        if result.outcome in _FAILURES:
            write_error(f"{configured.watchlist.name}: {result.error}")
    if json_:
        print_json({"tenants": documents})
    if failed:
        raise typer.Exit(FAILED)


def _finish(result: CheckResult, configured: Settings, *, json_: bool) -> None:
    """Show the result; exit with a failure if the check failed, even in part."""
    if json_:
        print_json(check_document(result, configured.watchlist))
    else:
        console.check(Console(), result, configured.watchlist)
    if result.outcome in _FAILURES:
        write_error(result.error)
        raise typer.Exit(FAILED)
