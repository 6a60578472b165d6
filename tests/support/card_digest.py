"""A Teams message as text for review: a line for each element, with style, text and action.

Values that are the same in every message (`USUAL`) are left out, and shown when they differ. So
every change of a payload changes its digest. Words of the digest:

    text: shown literally; markdown: read as Markdown
    Label | value: a label and the text beside it
    {bold warning} a run of text with a style; ‖ stands between two runs
    box: a container; buttons: a set of actions; hidden: not shown until a button unfolds its id
"""

import json
from collections.abc import Iterator
from typing import Any

from tests.support.visible import indented, visible, visible_lines

type Element = dict[str, Any]

USUAL: dict[str, Element] = {
    "message": {"type": "message"},
    "attachment": {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None},
    "AdaptiveCard": {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "msteams": {"width": "Full"},
    },
    "TextBlock": {"wrap": True},
    "TextRun": {"type": "TextRun"},
    "RichTextBlock": {"spacing": "Small"},
    "Container": {"spacing": "Medium"},
    "ColumnSet": {"spacing": "Small"},
}
WORDS = {
    ("weight", "Bolder"): "bold",
    ("size", "Large"): "large",
    ("size", "Medium"): "medium",
    ("isSubtle", True): "quiet",
    ("isVisible", False): "hidden",
}
COLOR_KEYS = {("Container", "style"), ("TextBlock", "style"), ("TextRun", "color")}
"""Values that need no name: a colour, or "heading"."""
NAMES = {
    "AdaptiveCard": "card",
    "TextBlock": "markdown",
    "RichTextBlock": "text",
    "Container": "box",
    "ActionSet": "buttons",
}


def card_digest(payloads: list[Element]) -> str:
    """Return the digest of all requests that one message takes."""
    return "".join(f"{line}\n" for payload in payloads for line in _payload(payload))


def _payload(payload: Element) -> Iterator[str]:
    yield from _unusual("message", payload, "attachments")
    for attachment in payload["attachments"]:
        yield from _unusual("attachment", attachment, "content")
        yield from _element(attachment["content"])


def _unusual(kind: str, element: Element, children: str) -> Iterator[str]:
    if style := _style(element, children, kind=kind):
        yield f"{kind}{style}"


def _element(element: Element) -> Iterator[str]:
    match element:
        case {"type": "AdaptiveCard", "body": list(body), "version": str(version)} if _elements(
            body
        ):
            buttons = ["actions"] if _elements(element.get("actions")) else []
            style = _style(element, "body", "version", "fallbackText", *buttons)
            yield f"card {visible(version)}{style}"
            if "fallbackText" in element:
                yield from _text("fallback", str(element["fallbackText"]))
            yield from _all(body)
            if buttons:
                yield "card buttons"
                yield from indented(_all(element["actions"]))
        case {"type": "TextBlock", "text": str(text)}:
            yield from _text(f"markdown{_style(element, 'text')}", text)
        case {"type": "RichTextBlock", "inlines": list(runs)} if _elements(runs):
            yield f"text{_style(element, 'inlines')}: {_runs(runs)}"
        case {
            "type": "ColumnSet",
            "columns": [
                {"items": [{"inlines": [{"text": str(label)}]}]},
                {"items": [{"inlines": list(runs)}]},
            ],
        } if _elements(runs) and element == _labelled(label, runs):
            yield f"{visible(label)} | {_runs(runs)}"
        case {"type": "Action.OpenUrl", "title": str(title), "url": str(url)}:
            yield f"[{visible(title)}]{_style(element, 'title', 'url')} {visible(url)}"
        case {
            "type": "Action.ToggleVisibility",
            "title": str(title),
            "targetElements": list(targets),
        }:
            style = _style(element, "title", "targetElements")
            yield f"[{visible(title)}]{style} unfolds {', '.join(map(str, targets))}"
        case _:
            yield from _any(element)


def _any(element: Element) -> Iterator[str]:
    """Return the line of an element of any type, and those of its inner elements below it."""
    inner = [key for key, value in element.items() if _elements(value)]
    kind = str(element.get("type", "(no type)"))
    yield f"{NAMES.get(kind, kind)}{_style(element, *inner)}"
    for key in inner:
        if len(inner) > 1:
            yield f"  in {key}"
        yield from indented(_all(element[key]))


def _elements(value: object) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(each, dict) and "type" in each for each in value)
    )


def _all(elements: list[Element]) -> Iterator[str]:
    for element in elements:
        yield from _element(element)


def _labelled(label: str, runs: list[Element]) -> Element:
    """Return the columns that put a text beside a label, exactly."""

    def column(width: str, inlines: list[Element]) -> Element:
        return {
            "type": "Column",
            "width": width,
            "items": [{"type": "RichTextBlock", "spacing": "Small", "inlines": inlines}],
        }

    columns = [
        column("88px", [{"type": "TextRun", "text": label, "isSubtle": True}]),
        column("stretch", runs),
    ]
    return {"type": "ColumnSet", "spacing": "Small", "columns": columns}


def _runs(runs: list[Element]) -> str:
    return "‖".join(_run(run) for run in runs)


def _run(run: Element) -> str:
    style = _style(run, "text", kind="TextRun").strip()
    return (f"{{{style}}} " if style else "") + visible(str(run.get("text")))


def _text(name: str, text: str) -> Iterator[str]:
    first, *later = visible_lines(text)
    if not later:
        yield f"{name}: {first}"
        return
    yield f"{name}:"
    yield from indented([f"| {line}" if line else "|" for line in (first, *later)])


def _style(element: Element, *shown: str, kind: str = "") -> str:
    """Return a word for every key that is not `shown` elsewhere and not usual, each after a space.

    Without `kind`, the line already names the element's type.
    """
    skipped = {*shown} if kind else {*shown, "type"}
    kind = kind or str(element.get("type"))
    usual = USUAL.get(kind, {})
    left = {
        key: value
        for key, value in element.items()
        if key not in skipped and (key not in usual or usual[key] != value)
    }
    missing = [f"no-{key}" for key in usual if key not in element]
    return "".join(
        f" {word}" for word in (*(_word(kind, key, value) for key, value in left.items()), *missing)
    )


def _word(kind: str, key: str, value: object) -> str:
    if isinstance(value, str | bool) and (key, value) in WORDS:
        return WORDS[key, value]
    if (kind, key) in COLOR_KEYS:
        return visible(str(value))
    return (
        f"#{visible(str(value))}"
        if key == "id"
        else f"{key}={visible(json.dumps(value, ensure_ascii=False))}"
    )
