"""How a command parses its arguments and shows its help."""

from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand

NOT_UNDERSTOOD = (
    "The arguments were not understood. They are not repeated here, because the value of a secret "
    "may be among them. A value is never an argument: `hand-over SERVICE` reads it from standard "
    "input. If one was, the history of your shell may have it: create another secret."
)


class PlainCommand(TyperCommand):
    """A command whose help has words for people, without the types of a program."""

    def collect_usage_pieces(self, ctx: object) -> list[str]:  # noqa: ARG002  (as its base)
        """Return what follows the command in the line of its usage."""
        return ["[OPTIONS]", *(name for name, _ in self._arguments())]

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  (typer names no public type)
        """Write the arguments and the options."""
        options = [each.get_help_record(ctx) for each in self.get_params(ctx)]
        records = [each for each in options if each and each[0].startswith("-")]
        for title, rows in (("Arguments", self._arguments()), ("Options", records)):
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)

    def _arguments(self) -> list[tuple[str, str]]:
        found = [each for each in self.params if isinstance(each, TyperArgument)]
        return [(each.metavar or str(each.name).upper(), each.help or "") for each in found]


class DiscreetCommand(PlainCommand):
    """A command whose errors quote nothing of what was given: it may be the value of a secret.

    The parser's own messages quote what they do not understand.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401  (typer names no public type)
        """Parse the arguments; only an error about an option's value has its own words."""
        try:
            return super().parse_args(ctx, args)
        except typer.BadParameter:  # those of `options`, which quote nothing
            raise
        except typer.TyperException:
            never: list[str] = ctx.fail(NOT_UNDERSTOOD)
            return never
