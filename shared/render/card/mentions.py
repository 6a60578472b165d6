"""Mentions: Teams notifies a person whom a card names.

A mention is a text between `<at>` tags in a paragraph, and an entry in `msteams.entities` with
exactly the same text. People are found by their sign-in name; names that cannot be found make
Teams mix up those after them:
https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format.
"""

from collections.abc import Sequence

from shared.render.card.elements import Element, fixed_text


def mention_line(names: Sequence[str]) -> Element:
    """Return the paragraph that mentions people by their sign-in names."""
    return fixed_text(f"Urgent for {', '.join(map(_tag, names))}", spacing="Small")


def mention_entities(names: Sequence[str]) -> list[Element]:
    """Return the entries for the people in the paragraph, in the same order."""
    return [
        {"type": "mention", "text": _tag(name), "mentioned": {"id": name, "name": name}}
        for name in names
    ]


def _tag(name: str) -> str:
    """Return the tag; the settings accept no name with a character of Markdown or HTML."""
    return f"<at>{name}</at>"
