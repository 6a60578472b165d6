"""Cards, drawn by a browser."""

from pathlib import Path

import pytest

from local.browser import BrowserFailed
from local.cards import picture, to_html

CARD = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": "LibCal"}]}


def test_card_becomes_a_picture(tmp_path: Path) -> None:
    picture(to_html([CARD]), tmp_path / "card.png")
    assert (tmp_path / "card.png").read_bytes().startswith(b"\x89PNG")


def test_page_that_was_not_drawn_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BrowserFailed, match="did not draw the page"):
        picture("<p>your file was not found</p>", tmp_path / "card.png")


def test_picture_that_was_not_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BrowserFailed, match=r"did not write .*card\.png"):
        picture(to_html([CARD]), tmp_path / "nowhere" / "deeper" / "card.png")
