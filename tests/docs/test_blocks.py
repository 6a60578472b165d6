"""Every code block of the documents is parsed, or its page says that it was not run or tried.

Bash parses those in `sh` (`tests/infra/test_docs_commands.py`, `test_shell.py`), azure-cli the
commands of `az` (`make az-check`).
"""

import ast
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

import pytest
import yaml  # type: ignore[import-untyped]  # it has no types of its own

from local.simulation.build import CLIENT_ID
from shared.config.problems import Misconfigured
from shared.config.watchlist import parse

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
NOT_RUN = re.compile(
    r"\bnot (?:\w+ ){0,2}(?:run|tried)\b|\bnothing\b[^.]* was run\b|\bnobody has (?:run|tried)",
    re.IGNORECASE,
)
SETTINGS = {
    "TEAMS_WEBHOOK_URL": "https://flow.example/x",
    "TEAMS_WEBHOOK_URL_BRANCH": "https://flow.example/y",
    "TEAMS_WEBHOOK_URL_ITS": "https://flow.example/z",
    "WEBHOOK_URL": "https://desk.example/",
    "WEBHOOK_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "LIBAPPS_CLIENT_ID": CLIENT_ID,
    "LAPSEWATCH_MAIL_SENDER": "alerts@example.org",
}


class Block(NamedTuple):
    """A code block, without the indent of a list."""

    page: Path
    language: str
    text: str


def blocks() -> Iterator[Block]:
    """Yield the code blocks of all pages."""
    for page in PAGES:
        for _, language, text in BLOCK.findall(page.read_text("utf-8")):
            yield Block(page, language, dedent(text))


def read_text(name: str) -> str:
    """Return a file of the repository, such as a runbook."""
    return (ROOT / name).read_text("utf-8")


def watchlist(text: str) -> None:
    """Parse a watchlist; a part of one takes its place in the shipped one."""
    table = tomllib.loads(text)
    if "timezone" not in table:
        shipped = read_text("watchlist.toml")
        for name in table.get("channels", {}):
            shipped = re.sub(rf"^\[channels\.{name}\]\n(?:.+\n)*", "", shipped, flags=re.MULTILINE)
        if '"its"' in text and "[channels.its]" not in text:
            text += '\n[channels.its]\nkind = "teams"\nurl = "env:TEAMS_WEBHOOK_URL_ITS"\n'
        text = f"{shipped}\n{text}"
    parse(text, "watchlist.toml", SETTINGS, read_text)


def json_or_a_part(text: str) -> None:
    """Parse JSON, or members of an object."""
    json.loads(text if text.lstrip().startswith("{") else f"{{{text}}}")


PARSERS: Mapping[str, Callable[[str], object]] = {
    "toml": watchlist,
    "json": json_or_a_part,
    "yaml": yaml.safe_load,
    "python": ast.parse,
}
ELSEWHERE = {"sh", "powershell", "kusto"}
"""Bash parses the first; other tests compare the others with what the hooks print and log."""
OUTPUT = ""
"""A block without a language is what a program prints, or a query for Grafana."""
VENDORS = {"javascript", "hcl"}
"""Scripts for other products: their pages say that they were not tried."""


@pytest.mark.parametrize(
    "block",
    [each for each in blocks() if each.language in PARSERS],
    ids=lambda each: f"{each.page.name}-{each.language}",
)
def test_every_block_of_data_can_be_parsed(block: Block) -> None:
    PARSERS[block.language](block.text)


def test_every_language_of_a_block_is_known() -> None:
    known = {*PARSERS, *ELSEWHERE, *VENDORS, OUTPUT}
    assert {each.language for each in blocks()} <= known


def test_commands_for_azure_are_marked_as_not_run() -> None:
    """A page with commands for Azure states it once."""
    for each in blocks():
        azure = re.search(
            r"^ *(?:\w+=\$\()?(?:az|azd) |^ *\w.*-ServicePrincipal", each.text, re.MULTILINE
        )
        if azure or each.language in VENDORS:
            assert NOT_RUN.search(each.page.read_text("utf-8")), each.page.name


@pytest.mark.parametrize(
    "text",
    ['[tenant]\nwatch = "yes"\n', "[[apps.services]]\nname = 3\n", '[channels.x]\nkind = "fax"\n'],
)
def test_a_wrong_watchlist_is_found(text: str) -> None:
    with pytest.raises(Misconfigured):
        watchlist(text)
