"""Every element, property and value of a card is known to clients of its declared version.

The versions are those of the schema explorer of Adaptive Cards. The official renderer checks the
same in `test_card.py`, if Node.js is installed.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.render.card.card import VERSION, payloads
from tests.render.cases import MESSAGES, page_of

type Version = tuple[int, int]

SINCE: dict[str, dict[str, Version]] = {
    "AdaptiveCard": {"version": (1, 0), "fallbackText": (1, 0), "body": (1, 0), "actions": (1, 0)},
    "TextBlock": {
        "text": (1, 0),
        "wrap": (1, 0),
        "size": (1, 0),
        "weight": (1, 0),
        "isSubtle": (1, 0),
        "spacing": (1, 0),
    },
    "RichTextBlock": {"inlines": (1, 2), "spacing": (1, 2)},
    "TextRun": {"text": (1, 2), "size": (1, 2), "weight": (1, 2), "color": (1, 2)}
    | {"isSubtle": (1, 2)},
    "Container": {"items": (1, 0), "spacing": (1, 0), "id": (1, 0), "isVisible": (1, 2)}
    | {"style": (1, 0)},
    "ColumnSet": {"columns": (1, 0), "spacing": (1, 0)},
    "Column": {"width": (1, 0), "items": (1, 0)},
    "ActionSet": {"actions": (1, 2), "spacing": (1, 0)},
    "Action.OpenUrl": {"title": (1, 0), "url": (1, 0)},
    "Action.ToggleVisibility": {"title": (1, 2), "targetElements": (1, 2)},
}
"""The version that introduced each property, by the type of the element."""
STYLES = {"default": (1, 0), "accent": (1, 2), "good": (1, 2), "warning": (1, 2)} | {
    "attention": (1, 2)
}
"""The version that introduced each style of a container."""
PASSED_OVER = {("TextBlock", "style", "heading")}
"""What older clients leave out without harm."""
NOT_OF_THE_SCHEMA = {"type", "$schema", "msteams"}


def parts(value: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401  (any JSON)
    match value:
        case {"type": str()}:
            yield value
            for key, inner in value.items():
                if key not in NOT_OF_THE_SCHEMA:
                    yield from parts(inner)
        case [*values]:
            for each in values:
                yield from parts(each)
        case _:
            pass


def needed(part: dict[str, Any]) -> Iterator[Version]:
    for key, value in part.items():
        if key in NOT_OF_THE_SCHEMA or (part["type"], key, str(value)) in PASSED_OVER:
            continue
        yield SINCE[part["type"]][key]
        if (part["type"], key) == ("Container", "style"):
            yield STYLES[value]
        if (part["type"], key) == ("Column", "width") and str(value).endswith("px"):
            yield (1, 1)


@pytest.mark.parametrize("name", MESSAGES)
def test_card_needs_no_more_than_its_version(name: str) -> None:
    major, minor = VERSION.split(".")
    for payload in payloads(MESSAGES[name], page_url=page_of(name)):
        card = payload["attachments"][0]["content"]
        newest = max(version for part in parts(card) for version in needed(part))
        assert newest <= (int(major), int(minor))
        assert card["version"] == VERSION
