"""The pages of docs/reference, and what fills their tables."""

import re
from collections.abc import Callable
from pathlib import Path

from local.reference.commands import arguments, overview
from local.reference.routes import answers, forms, parameters, routes
from local.reference.schemas import properties
from local.reference.watchlist import keys

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "reference").glob("*.md"))
_BLOCK = re.compile(
    r"(?P<begin><!-- table: (?P<name>\w+)(?: (?P<of>\w+))? -->\n).*?(?P<end><!-- end of table -->)",
    re.DOTALL,
)
_TABLES: dict[str, Callable[[str], str]] = {
    "watchlist": keys,
    "commands": lambda _: overview(),
    "arguments": lambda _: arguments(),
    "routes": lambda _: routes(),
    "parameters": lambda _: parameters(),
    "forms": lambda _: forms(),
    "answers": lambda _: answers(),
    "properties": properties,
}
"""By the name in the comment; a function gets what follows the name."""


def generated(text: str) -> str:
    """Return the text of a page with its tables as they should be."""
    return _BLOCK.sub(_filled, text)


def _filled(block: re.Match[str]) -> str:
    return f"{block['begin']}\n{_TABLES[block['name']](block['of'] or '')}\n{block['end']}"
