"""Only `*` is special in a pattern for names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.model.name_pattern import any_of, matches_name

NAMES = st.text(alphabet="aA[]!?^-\\.$|(){}+ßé\n ", max_size=8)


@pytest.mark.parametrize(
    ("pattern", "found", "other"),
    [
        ("[TEST]*", "[test] sandbox", "Timesheets"),
        ("[!a]*", "[!A] lab", "Payroll"),
        ("[a-z]*", "[A-Z] index", "payroll"),
        ("?*", "? unknown", "Payroll"),
        ("lab?", "Lab?", "labs"),
        ("*[old]", "Sync [old]", "Sync o"),
        ("a*b*c", "AxxBxxC", "acb"),
        ("Straße*", "STRASSE 1", "Strase"),
        ("(test|lab).*", "(test|lab).x", "lab"),
    ],
)
def test_every_character_but_the_asterisk_is_itself(pattern: str, found: str, other: str) -> None:
    for name, expected in ((found, True), (other, False)):
        assert matches_name(pattern, name) is expected
        assert bool(any_of(["x", pattern]).match(name.casefold())) is expected


@given(NAMES, NAMES, NAMES)
def test_a_pattern_matches_what_begins_and_ends_like_it(start: str, middle: str, end: str) -> None:
    assert matches_name(f"{start}*{end}", f"{start}{middle}{end}".swapcase())
    assert matches_name(start, end) is (start.casefold() == end.casefold())


def test_no_pattern_matches_nothing() -> None:
    assert any_of([]).match("") is None


def test_many_asterisks_take_no_time() -> None:
    assert not matches_name("*a" * 30 + "b", "a" * 3_000)
