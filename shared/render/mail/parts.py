"""The parts of a mail, in words: what the text and the HTML are made from."""

from dataclasses import dataclass
from typing import NamedTuple

from shared.core.model.vocabulary import Severity
from shared.render.text.links import Link
from shared.render.text.ready_request import ReadyRequest

type Line = tuple[Severity, str]


class Fact(NamedTuple):
    """A label and a text; `lead` is the beginning of the text, in bold."""

    label: str
    lead: str
    rest: str


class Steps(NamedTuple):
    """A section of the runbook, in Markdown, with its fields filled in."""

    title: str
    markdown: str


@dataclass(frozen=True, slots=True)
class Block:
    """One notice."""

    severity: Severity
    headline: str
    why: str
    facts: tuple[Fact, ...]
    page_url: str
    """The part of the status page about it; empty if there is none."""
    request: ReadyRequest | None
    steps: tuple[Steps, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """All words of a mail."""

    title: str
    preview: str
    """What the list of mails shows beside the subject."""
    opening: str
    watching: tuple[Line, ...]
    blocks: tuple[Block, ...]
    closing: tuple[str, ...]
    page_url: str
    """Empty if there is no status page, or if a block leads there."""
