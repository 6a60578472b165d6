"""What to do first, for people who run a command before they have made any settings."""

import os
import sys
from collections.abc import Mapping

from shared.bootstrap import settings
from shared.config.problems import Misconfigured
from shared.config.settings import Settings

FIRST_STEPS = (
    "There are no settings yet. To try Lapsewatch on this computer, with a stand-in for Microsoft:",
    "  1. Copy the example settings:",
    "       cp local.settings.example.json local.settings.json",
    "  2. Start a table storage and the stand-in, and leave them running:",
    "       npx azurite --silent --location build/azurite --skipApiVersionCheck \\",
    "         --disableTelemetry &",
    "       .venv/bin/python -m local.tenant &",
    "  3. Run this command again.",
    "To look at a deployed app, load its settings as docs/deploy.md shows under",
    '"When something is missing". What is missing:',
)


def load_settings() -> Settings:
    """Return the settings. If there are none at all, write what to do first.

    Raises:
        Misconfigured: Something is missing or wrong.
    """
    try:
        return settings()
    except Misconfigured:
        if not _has_settings(os.environ):
            sys.stderr.write("\n".join((*FIRST_STEPS, "")))
        raise


def _has_settings(environment: Mapping[str, str]) -> bool:
    return any(value for name, value in environment.items() if name.startswith("LAPSEWATCH_"))
