"""The messages that were posted to Teams: their headlines as text, and a picture."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from local.browser import BrowserError
from local.cards import picture, to_html
from local.demo_parts.terminal import say
from local.stand_in.teams_sink import Posted

MAX_DRAWING_SECONDS = 20.0
"""Limit for the browser; it is started twice."""

type Card = dict[str, Any]


def cards_of(messages: Iterable[Posted]) -> list[Card]:
    """Return the cards of the messages, in order."""
    return [card for posted in messages for card in _attached(posted.message)]


def _attached(message: Any) -> Iterator[Card]:  # noqa: ANN401  (JSON)
    for attachment in message["attachments"]:
        yield attachment["content"]


def headlines(card: Card) -> list[str]:
    """Return the title of a card, and the headline of each item in it."""
    return list(_large_texts(card))


def _large_texts(part: Any) -> Iterator[str]:  # noqa: ANN401  (a card, or a part of one)
    """Yield the texts in large or medium bold letters, without the parts that a button unfolds."""
    match part:
        case {"isVisible": False}:
            return
        case {"text": text, "weight": "Bolder", "size": "Large" | "Medium"}:
            yield text
        case {"body": parts} | {"items": parts} | {"inlines": parts}:
            for each in parts:
                yield from _large_texts(each)


def show_headlines(cards: Sequence[Card]) -> None:
    """Print what the cards say in large letters."""
    say()
    say("Posted in Teams:" if cards else "Posted in Teams: nothing.")
    for card in cards:
        for text in headlines(card):
            say(text, first="  | ")


def draw(cards: Sequence[Card], folder: Path) -> None:
    """Write the cards as an HTML page and, if there is a browser, as a picture."""
    page = to_html(cards)
    (folder / "card.html").write_text(page, encoding="utf-8")
    say()
    say(f"The whole message, as Teams shows it: {_short(folder / 'card.html')}")
    try:
        picture(page, folder / "card.png", within=MAX_DRAWING_SECONDS)
    except BrowserError as error:
        say(f"No picture: {error}")
    else:
        say(f"A picture: {_short(folder / 'card.png')}")


def _short(path: Path) -> str:
    """Return the end of a path: `build/demo/card.png`."""
    return "/".join(path.parts[-3:])
