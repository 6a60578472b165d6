"""The text part of a mail says all that the HTML part says, in lines of at most 78 columns (RFC 5322); only an address may be longer."""

from collections.abc import Iterator

from shared.render.mail.letter import Block, Fact, Letter, Request
from shared.render.text import mail_markdown
from shared.render.text.mail_markdown import filled_lines

WIDTH = 78
LABEL = 13


def text(letter: Letter) -> str:
    """Give the letter as plain text, its lines ended by a line feed."""
    return "\n\n".join(_parts(letter)) + "\n"


def _parts(letter: Letter) -> Iterator[str]:
    yield letter.title
    if letter.opening:
        yield filled_lines(letter.opening, WIDTH)
    if letter.watching:
        yield "\n".join(
            filled_lines(f"- {words}", WIDTH, later="  ") for _, words in letter.watching
        )
    for block in letter.blocks:
        yield from _block(block)
    yield "-" * WIDTH
    yield from (filled_lines(line, WIDTH) for line in letter.closing)
    if letter.page_url:
        yield f"Status page: {letter.page_url}"


def _block(block: Block) -> Iterator[str]:
    yield _underlined(filled_lines(block.headline, WIDTH), "=")
    if block.why:
        yield filled_lines(block.why, WIDTH)
    if block.facts:
        yield "\n".join(map(_fact, block.facts))
    if block.request:
        yield from _request(block.request)
    for steps in block.steps:
        yield _underlined(steps.title, "-")
        yield mail_markdown.text(steps.markdown, WIDTH)
    if block.links:
        yield "\n".join(f"{link.title}: {link.url}" for link in block.links)


def _fact(fact: Fact) -> str:
    words = f"{fact.label}:".ljust(LABEL) + f"{fact.lead} {fact.rest}".strip()
    return filled_lines(words, WIDTH, later=" " * LABEL)


def _request(request: Request) -> Iterator[str]:
    yield _underlined("The request, ready to send", "-")
    yield "\n".join(
        (
            *([f"To: {request.to}"] if request.to else []),
            filled_lines(f"Subject: {request.subject}", WIDTH),
        )
    )
    yield "\n".join(filled_lines(line, WIDTH) for line in request.text.splitlines())


def _underlined(heading: str, mark: str) -> str:
    return f"{heading}\n{mark * max(map(len, heading.splitlines() or ['']))}"
