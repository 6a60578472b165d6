"""What can be the value of a client secret at all; no sentence repeats it."""

import pytest

from shared.core.decisions import Refused
from shared.core.hand_over.form import require_form
from shared.core.model.secret import Secret

VALUE = "q7X~x-r4nd0m.value-of_a.secret~0123456789"
WIDE = "".join(chr(ord(char) + 0xFEE0) for char in VALUE)


@pytest.mark.parametrize("text", [VALUE, "x" * 16, "x" * 64, "!~" * 10])
def test_value_of_printable_characters_is_taken(text: str) -> None:
    require_form(Secret(text))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "There is no value"),
        (" \n ", "There is no value"),
        ("0b1d2c3e-0000-4000-8000-00000000abcd", "This is the Secret ID; copy the Value"),
        ("0B1D2C3E-0000-4000-8000-00000000ABCD", "This is the Secret ID; copy the Value"),
        ("{0b1d2c3e-0000-4000-8000-00000000abcd}\n", "This is the Secret ID; copy the Value"),
        (f"{VALUE}\n", "line break"),
        (f"{VALUE[:20]}\r\n{VALUE[20:]}", "line break"),
        (f" {VALUE}", "a space"),
        (f"{VALUE[:20]}\t{VALUE[20:]}", "a space"),
        (WIDE, "full-width"),
        (f"{VALUE}\N{ZERO WIDTH SPACE}", "no secret's value has"),
        (f"{VALUE}\N{NO-BREAK SPACE}", "no secret's value has"),
        (f"{VALUE[:-1]}\N{CYRILLIC SMALL LETTER A}", "no secret's value has"),
        (f"{VALUE}\x00", "control characters"),
        (f"{VALUE}\x7f", "control characters"),
        ("x" * 15, "too short"),
        ("x" * 65, "too long"),
    ],
)
def test_other_text_gets_its_own_sentence(text: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence) as caught:
        require_form(Secret(text))
    said = str(caught.value)
    assert "Nothing was saved." in said
    if len(text) > 3:
        assert text[:4] not in said
