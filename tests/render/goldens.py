"""The golden files: digests of all cards and mails by kind of item, and a few in full.

`python -m tests.render.regenerate` writes them.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

from shared.core.model.inventory import InventoryView
from shared.core.model.message import Message
from shared.core.model.views import (
    AppView,
    LeftoverView,
    RemovedView,
    ServiceView,
    UnclaimedView,
    View,
    WatcherView,
)
from shared.render.card.card import payloads
from shared.render.mail.mime import as_bytes
from tests.render.cases import MESSAGES, page_of
from tests.render.mail_cases import MAILS, written
from tests.support.card_digest import card_digest
from tests.support.mail_digest import mail_digest

GOLDEN = Path(__file__).parents[1] / "golden"
KINDS: dict[type[View], str] = {
    ServiceView: "service",
    UnclaimedView: "unclaimed",
    AppView: "app",
    LeftoverView: "leftover",
    RemovedView: "removed",
    WatcherView: "watcher",
    InventoryView: "inventory",
}
GENERAL = "general"
"""Introductions, the test message, and messages about several kinds of item."""
FULL_CARDS = ("expiring_to_renewer", "hostile", "several_with_page", "tenant_first")
FULL_MAILS = ("channel_failed", "hostile", "introduction", "several_with_page", "tenant_first")
"""Between them they have every part that a mail can have."""


def card_of(name: str) -> str:
    """Return the digest of the card of a case."""
    return card_digest(payloads(MESSAGES[name], page_url=page_of(name)))


def mail_of(name: str) -> str:
    """Return the digest of the mail of a case."""
    return mail_digest(as_bytes(written(name)))


def full_card_of(name: str) -> str:
    """Return the card of a case in full."""
    return (
        json.dumps(payloads(MESSAGES[name], page_url=page_of(name)), indent=1, ensure_ascii=False)
        + "\n"
    )


def files() -> dict[str, str]:
    """Return the content of each golden file, by its path in `GOLDEN`."""
    return {
        **_digests("cards", MESSAGES, card_of),
        **_digests("mails", MAILS, mail_of),
        **{f"full/cards/{name}.json": full_card_of(name) for name in FULL_CARDS},
        **{f"full/mails/{name}.html": written(name).html for name in FULL_MAILS},
    }


def kept(medium: str) -> dict[tuple[str, str], str]:
    """Return the stored digests of a medium, by kind of item and case."""
    return {
        (path.stem, name): digest
        for path in (GOLDEN / medium).glob("*.txt")
        for name, digest in sections(path.read_text(encoding="utf-8"))
    }


def sections(text: str) -> Iterable[tuple[str, str]]:
    """Return the cases of a golden file with their digests. Only a heading begins at the margin."""
    for section in re.split(r"^(?=\S)", text, flags=re.MULTILINE)[1:]:
        heading, _, body = section.partition("\n")
        yield heading, re.sub(r"^    ", "", body.strip("\n"), flags=re.MULTILINE) + "\n"


def kind_of(message: Message) -> str:
    """Return the kind of item of a message: the name of its golden file."""
    if message.inventory is not None:
        return KINDS[InventoryView]
    kinds = {KINDS[type(notice.view)] for notice in message.notices}
    return kinds.pop() if len(kinds) == 1 and not message.introduction else GENERAL


def _digests(
    medium: str, messages: dict[str, Message], digest: Callable[[str], str]
) -> dict[str, str]:
    found: dict[str, list[str]] = defaultdict(list)
    for name, message in messages.items():
        body = re.sub(r"^(?=.)", "    ", digest(name), flags=re.MULTILINE)
        found[f"{medium}/{kind_of(message)}.txt"].append(f"{name}\n{body}")
    return {path: "\n".join(parts) for path, parts in found.items()}
