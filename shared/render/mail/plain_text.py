"""The text part of a mail: all that the HTML part has, in lines of at most 78 columns (RFC 5322).

Only an address may be longer.
"""

from collections.abc import Iterator

from shared.render.mail.markdown_text import markdown_text, wrapped
from shared.render.mail.parts import Block, Fact, Letter
from shared.render.text.ready_request import ReadyRequest

WIDTH = 78
LABEL = 13


def text(letter: Letter) -> str:
    """Return the letter as plain text, its lines ended by a line feed."""
    return "\n\n".join(_parts(letter)) + "\n"


def _parts(letter: Letter) -> Iterator[str]:
    yield letter.title
    if letter.opening:
        yield wrapped(letter.opening, WIDTH)
    if letter.watching:
        yield "\n".join(wrapped(f"- {words}", WIDTH, later="  ") for _, words in letter.watching)
    for block in letter.blocks:
        yield from _block(block)
    if letter.closing or letter.page_url:
        yield "-" * WIDTH
    yield from (wrapped(line, WIDTH) for line in letter.closing)
    if letter.page_url:
        yield f"Status page: {letter.page_url}"


def _block(block: Block) -> Iterator[str]:
    yield _underlined(wrapped(block.headline, WIDTH), "=")
    if block.why:
        yield wrapped(block.why, WIDTH)
    if block.facts:
        yield "\n".join(map(_fact, block.facts))
    if block.page_url:
        yield f"Status page: {block.page_url}"
    if block.request:
        yield from _request(block.request)
    for steps in block.steps:
        yield _underlined(steps.title, "-")
        yield markdown_text(steps.markdown, WIDTH)
    if block.links:
        yield "\n".join(f"{link.title}: {link.url}" for link in block.links)


def _fact(fact: Fact) -> str:
    words = f"{fact.label}:".ljust(LABEL) + f"{fact.lead} {fact.rest}".strip()
    return wrapped(words, WIDTH, later=" " * LABEL)


def _request(request: ReadyRequest) -> Iterator[str]:
    yield _underlined(wrapped(request.heading, WIDTH), "-")
    if request.note:
        yield wrapped(request.note, WIDTH)
    to = [f"To: {request.to}"] if request.to else []
    yield "\n".join((*to, wrapped(f"Subject: {request.subject}", WIDTH)))
    yield "\n".join(_line(line) for line in request.text.splitlines())


def _line(line: str) -> str:
    return wrapped(line, WIDTH, later="  " if line.startswith("- ") else "")


def _underlined(heading: str, mark: str) -> str:
    return f"{heading}\n{mark * max(map(len, heading.splitlines() or ['']))}"
