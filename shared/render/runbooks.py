"""A card shows the next sections of a runbook if they are short, in the little Markdown that cards know; else it names them."""

import re
from collections.abc import Sequence

from shared.core.model import Runbook

LONGEST = 1_500
"""Bytes of a card that the sections may take, in UTF-8."""

_WRAPPED = re.compile(r"(?<=\S)\n +(?!(?:[-*+]|\d+\.) )(?=\S)")
_ADDRESS = re.compile(r"<(https://[^<>\s]+)>")


def for_card(runbook: Runbook, names: Sequence[str]) -> str:
    """Give the sections `names` as Markdown for a card: those from the first on that fit; empty if not even the first does."""
    shown = ""
    for name in names:
        body = runbook.sections.get(name, "").strip()
        longer = f"{shown}\n\n**{name}**\n\n{_plain(body)}".strip() if body else shown
        if len(longer.encode()) > LONGEST:
            break
        shown = longer
    return shown


def _plain(markdown: str) -> str:
    """Join wrapped lines, which cards would break, and write addresses and code in the way that cards know."""
    return _ADDRESS.sub(r"[\1](\1)", _WRAPPED.sub(" ", markdown)).replace("`", "")
