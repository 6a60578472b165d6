"""The running app, its stand-in tenant and what was shown of them: what the acts play on."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from local.demo_parts.page import Visitor
from local.demo_parts.posted import Card, cards_of
from local.demo_parts.processes import ROOT, DemoError
from local.demo_parts.terminal import columns
from local.stand_in.tenant import Tenant
from shared.core.model.secret import Secret

ITS = "Sam Example"
"""The person who creates secrets, and does not open them."""
TIMEOUT_SECONDS = 60.0
"""Seconds to wait for an answer, and for a check."""


@dataclass
class Stage:
    """Where the acts are played."""

    root: str
    tenant: Tenant
    environment: Mapping[str, str]
    key: Mapping[str, str]
    """The header with the function key."""
    person: str
    """The person who is signed in to the page."""
    folder: Path
    """Where the pictures and the log are."""
    created: dict[str, str] = field(default_factory=dict)
    """The key id of the new secret of each service."""
    values: dict[str, Secret] = field(default_factory=dict)
    """The value of the new secret of each service."""
    shown: int = 0
    """How many posted messages were printed."""
    channel: str = "its"
    """The stand-in's name of the channel that the watchlist calls "libapps"."""

    def __post_init__(self) -> None:
        """Open a browser for each person."""
        self.dana, self.sam = Visitor(self.root, self.person), Visitor(self.root, ITS)

    @property
    def page(self) -> str:
        """The address of the status page."""
        return f"{self.root}/api/page"

    def posted(self) -> int:
        """Return how many messages were posted so far."""
        return len(self.tenant.posted(self.channel))

    def new_cards(self) -> list[Card]:
        """Return the cards that were posted since the last call."""
        messages = self.tenant.posted(self.channel)[self.shown :]
        self.shown += len(messages)
        return cards_of(messages)

    def status(self) -> dict[str, Any]:
        """Return the status document."""
        answer = requests.get(f"{self.root}/api/status", headers=self.key, timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        return dict(answer.json())

    def service(self, service: str) -> dict[str, Any]:
        """Return a service of the status document."""
        return next(each for each in self.status()["services"] if each["id"] == service)

    def uses(self, service: str, key_id: str) -> bool:
        """Return whether the credential counts as in use, such as after a confirmation."""
        in_use = self.service(service)["in_use"]
        return in_use is not None and bool(in_use["key_id"] == key_id)

    def check(self) -> dict[str, Any]:
        """Run a check; wait while another one is running, such as after a button of the page."""
        end = time.monotonic() + TIMEOUT_SECONDS
        while True:
            answer = requests.post(
                f"{self.root}/api/check", headers=self.key, timeout=TIMEOUT_SECONDS
            ).json()
            if "outcome" not in answer:
                raise DemoError(f"The check was not made: {answer}.")
            if answer["outcome"] != "busy" or time.monotonic() > end:
                return dict(answer)
            time.sleep(0.2)

    def wait_for_the_first_check(self) -> None:
        """Wait for the result: the timer runs in the background, as in Azure."""
        end = time.monotonic() + TIMEOUT_SECONDS
        while self.status()["check"]["outcome"] is None:
            if time.monotonic() > end:
                raise DemoError(f"The check did not end within {TIMEOUT_SECONDS:.0f} seconds.")
            time.sleep(0.2)

    def status_table(self) -> str:
        """Return what the command `status` prints."""
        ran = subprocess.run(
            [sys.executable, "-m", "shared", "status"],
            cwd=ROOT,
            env={**self.environment, "COLUMNS": str(columns()), "PYTHONIOENCODING": "utf-8"},
            stdout=subprocess.PIPE,
            encoding="utf-8",
            check=False,
        )
        if ran.returncode:
            raise DemoError(f"The command failed (exit status {ran.returncode}).")
        return ran.stdout


def has_display() -> bool:
    """Return whether a browser can show the page here."""
    return sys.platform == "darwin" or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
