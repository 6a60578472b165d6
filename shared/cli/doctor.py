"""The command that verifies a deployment: `doctor`."""

import os
from functools import partial
from typing import Annotated

import typer
from rich.console import Console

from shared.adapters.channels.probe import probe_anonymously
from shared.adapters.identity.issuer_keys import IssuerKeys
from shared.bootstrap import clock, registration_reader
from shared.cli.deployed_app import list_functions, site_of
from shared.cli.errors import FAILED
from shared.cli.findings import show_findings
from shared.cli.options import Tenant
from shared.cli.session import program
from shared.usecases.doctor.examine import examine
from shared.usecases.gather import READ_WITHIN


def doctor(
    *,
    tenant: Tenant = "",
    send_test: Annotated[
        bool, typer.Option("--send-test", help="Send a test message to each channel.")
    ] = False,
) -> None:
    """Verify settings, sign-in, permissions, apps, claims, ledger and channels."""
    with program(tenant) as (watch, configured):
        site = site_of(os.environ)
        findings = examine(
            watch,
            configured,
            probe_anonymously,
            read_issuer=_read_issuer,
            read_registration=partial(registration_reader(configured).read, seconds=READ_WITHIN),
            list_functions=(lambda: list_functions(site)) if site else None,
            send_test=send_test,
        )
        complete = show_findings(Console(), findings)
    if not complete:
        raise typer.Exit(FAILED)


def _read_issuer(issuer: str) -> None:
    """Read the keys of an issuer, whatever their ids. Raises `TokenVerifierError`."""
    IssuerKeys(issuer, clock).of("")
