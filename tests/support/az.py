"""An `az` on PATH: that of the stand-in tenant, or one that does what a test says."""

import os
from pathlib import Path

import pytest

from local.stand_in.tenant import Tenant


def az_of(tenant: Tenant, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the `az` of a stand-in tenant on PATH; `tenant.az` says who is signed in."""
    _first_on_path(tenant.install_az(folder), monkeypatch)


def az_that(script: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put an `az` on PATH that runs a script of the shell."""
    program = folder / "az"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    _first_on_path(folder, monkeypatch)


def _first_on_path(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
