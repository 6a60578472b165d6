"""`python -m shared COMMAND`: the command line, with all commands.

Standard output has the result (with `--json` exactly one document), standard error the rest. The
exit status is 0 when the command succeeded, whatever it found; 1 when something failed; 2 when
settings or arguments are wrong.
"""

import logging
import sys

import typer

from shared.adapters.library_logs import silence_libraries
from shared.cli.commands import Commands
from shared.cli.errors import MISCONFIGURED, write_mistakes
from shared.cli.streams import use_plain_text
from shared.config.local_settings import use_local_settings
from shared.config.problems import Misconfigured
from shared.version import VERSION

app = typer.Typer(
    name="python -m shared",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _show_version(asked: bool) -> None:  # noqa: FBT001  (typer passes the option's value)
    """Print the version and exit, if it was asked for."""
    if asked:
        typer.echo(f"Lapsewatch {VERSION}")
        raise typer.Exit


@app.callback()
def lapsewatch(
    version: bool = typer.Option(  # noqa: FBT001  (the same)
        False,
        "--version",
        callback=_show_version,
        is_eager=True,
        help="Show the version and exit.",
    ),
) -> None:
    """Lapsewatch: who has to renew which Entra credential, and by when."""


def main() -> None:
    """Run the command line, and exit."""
    use_plain_text()
    logging.basicConfig(level=logging.ERROR, format="%(message)s")
    silence_libraries()
    try:
        use_local_settings()
    except Misconfigured as error:
        write_mistakes(error)
        sys.exit(MISCONFIGURED)
    app()


if __name__ == "__main__":
    main()
