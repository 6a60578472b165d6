from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import partial
from itertools import pairwise
from operator import delitem
from typing import Any

import pytest

from shared.render.card.card import payloads
from shared.render.card.elements import box, fixed_text, line, open_url, row, toggle
from tests.render.cases import MESSAGES, page_of
from tests.support.card_digest import card_digest

type Json = Any
type Path = tuple[str | int, ...]

OTHER_VALUES: tuple[Json, ...] = ("other", True, False, [], {})


def card(*body: Json, **more: Json) -> list[Json]:
    content = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "msteams": {"width": "Full"},
        "fallbackText": "In short",
        "body": list(body),
        **more,
    }
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": content,
    }
    return [{"type": "message", "attachments": [attachment]}]


def digest_of(*body: Json) -> str:
    return card_digest(card(*body)).removeprefix("card 1.5\nfallback: In short\n")


def test_digest_has_a_line_for_each_element() -> None:
    body = (
        fixed_text("Title", size="Large", weight="Bolder", style="heading"),
        box(
            [
                line("Headline", weight="Bolder", color="attention"),
                row("Next step", " do it.", lead="Your turn:"),
                box([fixed_text("**Create**\n\n1. Go")], id="steps1", isVisible=False),
                {
                    "type": "ActionSet",
                    "actions": [
                        toggle("Show how", "steps1"),
                        open_url("Open", "https://a.example/"),
                    ],
                },
            ],
            "attention",
        ),
    )
    assert card_digest(
        card(*body, actions=[open_url("Page", "https://b.example/")])
    ).splitlines() == [
        "card 1.5",
        "fallback: In short",
        "markdown large bold heading: Title",
        "box attention",
        "  text: {bold attention} Headline",
        "  Next step | {bold} Your turn:‖ do it.",
        "  box default #steps1 hidden",
        "    markdown:",
        "      | **Create**",
        "      |",
        "      | 1. Go",
        "  buttons",
        "    [Show how] unfolds steps1",
        "    [Open] https://a.example/",
        "card buttons",
        "  [Page] https://b.example/",
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (line("Late", color="warning"), line("Late", color="attention")),
        (line("Late"), fixed_text("Late")),
        (open_url("Open", "https://a.example/"), open_url("Open", "https://b.example/")),
        (toggle("Show", "steps1"), toggle("Show", "steps2")),
        (box([line("How")], isVisible=False), box([line("How")])),
        (box([line("How")], "good"), box([line("How")], "warning")),
        (row("Ends", "today"), line("Ends | today")),
        (row("Ends", "today"), {**row("Ends", "today"), "spacing": "Large"}),
    ],
)
def test_visible_difference_changes_the_digest(one: Json, other: Json) -> None:
    assert digest_of(one) != digest_of(other)


def test_digest_shows_unknown_elements() -> None:
    assert card_digest(
        card(line("Late"), version="1.6", msteams={"entities": [{"type": "mention"}]})
    ).splitlines() == [
        'card 1.6 msteams={"entities": [{"type": "mention"}]}',
        "fallback: In short",
        "text: Late",
    ]
    assert (
        digest_of({"type": "Image", "url": "https://a.example/x.png"})
        == 'Image url="https://a.example/x.png"\n'
    )


def test_digest_shows_invisible_characters() -> None:
    assert digest_of(line("a\u202eb\u200bc\nd")) == "text: a⟨U+202E⟩b⟨U+200B⟩c⟨U+000A⟩d\n"


def places(value: Json, path: Path = ()) -> Iterator[tuple[Path, Json]]:
    """Yield every value of a payload, with its path."""
    yield path, value
    for key, inner in (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    ):
        yield from places(inner, (*path, key))


def changes(payload: Json) -> Iterator[tuple[str, Json]]:
    """Yield the card with one change each: a value, a key, a further key, or swapped neighbours."""
    for path, value in places(payload):
        if path:
            for new in OTHER_VALUES:
                if new != value:
                    yield f"{path} is {new!r}", changed(payload, path, partial(put, new=new))
        if isinstance(value, dict):
            yield (
                f"{path} has one more key",
                changed(payload, (*path, "new"), partial(put, new=True)),
            )
        if path:
            yield f"{path} is gone", changed(payload, path, delitem)
        if isinstance(value, list):
            for first, second in pairwise(range(len(value))):
                if value[first] != value[second]:
                    yield (
                        f"{path} has {first} and {second} swapped",
                        changed(payload, (*path, first), swap),
                    )


def put(at: Json, key: Json, new: Json) -> None:
    at[key] = new


def swap(at: Json, key: Json) -> None:
    at[key], at[key + 1] = at[key + 1], at[key]


def changed(payload: Json, path: Path, change: Callable[[Json, Json], None]) -> Json:
    copy = deepcopy(payload)
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    change(inner, path[-1])
    return copy


@pytest.mark.parametrize("name", ["replaced_with_page", "tenant_first"])
def test_any_change_of_a_card_changes_the_digest(name: str) -> None:
    [payload] = payloads(MESSAGES[name], page_url=page_of(name))
    [attachment] = payload["attachments"]

    def digest(content: Json) -> str:
        return card_digest([{**payload, "attachments": [{**attachment, "content": content}]}])

    unchanged = digest(attachment["content"])
    assert [
        what for what, other in changes(attachment["content"]) if digest(other) == unchanged
    ] == []


def test_any_change_of_the_envelope_changes_the_digest() -> None:
    [payload] = card(line("Late"))
    [attachment] = payload["attachments"]
    others = [
        {**payload, "type": "other"},
        {**payload, "summary": "other"},
        {**payload, "attachments": [attachment, attachment]},
        *(
            {**payload, "attachments": [{**attachment, key: "other"}]}
            for key in ("contentType", "contentUrl", "name")
        ),
    ]
    digests = {card_digest([other]) for other in (payload, *others)} | {
        card_digest([payload, payload, payload])
    }
    assert len(digests) == len(others) + 2
