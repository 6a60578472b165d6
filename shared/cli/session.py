"""What every command needs: the wired program, the end after an error, and output."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from shared.bootstrap import watching
from shared.cli.errors import FAILED, MISCONFIGURED, write_error, write_mistakes
from shared.cli.first_steps import load_settings
from shared.config.problems import Misconfigured
from shared.config.settings import NoSuchTenant, Settings
from shared.core.decisions import Refused
from shared.ports.errors import PortError
from shared.usecases.check import Watch


@contextmanager
def program(tenant: str, loaded: Settings | None = None) -> Iterator[tuple[Watch, Settings]]:
    """Yield the program and its settings for one tenant.

    `tenant` may be empty if only one is watched; `loaded` saves reading the settings again.
    """
    with exit_on_error():
        configured = (loaded or load_settings()).of(tenant)
        with watching(configured) as watch:
            yield watch, configured


@contextmanager
def exit_on_error() -> Iterator[None]:
    """Turn the errors that users meet into a sentence and an exit status, not a traceback."""
    try:
        yield
    except Misconfigured as error:
        write_mistakes(error)
        raise typer.Exit(MISCONFIGURED) from None
    except NoSuchTenant as error:
        write_error(f"--tenant: {error}")
        raise typer.Exit(MISCONFIGURED) from None
    except (PortError, Refused) as error:
        write_error(str(error))
        raise typer.Exit(FAILED) from None
    except KeyboardInterrupt:
        write_error("Interrupted. Unsent messages will be sent by the next check.")
        raise typer.Exit(FAILED) from None


def service_id(configured: Settings, given: str) -> str:
    """Return the id of the service with this name; if there is none, return `given`."""
    services = configured.watchlist.services
    ids = [each.id for each in services.values() if each.name.casefold() == given.casefold()]
    return ids[0] if len(ids) == 1 and given not in services else given


def print_json(document: object) -> None:
    """Write a document to standard output."""
    sys.stdout.write(json.dumps(document, indent=2) + "\n")


def print_csv(table: str) -> None:
    """Write a table to standard output, as bytes: its line ends and encoding are its format."""
    sys.stdout.buffer.write(table.encode())


def show_progress(text: str) -> None:
    """Show the current step on a terminal; write nothing to a pipe."""
    if sys.stderr.isatty():
        write_error(f"{text} ...")
