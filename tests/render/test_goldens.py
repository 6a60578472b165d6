from dataclasses import replace

import pytest

from shared.core.model.message import Message
from tests.render.cases import MESSAGES
from tests.render.goldens import (
    FULL_CARDS,
    FULL_MAILS,
    GENERAL,
    GOLDEN,
    files,
    full_card_of,
    kept,
    kind_of,
    sections,
)
from tests.render.mail_cases import MAILS, written
from tests.support.notices import message, notice, service_view


@pytest.mark.parametrize(("medium", "messages"), [("cards", MESSAGES), ("mails", MAILS)])
def test_every_golden_digest_belongs_to_a_case(medium: str, messages: dict[str, Message]) -> None:
    assert set(kept(medium)) == {(kind_of(told), name) for name, told in messages.items()}


def test_golden_files_are_those_that_are_written() -> None:
    assert {
        path.relative_to(GOLDEN).as_posix() for path in GOLDEN.rglob("*") if path.is_file()
    } == set(files())


@pytest.mark.parametrize("name", FULL_CARDS)
def test_full_card_equals_its_golden_file(name: str) -> None:
    assert full_card_of(name) == (GOLDEN / f"full/cards/{name}.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FULL_MAILS)
def test_full_html_equals_its_golden_file(name: str) -> None:
    assert written(name).html == (GOLDEN / f"full/mails/{name}.html").read_text(encoding="utf-8")


def test_golden_file_is_read_as_written() -> None:
    first = "first\n    card 1.5\n      text: indented\n\n    after an empty line\n"
    text = f"{first}\nsecond\n    card 1.5\n"
    assert list(sections(text)) == [
        ("first", "card 1.5\n  text: indented\n\nafter an empty line\n"),
        ("second", "card 1.5\n"),
    ]


def test_message_about_several_kinds_is_general() -> None:
    alone = message(notice(service_view()))
    mixed = message(*alone.notices, *MESSAGES["unclaimed"].notices)
    introduction = replace(alone, introduction=True)
    assert [kind_of(told) for told in (alone, mixed, introduction, message())] == [
        "service",
        GENERAL,
        GENERAL,
        GENERAL,
    ]
