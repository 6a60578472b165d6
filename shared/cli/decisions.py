"""The commands that save a decision: `confirm`, `acknowledge` and `claim`."""

from dataclasses import replace
from datetime import date
from typing import Annotated

import typer
from rich.console import Console

from shared.cli import console
from shared.cli.errors import FAILED, write_error
from shared.cli.options import DAY, By, Json, Service, Tenant, parse_day
from shared.cli.session import print_json, program
from shared.config.settings import Settings
from shared.core.model.check_record import Outcome
from shared.core.model.decision import Person
from shared.render.feeds.check_document import check_document
from shared.render.feeds.decision_document import decision_document
from shared.render.page.flash import keeps_nothing_quiet
from shared.usecases import decisions


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
        done = decisions.confirm(watch, _service_id(configured, service), key_id, by=Person("", by))
    _show(done, configured, json_=json_)


def acknowledge(
    service: Service,
    *,
    until: Annotated[
        date,
        typer.Option(
            "--until", parser=parse_day, metavar=DAY, help="The last day, for example 2026-12-01."
        ),
    ],
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason, shown to others.")],
    by: By,
    tenant: Tenant = "",
    json_: Json = False,
) -> None:
    """Pause reminders (except in the last 7 days) until a date, or until something changes."""
    with program(tenant) as (watch, configured):
        done = decisions.acknowledge(
            watch, _service_id(configured, service), until, why, by=Person("", by)
        )
        found = watch.status().judgement
    zone, acknowledged = configured.watchlist.zone, done.decided.decision.services
    notes = [
        keeps_nothing_quiet(view, found.now, zone)
        for view in found.services
        if view.service.id in acknowledged
    ]
    _show(replace(done, notes=(*done.notes, *filter(None, notes))), configured, json_=json_)


def claim(
    key_id: Annotated[
        str, typer.Argument(metavar="KEY_ID", help="The Secret ID of the credential.")
    ],
    services: Annotated[
        list[str],
        typer.Argument(
            metavar="SERVICE...",
            help="The ids of the services that use it, or none to stop watching it.",
        ),
    ],
    *,
    by: By,
    tenant: Tenant = "",
    json_: Json = False,
) -> None:
    """Assign a credential to one or more services, or to none."""
    names = [] if services == ["none"] else services
    with program(tenant) as (watch, configured):
        ids = [_service_id(configured, name) for name in names]
        done = decisions.claim(watch, key_id, ids, by=Person("", by))
    _show(done, configured, json_=json_)


def _service_id(configured: Settings, given: str) -> str:
    """Return the id of the service with this name; if there is none, return `given`."""
    services = configured.watchlist.services
    ids = [each.id for each in services.values() if each.name.casefold() == given.casefold()]
    return ids[0] if len(ids) == 1 and given not in services else given


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
