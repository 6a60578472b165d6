"""What `hand-over` and `renew` need: a vault, services that exist, and who signs in.

What was given is not repeated in an error: it may be the value of a secret.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn

import typer

from shared.bootstrap import watching
from shared.cli.errors import FAILED, MISCONFIGURED, write_error
from shared.cli.first_steps import load_settings
from shared.cli.session import exit_on_error, service_id
from shared.config.settings import NoSuchTenant, Settings
from shared.core.model.check_record import Outcome
from shared.core.results import CheckResult
from shared.usecases.check import Watch

OFF = (
    "Secrets are not handed over here: LAPSEWATCH_HAND_OVER_VAULT is not set. "
    "docs/hand-over.md says how to switch it on. Nothing was done."
)

INTERRUPTED = (
    "Interrupted. If something was begun, the app's next hourly run finds what is left of it, "
    "finishes or ends it, and notifies people."
)


@contextmanager
def handing_over(
    tenant: str, services: Sequence[str], *, person: bool = False
) -> Iterator[tuple[Watch, Settings, Sequence[str]]]:
    """Yield the program, its settings for one tenant, and the ids of the services, each once.

    Args:
        tenant: May be empty if only one is watched.
        services: Their ids or names. If one is unknown, the command ends.
        person: Whether the person signs in, also where there is a managed identity.
    """
    with exit_on_error():
        configured = _of_tenant(load_settings(), tenant)
        if not configured.hand_over_vault:
            _end(OFF)
        ids = _ids(configured, services)
        by_person = person or not configured.managed_identity
        with watching(configured, environment=None if by_person else os.environ) as watch:
            try:
                yield watch, configured, ids
            except KeyboardInterrupt:
                write_error(INTERRUPTED)
                raise typer.Exit(FAILED) from None


def pending(check: CheckResult) -> str:
    """Return what people are not notified of yet, in sentences; empty if they all are.

    A person may not send every message that the app sends.
    """
    if check.outcome == Outcome.BUSY:
        return "A check is running; notifications follow at the next hourly run."
    if check.outcome in {Outcome.PARTIAL, Outcome.FAILED}:
        return f"The app's next hourly run sends what could not be sent from here. {check.error}"
    return ""


def _of_tenant(loaded: Settings, tenant: str) -> Settings:
    try:
        return loaded.of(tenant)
    except NoSuchTenant:
        _end(f"--tenant: {NoSuchTenant('', loaded.watchlists)}")


def _ids(configured: Settings, given: Sequence[str]) -> Sequence[str]:
    """Return the ids of services by their ids or names, each once; end if one is unknown."""
    known = configured.watchlist.services
    ids = tuple(dict.fromkeys(service_id(configured, each) for each in given))
    if not known.keys() >= set(ids):
        which = "This" if len(given) == 1 else "One of these"
        names = ", ".join(sorted(known))
        _end(f"{which} is not on the watchlist; its services are {names}. Nothing was done.")
    return ids


def _end(text: str) -> NoReturn:
    write_error(text)
    raise typer.Exit(MISCONFIGURED)
