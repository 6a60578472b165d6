"""The commands that save or take back a decision: `confirm`, `acknowledge` and `claim`."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Annotated

import typer
from rich.console import Console

from shared.cli import console
from shared.cli.errors import FAILED, write_error
from shared.cli.options import DAY, By, Json, Service, ServiceOrItem, Tenant, parse_day
from shared.cli.session import print_json, program, service_id
from shared.config.settings import Settings
from shared.core.model.check_record import Outcome
from shared.core.model.decision import Person
from shared.render.feeds.check_document import check_document
from shared.render.feeds.decision_document import decision_document
from shared.render.page.flash import keeps_nothing_quiet
from shared.usecases import decisions
from shared.usecases.check import Watch


def confirm(
    service: Service,
    *,
    key_id: Annotated[
        str,
        typer.Option(
            "--key-id", metavar="ID", help="The Secret ID, as Entra shows it, of the credential."
        ),
    ],
    by: By,
    tenant: Tenant = "",
    json_: Json = False,
) -> None:
    """Confirm which credential a service uses now. To undo, confirm the older one."""
    with program(tenant) as (watch, configured):
        done = decisions.confirm(watch, service_id(configured, service), key_id, by=Person("", by))
    _show(done, configured, json_=json_)


def acknowledge(  # noqa: PLR0913  (the options of a command)
    service: ServiceOrItem,
    *,
    until: Annotated[
        date | None,
        typer.Option(
            "--until", parser=parse_day, metavar=DAY, help="The last day, for example 2026-12-01."
        ),
    ] = None,
    why: Annotated[
        str, typer.Option("--why", metavar="TEXT", help="The reason, shown to others.")
    ] = "",
    cancel: Annotated[bool, typer.Option("--cancel", help="Take it back.")] = False,
    by: By,
    tenant: Tenant = "",
    json_: Json = False,
) -> None:
    """Snooze reminders (except in the last 7 days) until a date, or until something changes.

    About a credential of the tenant nobody is notified until that date, or until it expires.
    """
    if cancel != (until is None) or cancel == bool(why):
        raise typer.BadParameter("Give either --until and --why, or only --cancel.")
    with program(tenant) as (watch, configured):
        known_id, person = service_id(configured, service), Person("", by)
        if until is None:
            done = decisions.cancel(watch, known_id, by=person)
        else:
            done = decisions.acknowledge(watch, known_id, until, why, by=person)
            done = replace(done, notes=(*done.notes, *_without_effect(watch, known_id)))
    _show(done, configured, json_=json_)


def _without_effect(watch: Watch, service_id: str) -> Iterator[str]:
    """Yield a note if a pause keeps no message quiet."""
    found, zone = watch.status().judgement, watch.watchlist.zone
    for view in found.services:
        note = keeps_nothing_quiet(view, found.now, zone) if view.service.id == service_id else ""
        if note:
            yield note


def claim(
    key_id: Annotated[
        str, typer.Argument(metavar="KEY_ID", help="The Secret ID of the credential.")
    ],
    services: Annotated[
        list[str],
        typer.Argument(
            metavar="SERVICE...",
            help="The ids of the services that use it, none to stop watching it, or open to take "
            "either back.",
        ),
    ],
    *,
    by: By,
    tenant: Tenant = "",
    json_: Json = False,
) -> None:
    """Assign a credential to services or to none, or take that back."""
    names, person = [] if services == ["none"] else services, Person("", by)
    with program(tenant) as (watch, configured):
        if services == ["open"] and "open" not in configured.watchlist.services:
            done = decisions.reopen(watch, key_id, by=person)
        else:
            ids = [service_id(configured, name) for name in names]
            done = decisions.claim(watch, key_id, ids, by=person)
    _show(done, configured, json_=json_)


def _show(done: decisions.Done, configured: Settings, *, json_: bool) -> None:
    """Show the saved decision and who was notified; exit with a failure if notifying failed."""
    if json_:
        document = {
            "decision": decision_document(done.decided.decision),
            "notes": list(done.notes),
            "check": check_document(done.check, configured.watchlist),
        }
        print_json(document)
    else:
        console.decision(Console(), done.decided.decision, done.notes, configured.watchlist)
        console.check(Console(), done.check, configured.watchlist)
    if done.check.outcome == Outcome.BUSY:
        write_error(
            "Decision saved. A check is running; notifications follow at the next hourly run."
        )
    if done.check.outcome in {Outcome.PARTIAL, Outcome.FAILED}:
        write_error(
            f"Decision saved. Notifying people failed and will be retried. {done.check.error}"
        )
        raise typer.Exit(FAILED)
