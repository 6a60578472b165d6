"""Read a runbook: a Markdown file with one level-2 heading for each section.

A "##" inside a code fence is not a heading. A name between double braces is a field, which is
filled in when the section is shown.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePosixPath
from types import MappingProxyType

from markdown_it import MarkdownIt

from shared.config.description import describe, did_you_mean
from shared.config.problems import ConfigProblems, InvalidValue
from shared.config.values import text
from shared.core.model.watchlist import RUNBOOK_SECTIONS, Runbook
from shared.render.text.fields import FIELDS, mistakes

type ReadText = Callable[[str], str]
"""Returns the text of a file that the watchlist names, or raises `InvalidValue`."""

_LINE_END = re.compile(r"\r\n?|\n")  # what the parser counts as a line; str.splitlines has more
_SECTIONS = {section.casefold(): section for section in RUNBOOK_SECTIONS}
_EACH_ONCE = f"the sections {', '.join(RUNBOOK_SECTIONS)}, each once"
_ONE_FIELD = f"one of {', '.join(FIELDS)}, between double braces"
_STEP = "what people do in this step"


@dataclass(frozen=True, slots=True)
class _Heading:
    title: str
    first_line: int
    """Of the heading itself, counted from 0."""
    next_line: int
    """The first line below the heading."""


def runbook_file(value: object, read: ReadText) -> Runbook:
    """Accept the path of a runbook, and return its sections. Raises `Misconfigured` too."""
    expected = "a Markdown file beside or below the watchlist, such as runbooks/libcal.md"
    name = text(value, expected)
    if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
        raise InvalidValue(describe(name), expected)
    return parse(read(name), name)


def parse(document: str, path: str) -> Runbook:
    """Split a runbook into its sections; text above the first heading is not used.

    `path` is the file's name in messages. Raises `Misconfigured` with every section that is
    missing, empty, unknown or repeated, and with every unknown field.
    """
    lines = _LINE_END.split(document)
    headings = list(_headings(document))
    ends = [*(heading.first_line for heading in headings), len(lines)][1:]
    problems = ConfigProblems()
    sections: dict[str, str] = {}
    for heading, end in zip(headings, ends, strict=True):
        body = "\n".join(lines[heading.next_line : end])
        _add_section(sections, heading, body.strip(), path, problems)
        _check_fields(heading, body, path, problems)
    for section in RUNBOOK_SECTIONS:
        if section not in sections:
            expected = f'a line "## {section}" and, below it, {_STEP}'
            problems.add(path, f"the section {section!r} is missing", expected)
    problems.raise_if_any()
    return Runbook(
        path, MappingProxyType({section: sections[section] for section in RUNBOOK_SECTIONS})
    )


def _add_section(
    sections: dict[str, str], heading: _Heading, body: str, path: str, problems: ConfigProblems
) -> None:
    place = f"{path}: line {heading.first_line + 1}"
    section = _SECTIONS.get(heading.title.casefold())
    if section is None:
        found = f"unknown section {describe(heading.title)}"
        problems.add(place, found, _EACH_ONCE, did_you_mean(heading.title, RUNBOOK_SECTIONS))
    elif section in sections:
        problems.add(place, f"a second section {section!r}", _EACH_ONCE)
    else:
        sections[section] = body
        if not body:
            problems.add(place, f"the section {section!r} is empty", _STEP)


def _check_fields(heading: _Heading, body: str, path: str, problems: ConfigProblems) -> None:
    for mistake in mistakes(body):
        place = f"{path}: line {heading.next_line + mistake.line + 1}"
        found = f"unknown field {describe(mistake.text)}"
        problems.add(place, found, _ONE_FIELD, did_you_mean(mistake.name, FIELDS))


def _headings(document: str) -> Iterator[_Heading]:
    tokens = MarkdownIt("commonmark").parse(document)
    for token, inline in pairwise(tokens):
        if token.type == "heading_open" and token.tag == "h2" and token.level == 0 and token.map:
            yield _Heading(" ".join(inline.content.split()), *token.map)
