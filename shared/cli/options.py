"""Options and arguments that several commands have."""

import getpass
from datetime import date
from typing import Annotated

import typer

from shared.core.blank import is_blank
from shared.core.renewal import MAX_MONTHS

DAY = "YYYY-MM-DD"


def parse_day(text: str) -> date:
    """Return the date in an option; a text that is not a date ends the command."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a date ({DAY}).") from None


def _account() -> str:
    """Return the name of the account that runs this; empty if it has none.

    In some containers the account has only a number.
    """
    try:
        return getpass.getuser()
    except OSError:
        return ""


def require_name(by: str) -> str:
    """Return the name in an option; a name that shows nothing ends the command."""
    if is_blank(by):
        raise typer.BadParameter("Name the person who decides, for example --by Anna.")
    return by


def choose_format(*, csv: bool, json_: bool) -> None:
    """End the command if it is asked for two formats."""
    if csv and json_:
        raise typer.BadParameter("Choose one of --csv and --json.")


def parse_months(text: str) -> int:
    """Return the number of months in an option; another text ends the command, and is not shown."""
    possible = {str(months): months for months in range(1, MAX_MONTHS + 1)}
    if str(text) not in possible:  # its default is a number
        raise typer.BadParameter(f"Give a whole number of months, from 1 to {MAX_MONTHS}.")
    return possible[str(text)]


Tenant = Annotated[
    str,
    typer.Option(
        "--tenant", metavar="ID", help="The tenant, if several are watched: its id, or own."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Csv = Annotated[
    bool, typer.Option("--csv", help="Print a table for a spreadsheet, one row for each item.")
]
Service = Annotated[
    str, typer.Argument(metavar="SERVICE", help="The service's id or name, for example libcal.")
]
Services = Annotated[
    list[str],
    typer.Argument(metavar="SERVICE...", help="The ids or names of one or more services."),
]
ServiceOrItem = Annotated[
    str,
    typer.Argument(
        metavar="SERVICE",
        help="The service's id or name, or the item of a credential of the tenant, as "
        "`status --json` has it in tenant.items.",
    ),
]
By = Annotated[
    str,
    typer.Option(
        "--by",
        metavar="NAME",
        help="The name of the person who decides, shown to others.",
        show_default="your account",
        default_factory=_account,
        callback=require_name,
    ),
]
