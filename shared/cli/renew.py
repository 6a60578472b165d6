"""The command that creates secrets and hands their values over: `renew`."""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from shared.cli import console
from shared.cli.errors import FAILED, write_error
from shared.cli.handing_over import handing_over, pending
from shared.cli.options import By, Json, Services, Tenant, parse_months
from shared.cli.session import print_json, show_progress
from shared.connections import secret_creator
from shared.core.decisions import Refused
from shared.core.model.decision import Person
from shared.core.model.watchlist import Watchlist
from shared.core.renewal import DEFAULT_MONTHS, NotRenewed
from shared.ports.errors import PortError
from shared.render.feeds.renewal_document import renewal_document
from shared.render.text.escape import clean
from shared.render.text.handed_over import renewed, would_create
from shared.usecases.renew import Renewals
from shared.usecases.renew import renew as renew_secrets
from shared.usecases.renewal_plan import Plan, plan

Months = Annotated[
    int,
    typer.Option(
        "--months", parser=parse_months, metavar="MONTHS", help="How long each secret is valid."
    ),
]
Again = Annotated[
    bool,
    typer.Option(
        "--again",
        help="Create one even if a new secret waits to be installed, and delete the value of that.",
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be created; create and save nothing.")
]
INTERRUPTED = "Interrupted. Nothing was created."


def renew(  # noqa: PLR0913  (the options of a command)
    services: Services,
    *,
    months: Months = DEFAULT_MONTHS,
    by: By,
    again: Again = False,
    dry_run: DryRun = False,
    tenant: Tenant = "",
    json_: Json = False,
) -> None:
    """Create a secret with your own sign-in, and hand its value over.

    Sign in with "az login" first. Nobody sees the value on the way; the installer opens it on the
    status page. Add --dry-run to see what would be created.
    """
    person = Person("", by)
    with handing_over(tenant, services, person=True) as (watch, configured, ids):
        watchlist = configured.watchlist
        if dry_run:
            found = plan(watch, ids, months=months, by=person, again=again)
            _show_plan(found, watchlist, json_=json_)
            return
        try:
            done = renew_secrets(
                watch,
                secret_creator(configured),
                ids,
                months=months,
                by=person,
                again=again,
                progress=show_progress,
            )
        except (PortError, Refused) as error:
            done = Renewals((), tuple(NotRenewed(each, str(error)) for each in ids))
        except KeyboardInterrupt:
            done = Renewals((), tuple(NotRenewed(each, INTERRUPTED) for each in ids))
    _show(done, watchlist, json_=json_)


def _show(done: Renewals, watchlist: Watchlist, *, json_: bool) -> None:
    """Show what was created, who was notified, and what was not created; that is a failure."""
    if json_:
        created = [(each.service, each.credential) for each in done.renewed]
        print_json(renewal_document(created, done.refused))
    else:
        for each in done.renewed:
            _print(renewed(each, watchlist))
        if done.check is not None:
            console.check(Console(), done.check, watchlist)
    _write_refused(done.refused, watchlist)
    if done.check is not None and (late := pending(done.check)):
        write_error(f"Saved. {late}")
    elif done.renewed and done.check is None:
        write_error("Saved. Nobody is notified yet; the app's next hourly run does that.")
    if done.refused:
        raise typer.Exit(FAILED)


def _show_plan(found: Plan, watchlist: Watchlist, *, json_: bool) -> None:
    """Show what would be created, and what would not; only what could not be read is a failure."""
    if json_:
        created = [(each.view.service.id, each.credential) for each in found.planned]
        print_json(renewal_document(created, found.refused) | {"dry_run": True})
    else:
        for each in found.planned:
            _print(would_create(each.view, each.credential, watchlist.zone))
        _print("Dry run: nothing was created or saved.")
    _write_refused(found.refused, watchlist)
    if found.unread:
        raise typer.Exit(FAILED)


def _print(sentence: str) -> None:
    Console().print(Text(clean(sentence, 1000)), soft_wrap=True)


def _write_refused(refused: Sequence[NotRenewed], watchlist: Watchlist) -> None:
    sys.stdout.flush()
    for each in refused:
        write_error(f"{watchlist.services[each.service].name}: {each.why}")
