"""Every command of `az` that people are asked to run: in documents, by the hooks, by `doctor`.

Bash itself splits the words. It runs each text with a function in place of `az`, and finds no
other program, so nothing that a text says is done.
"""

import inspect
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from local.stand_in.tenant import Tenant
from shared.render.text import commands
from shared.render.text.commands import Deployment
from tests.docs.test_shell import ROOT, shell_in
from tests.infra.deployed import ROLES, SUBSCRIPTION, Deployed

END = "\x1e"
"""A word after the last one of a command."""
RECORDER = rf"""
az() {{ printf '%s\0' "$@" $'{END}' >>recorded; echo value; }}
command_not_found_handle() {{ echo value; }}
"""
VALUE = "00000000-1111-2222-3333-444444444444"
"""What every variable of a text holds."""
SHOWN = re.compile(r"(?<!`)`(az [^`\n]+)`(?!`)|(?<!\$)\((az [^()\n]+)\)")
"""Commands in the prose of a document, of a card, or among commands for PowerShell."""
CARDS = "tests/golden/cards"
ARGUMENTS = {
    "error": "Application.Read.All",
    "name": "The library's app",
    "client_id": VALUE,
    "vault": "kv-abc123",
    "secret": "teams-webhook-url",
    "key_id": VALUE,
}
FORBIDDEN = {
    *("change app", "federate", "create principal", "assign people", "read groups", "consent"),
    *("refresh settings", "store secrets", "read the app"),
    *(f"grant {role}" for role in ROLES.values()),
}
DEPLOYMENTS = (
    Deployment(mailbox="alerts@example.org"),
    Deployment(VALUE, as_person=True, account="stabc123"),
)


class Found(NamedTuple):
    """A command, without "az"."""

    where: str
    words: tuple[str, ...]
    in_prose: bool = False
    """Of a document: options that az requires may be left out."""


def commands_in(script: str) -> list[tuple[str, ...]]:
    """Return the words of each command of `az` in a script for Bash, without "az"."""
    names = set(re.findall(r"\$\{?([A-Za-z_]\w*)", script))
    with TemporaryDirectory() as folder:
        subprocess.run(
            ["/bin/bash", "-c", RECORDER + script],
            env=dict.fromkeys(names, VALUE) | {"HOME": folder, "PATH": "/nonexistent"},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=20,
            check=False,
        )
        recorded = Path(folder, "recorded")
        text = recorded.read_text(encoding="utf-8") if recorded.exists() else ""
    return [tuple(command.split("\0")[:-1]) for command in text.split(f"{END}\0")[:-1]]


def commands_in_prose(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of each command in prose."""
    for found in SHOWN.finditer(text):
        yield from commands_in((found[1] or found[2]).replace(r"\|", "|"))


def pages() -> list[Path]:
    """Return the documents and the workflows."""
    globs = ("*.md", "docs/**/*.md", "infra/*.md", ".github/workflows/*.yml")
    return [path for glob in globs for path in sorted(ROOT.glob(glob))]


def said_by_hooks(folder: Path) -> str:
    """Return what the hooks print if nothing is allowed, and no function of the app is listed."""
    with Tenant() as tenant:
        deployed = Deployed(tenant, folder)
        deployed.keep(LAPSEWATCH_SIGN_INS="on", LAPSEWATCH_MAIL_SENDER="alerts@example.org")
        deployed.hand_over()
        regions = f"/arm/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Web/geoRegions"
        deployed.keep(AZURE_LOCATION="eastus")
        tenant.fault(regions, times=1, status=403)
        tenant.management.functions = []
        tenant.deployer.forbidden = {"register", *FORBIDDEN}
        said = "".join(deployed.up())
        tenant.deployer.forbidden = set(FORBIDDEN)
        said += "".join(deployed.up())
        return said + deployed.run("after_deploy.py") + deployed.run("after_down.py")


def said_by_doctor() -> Iterator[str]:
    """Yield each command of `shared/render/text/commands.py`, for an app and for a laptop."""
    for name, function in inspect.getmembers(commands, inspect.isfunction):
        if name.startswith("_") or function.__module__ != commands.__name__:
            continue
        for deployment in DEPLOYMENTS:
            given = ARGUMENTS | {"deployment": deployment}
            said = function(**{key: given[key] for key in inspect.signature(function).parameters})
            yield from (said,) if isinstance(said, str) else said


def collect() -> Iterator[Found]:
    """Yield all commands."""
    for page in pages():
        where = page.relative_to(ROOT).as_posix()
        yield from (Found(where, words) for words in commands_in(shell_in(page)))
        prose = page.read_text(encoding="utf-8") if page.suffix == ".md" else ""
        yield from (Found(where, words, in_prose=True) for words in commands_in_prose(prose))
    for card in sorted((ROOT / CARDS).glob("*.txt")):
        for words in commands_in_prose(card.read_text(encoding="utf-8")):
            yield Found(CARDS, words)
    with TemporaryDirectory() as folder:
        printed = re.findall(r"^    (.+)$", said_by_hooks(Path(folder)), re.MULTILINE)
    for where, lines in (("infra/hooks", printed), ("doctor", list(said_by_doctor()))):
        for line in lines:
            for words in (*commands_in(line), *commands_in_prose(line)):
                yield Found(where, words)
