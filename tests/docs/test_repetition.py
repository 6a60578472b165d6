"""No sentence stands on two pages, or twice on one: a reader meets each fact in one place."""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROMISES = ROOT / "docs/reliability.md"
"""A table of the promises in `tests/mutations`, word for word."""
PAGES = [ROOT / "README.md", *sorted({*(ROOT / "docs").rglob("*.md")} - {PROMISES})]
MIN_WORDS = 8
"""A shorter sentence may stand on several pages."""
CODE = re.compile(
    r"^ *```.*?^ *```$|<!-- table: .*?<!-- end of table -->|<!--.*?-->", re.DOTALL | re.MULTILINE
)
"""Blocks of code, and tables that a program writes: these may repeat what they are made of."""
END = re.compile(r"(?<=[.!?:;])\s+|\s*\|\s*|\n\s*\n|\n\s*(?:[-*]|\d+\.)\s+|\n#+ ")
"""The end of a sentence, of a cell, of a paragraph, of an item or of a heading."""


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a page with enough words, as words only."""
    prose = re.sub(r"\]\([^)]*\)", "]", CODE.sub("\n\n", text))
    for part in END.split(prose):
        words = re.findall(r"\w[\w'\u2019./=-]*\b", part.lower())
        if len(words) >= MIN_WORDS:
            yield " ".join(words)


def repeated(texts: dict[str, str]) -> dict[str, list[str]]:
    """Return each sentence that occurs more than once, with the pages that have it."""
    places = defaultdict(list)
    for name, text in texts.items():
        for sentence in sentences(text):
            places[sentence].append(name)
    return {sentence: names for sentence, names in places.items() if len(names) > 1}


def test_no_sentence_is_repeated() -> None:
    texts = {page.relative_to(ROOT).as_posix(): page.read_text("utf-8") for page in PAGES}
    assert repeated(texts) == {}


def test_a_repeated_sentence_is_found() -> None:
    one = "# A\n\nIt runs. Each check reads every\nwatched app from [Graph](x.md), one by one.\n"
    two = "| a | each check reads every watched app from Graph, one by one |\n|---|---|\n"
    assert list(repeated({"one": one, "two": two})) == [
        "each check reads every watched app from graph one by one"
    ]


def test_code_and_generated_tables_may_repeat() -> None:
    block = "```\neach check reads every watched app from Graph, one after another\n```\n"
    fact = "each check reads every watched app from Graph, one after another"
    generated = f"<!-- table: a -->\n\n| {fact} |\n\n<!-- end of table -->\n"
    assert repeated({"one": block, "two": block, "three": generated, "four": generated}) == {}
