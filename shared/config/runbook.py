"""A runbook is a Markdown file with a level-2 heading for each section; a "##" inside a code fence is not a heading.

What stands between double braces in a section is a field, which is filled in when the section is shown.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from markdown_it import MarkdownIt

from shared.config.problems import Problems
from shared.config.values import did_you_mean, shown
from shared.core.model.watchlist import RUNBOOK_SECTIONS, Runbook
from shared.render.text.fields import FIELDS, mistakes

_LINE_END = re.compile(r"\r\n?|\n")  # what the parser counts as a line; str.splitlines knows more
_SECTIONS = {section.casefold(): section for section in RUNBOOK_SECTIONS}
_EXPECTED = f"the sections {', '.join(RUNBOOK_SECTIONS)}, each once"
_FIELDS = f"one of {', '.join(FIELDS)}, between double braces"


@dataclass(frozen=True, slots=True)
class _Heading:
    title: str
    first_line: int
    """Of the heading itself, counted from 0."""
    next_line: int
    """The first line below the heading."""


def parse(text: str, path: str) -> Runbook:
    """Cut a runbook into its sections; what stands above the first heading is for readers of the file only.

    `path` is what messages call the file. Raises `Misconfigured` with every section that is missing, empty, unknown or there
    twice, and with every unknown field.
    """
    lines = _LINE_END.split(text)
    headings = list(_headings(text))
    ends = [*(heading.first_line for heading in headings), len(lines)][1:]
    problems = Problems()
    sections: dict[str, str] = {}
    for heading, end in zip(headings, ends, strict=True):
        place = f"{path}: line {heading.first_line + 1}"
        section = _SECTIONS.get(heading.title.casefold())
        below = "\n".join(lines[heading.next_line : end])
        body = below.strip()
        if section is None:
            problems.add(
                place,
                f"unknown section {shown(heading.title)}",
                _EXPECTED,
                did_you_mean(heading.title, RUNBOOK_SECTIONS),
            )
        elif section in sections:
            problems.add(place, f"a second section {section!r}", _EXPECTED)
        else:
            sections[section] = body
            if not body:
                problems.add(
                    place, f"nothing below the heading {section!r}", "what people do in this step"
                )
        for mistake in mistakes(below):
            line = f"{path}: line {heading.next_line + mistake.line + 1}"
            problems.add(
                line,
                f"unknown field {shown(mistake.text)}",
                _FIELDS,
                did_you_mean(mistake.name, FIELDS),
            )
    for section in RUNBOOK_SECTIONS:
        if section not in sections:
            problems.add(
                path,
                f"no section {section!r}",
                f'a line "## {section}" and, below it, what people do in this step',
            )
    problems.raise_if_any()
    return Runbook(
        path, MappingProxyType({section: sections[section] for section in RUNBOOK_SECTIONS})
    )


def _headings(text: str) -> Iterator[_Heading]:
    tokens = MarkdownIt("commonmark").parse(text)
    for token, inline in pairwise(tokens):
        if token.type == "heading_open" and token.tag == "h2" and token.level == 0 and token.map:
            yield _Heading(" ".join(inline.content.split()), *token.map)
