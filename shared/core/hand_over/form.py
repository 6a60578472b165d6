"""Whether a text can be the value of a client secret at all."""

import re
from collections.abc import Callable

from shared.core.decisions import Refused
from shared.core.model.secret import Secret

MIN_CHARS, MAX_CHARS = 16, 64
"""Of a value, by Graph's documentation."""
COPY = "Copy the value again, with the copy button beside it. Nothing was saved."

_GUID = re.compile(r"[{(]?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}[)}]?", re.IGNORECASE)

_FAULTS: tuple[tuple[Callable[[str], bool], str], ...] = (
    (
        lambda text: not text.strip(),
        "There is no value. Paste the value of the new secret. Nothing was saved.",
    ),
    (
        lambda text: _GUID.fullmatch(text.strip()) is not None,
        "This is the Secret ID; copy the Value. Nothing was saved.",
    ),
    (
        lambda text: not {"\n", "\r"}.isdisjoint(text),
        f"The value has a line break, perhaps from a mail. {COPY}",
    ),
    (
        lambda text: not {" ", "\t"}.isdisjoint(text),
        f"The value has a space, and no secret's value has one. {COPY}",
    ),
    (
        lambda text: not text.isascii(),
        f"The value has characters that no secret's value has, such as full-width ones. {COPY}",
    ),
    (lambda text: not text.isprintable(), f"The value has control characters. {COPY}"),
    (
        lambda text: len(text) < MIN_CHARS,
        f"The value is too short: it has at least {MIN_CHARS} characters. {COPY}",
    ),
    (
        lambda text: len(text) > MAX_CHARS,
        f"The value is too long: it has at most {MAX_CHARS} characters. {COPY}",
    ),
)
"""The first that applies counts."""


def require_form(value: Secret) -> None:
    """Raise `Refused` unless this looks like a value; the sentence has nothing of it."""
    text = value.reveal()
    for applies, sentence in _FAULTS:
        if applies(text):
            raise Refused(sentence)
