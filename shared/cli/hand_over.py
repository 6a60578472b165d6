"""The command that hands the value of a new secret over, or takes that back: `hand-over`."""

from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from shared.cli import console
from shared.cli.errors import FAILED, write_error
from shared.cli.handing_over import handing_over, pending
from shared.cli.options import By, Json, Service, Tenant
from shared.cli.session import print_json
from shared.cli.value_input import read_value
from shared.config.settings import Settings
from shared.core.model.decision import Person
from shared.render.feeds.check_document import check_document
from shared.render.feeds.document_parts import hand_over_document
from shared.render.text.escape import clean
from shared.render.text.handed_over import handed_over
from shared.usecases.hand_over import HandOverDone, withdraw
from shared.usecases.hand_over import hand_over as hand_over_value


def hand_over(
    service: Service,
    *,
    withdrawn: Annotated[
        bool,
        typer.Option("--withdraw", help="Take the value back: delete it. Reads no value."),
    ] = False,
    by: By,
    tenant: Tenant = "",
    json_: Json = False,
) -> None:
    """Hand the value of a new secret over to the installer, or take it back.

    The value is read from standard input, never from an argument: on a terminal, paste it and
    press Enter; it is not shown. The installer opens it on the status page.
    """
    with handing_over(tenant, [service]) as (watch, configured, [service_id]):
        person = Person("", by)
        if withdrawn:
            done = withdraw(watch, service_id, by=person)
        else:
            done = hand_over_value(watch, service_id, read_value(), by=person)
    _show(done, configured, json_=json_)


def _show(done: HandOverDone, configured: Settings, *, json_: bool) -> None:
    """Show what was saved and who was notified."""
    watchlist = configured.watchlist
    if json_:
        print_json(
            {
                "hand_over": hand_over_document(done.record),
                "check": check_document(done.check, watchlist),
            }
        )
    else:
        sentence = handed_over(done.record, watchlist)
        Console().print(Text(clean(sentence, 1000), style="bold"), soft_wrap=True)
        console.check(Console(), done.check, watchlist)
    if late := pending(done.check):
        write_error(f"Saved. {late}")
    if done.record.failed:
        write_error(
            "Withdrawn, but the vault may still have the value. The next hourly run deletes it."
        )
        raise typer.Exit(FAILED)
