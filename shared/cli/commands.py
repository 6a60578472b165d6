"""The commands by name. A module is imported when its command is run, or shown.

`--help` needs no module, and `status` needs none of what only a check imports.
"""

from collections.abc import Iterator, Mapping
from copy import copy
from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from shared.cli.plain_command import DiscreetCommand, PlainCommand


class _About(NamedTuple):
    """A command: the module with a function of its name, and the text of that function."""

    module: str
    text: str
    cls: type[PlainCommand] = PlainCommand


ABOUT = {
    "check": _About("checks", "Run a check now and send what is due."),
    "tick": _About("checks", "Run a check if one is due, as the timer does."),
    "status": _About("reports", "Show the current status (from the last check)."),
    "forecast": _About("reports", "List the messages that would be sent if nothing changes."),
    "inventory": _About(
        "inventory", "List every credential of the tenant by expiry, read now; nobody is notified."
    ),
    "discover": _About(
        "discover", "Read an app registration, and print a watchlist to start from."
    ),
    "doctor": _About(
        "doctor", "Verify settings, sign-in, permissions, apps, claims, ledger and channels."
    ),
    "confirm": _About(
        "decisions",
        "Confirm which credential a service uses now. To undo, confirm the older one.",
    ),
    "acknowledge": _About(
        "decisions",
        "Snooze reminders (except in the last 7 days) until a date, or until something changes."
        "\n\nAbout a credential of the tenant nobody is notified until that date, or until it "
        "expires.",
    ),
    "claim": _About("decisions", "Assign a credential to services or to none, or take that back."),
    "hand-over": _About(
        "hand_over",
        "Hand the value of a new secret over to the installer, or take it back.",
        DiscreetCommand,
    ),
    "renew": _About(
        "renew",
        "Create a secret with your own sign-in, and hand its value over.",
        DiscreetCommand,
    ),
}
"""In the order of `--help`."""


class _Commands(Mapping[str, TyperCommand]):
    """Imports a command when it is asked for."""

    def __getitem__(self, name: str) -> TyperCommand:
        about = ABOUT[name]
        module = import_module(f"shared.cli.{about.module}")
        alone = typer.Typer(add_completion=False, rich_markup_mode=None)
        alone.command(name, cls=about.cls)(getattr(module, name.replace("-", "_")))
        command = get_command(alone)
        assert isinstance(command, TyperCommand)
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(ABOUT)

    def __len__(self) -> int:
        return len(ABOUT)


class Commands(TyperGroup):
    """All commands."""

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401  (those of typer)
        """Have the commands of `ABOUT`."""
        super().__init__(**attributes)
        self.commands = _Commands()  # type: ignore[assignment]  # (nothing adds to it)

    def list_commands(self, ctx: object) -> list[str]:  # noqa: ARG002  (as its base)
        """Return the names."""
        return list(ABOUT)

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  (typer names no public type)
        """Show the commands by their texts alone."""
        listed = copy(self)
        listed.commands = {
            name: TyperCommand(name, short_help=it.text) for name, it in ABOUT.items()
        }
        TyperGroup.format_help(listed, ctx, formatter)
