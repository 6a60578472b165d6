import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from shared.render.text.escape import clean, inert, literal


def test_outside_text_becomes_one_visible_line() -> None:
    assert (
        clean(" Lib\r\n\tCal\x00 \u202etxt\u202c\u200b2024\ufeff \ud800\ue000\u2065")
        == "Lib Cal txt2024 \ufffd\ufffd\ufffd"
    )


def test_long_text_is_cut_with_an_ellipsis() -> None:
    assert clean("x" * 80) == "x" * 80
    assert clean("x" * 81) == "x" * 79 + "…"


@given(st.text(alphabet=st.characters()))
@example("LibCal \u202etxt\u202c\u200b2024")
def test_invisible_and_bidi_characters_are_removed(text: str) -> None:
    line = clean(text)
    assert len(line) <= 80
    assert not {unicodedata.category(character) for character in line} & {
        "Cc",
        "Cf",
        "Cn",
        "Co",
        "Cs",
        "Zl",
        "Zp",
    }
    assert line.isprintable()
    line.encode()


def test_card_functions_and_mentions_are_disabled() -> None:
    assert (
        inert("{{DATE(2026-01-01T00:00:00Z)}} {{{TIME(x)}}}")
        == "{ {DATE(2026-01-01T00:00:00Z)}} { { {TIME(x)}}}"
    )
    assert (
        inert("<at>All</at> <AT id=1> a < b <attic>") == "< at>All< /at> < AT id=1> a < b <attic>"
    )


@given(st.text(alphabet="ab[]()*_`~<>\\! {}"))
@example("*a* [b](c) `d` <e>")
def test_markdown_shows_escaped_text_literally(text: str) -> None:
    shown = MarkdownIt("commonmark").render("Lapsewatch: " + literal(clean(text)))
    assert "<" not in shown.removeprefix("<p>").removesuffix("</p>\n")
