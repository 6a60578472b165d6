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


def test_every_golden_file_is_one_that_is_written() -> None:
    assert {
        path.relative_to(GOLDEN).as_posix() for path in GOLDEN.rglob("*") if path.is_file()
    } == set(files())


@pytest.mark.parametrize("name", FULL_CARDS)
def test_a_few_cards_are_kept_letter_by_letter(name: str) -> None:
    assert full_card_of(name) == (GOLDEN / f"full/cards/{name}.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FULL_MAILS)
def test_the_html_of_a_few_mails_is_kept_letter_by_letter(name: str) -> None:
    assert written(name).html == (GOLDEN / f"full/mails/{name}.html").read_text(encoding="utf-8")


def test_a_file_is_read_as_it_was_written() -> None:
    text = "first\n    card 1.5\n      text: indented\n\n    after an empty line\n\nsecond\n    card 1.5\n"
    assert list(sections(text)) == [
        ("first", "card 1.5\n  text: indented\n\nafter an empty line\n"),
        ("second", "card 1.5\n"),
    ]


def test_a_message_about_several_kinds_of_item_is_in_the_general_file() -> None:
    alone = message(notice(service_view()))
    mixed = message(*alone.notices, *MESSAGES["unclaimed"].notices)
    introduction = replace(alone, introduction=True)
    assert [kind_of(told) for told in (alone, mixed, introduction, message())] == [
        "service",
        GENERAL,
        GENERAL,
        GENERAL,
    ]
