"""The Adaptive Card elements in use.

Text from outside goes into text runs, which no client reads as Markdown.
"""

from collections.abc import Sequence
from itertools import batched
from typing import Any, Literal

from shared.core.model.vocabulary import Severity
from shared.render.text.escape import inert

type Element = dict[str, Any]
type Color = Literal["default", "accent", "good", "warning", "attention"]

COLORS: dict[Severity, Color] = {
    Severity.CRITICAL: "attention",
    Severity.WARNING: "warning",
    Severity.NOTICE: "accent",
    Severity.OK: "good",
}
LABEL_WIDTH = "88px"
BUTTONS_A_ROW = 2


def fixed_text(text: str, **style: object) -> Element:
    """Return a paragraph of our own words, read as Markdown."""
    return {"type": "TextBlock", "text": text, "wrap": True, **style}


def line(text: str, spacing: str = "Small", **style: object) -> Element:
    """Return a paragraph of any words, shown as they are.

    `style` is that of the text run: weight, size, color, isSubtle.
    """
    return {"type": "RichTextBlock", "spacing": spacing, "inlines": [_run(text, **style)]}


def row(label: str, text: str, lead: str = "") -> Element:
    """Return a label and a text beside it; `lead` comes first, in bold."""
    value = line(text)
    if lead:
        value["inlines"].insert(0, _run(lead, weight="Bolder"))
    return {
        "type": "ColumnSet",
        "spacing": "Small",
        "columns": [
            {"type": "Column", "width": LABEL_WIDTH, "items": [line(label, isSubtle=True)]},
            {"type": "Column", "width": "stretch", "items": [value]},
        ],
    }


def box(items: list[Element], style: str = "default", **more: object) -> Element:
    """Return a container; its `style` is its colour."""
    return {"type": "Container", "style": style, "spacing": "Medium", "items": items, **more}


def button_rows(buttons: Sequence[Element]) -> list[Element]:
    """Return buttons in rows of two: on a phone, a third one would be beyond the edge."""
    return [
        {"type": "ActionSet", "actions": [*row]} | ({"spacing": "Small"} if place else {})
        for place, row in enumerate(batched(buttons, BUTTONS_A_ROW, strict=False))
    ]


def open_url(title: str, url: str) -> Element:
    """Return a button that opens an address."""
    return {"type": "Action.OpenUrl", "title": inert(title), "url": url}


def toggle(title: str, target: str) -> Element:
    """Return a button that shows or hides the element with the id `target`."""
    return {"type": "Action.ToggleVisibility", "title": title, "targetElements": [target]}


def _run(text: str, **style: object) -> Element:
    return {"type": "TextRun", "text": inert(text), **style}
