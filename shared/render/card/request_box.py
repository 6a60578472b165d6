"""The request on a card: its text, ready to copy, and where else it is."""

from collections.abc import Iterator, Sequence

from shared.core.model.watchlist import REQUEST, Runbook
from shared.render.card.elements import Element, box, button_rows, fixed_text, line, open_url, row
from shared.render.text.card_markdown import MAX_CARD_BYTES
from shared.render.text.naming import listed
from shared.render.text.ready_request import ReadyRequest, anchor


def request_box(
    ready: ReadyRequest, text: str, runbook: Runbook | None, page_url: str
) -> Iterator[Element]:
    """Yield a request, or where it is; `text` is the card's Markdown, `page_url` https or empty."""
    if len(text.encode()) > MAX_CARD_BYTES:
        yield row("Request", elsewhere([REQUEST], runbook, page_url))
    else:
        yield box(list(_letter(ready, text)))
    if page_url:
        url = f"{page_url}#{anchor(ready.services[0])}"
        yield from button_rows([open_url("Open the request", url)])


def elsewhere(titles: Sequence[str], runbook: Runbook | None, page_url: str) -> str:
    """Return where sections of a runbook are that do not fit a card."""
    places = [
        *(["on the status page"] if page_url else []),
        *([f"in {runbook.path}"] if runbook else []),
    ]
    where = " or ".join(places) or "in the output of “status --json”"
    return f"{listed([f'“{title}”' for title in titles])} {where} (too long for a card)"


def _letter(ready: ReadyRequest, text: str) -> Iterator[Element]:
    yield line(ready.heading, weight="Bolder")
    if ready.note:
        yield line(ready.note)
    if ready.to:
        yield row("To", ready.to)
    yield row("Subject", ready.subject)
    yield fixed_text(text)
