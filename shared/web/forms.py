"""What a person sends with a form becomes a value, or a sentence that says what is wrong with it; the form's own words come back never.

Each form carries what was shown of the credential (`hint`, `ends`), so that a decision about something else is noticed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import parse_qs

from shared.config.problems import InvalidValue
from shared.config.values import guid
from shared.core.decisions import ShownCredential
from shared.render.text.escape import clean

MEDIA_TYPE = "application/x-www-form-urlencoded"
MAX_FORM_BYTES = 64 * 1024
"""Bytes of a form."""
MAX_FIELDS = 200
MAX_REASON_CHARS = 500
"""Characters of why something is acknowledged."""
NOBODY = "none"
"""The choice that says that a credential is no service's."""

_SERVICE = re.compile(r"[a-z0-9-]{1,200}")
_HINT = re.compile(r"[^\x00-\x1f\x7f]{0,40}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")

type Fields = Mapping[str, Sequence[str]]


class BadForm(Exception):
    """The form cannot be used; the text is a sentence that names the field."""


@dataclass(frozen=True, slots=True)
class Confirming:
    """This service uses this credential now."""

    service: str
    key_id: str
    shown: ShownCredential


@dataclass(frozen=True, slots=True)
class Acknowledging:
    """Somebody knows of this service, until a local day, and why."""

    service: str
    until: date
    why: str


@dataclass(frozen=True, slots=True)
class Claiming:
    """This credential is that of these services; of none if there are none."""

    key_id: str
    shown: ShownCredential
    services: tuple[str, ...]


def fields(body: bytes) -> Fields:
    """Read the body of a form (WHATWG URL standard, application/x-www-form-urlencoded; UTF-8). Raises `BadForm`."""
    try:
        return parse_qs(
            body.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError:
        raise BadForm(
            "The form cannot be read; expected what the page's own forms send. Nothing was recorded."
        ) from None


def confirming(form: Fields) -> Confirming:
    """Read the form of a confirmation. Raises `BadForm`."""
    return Confirming(_service(form), _key_id(form), _shown(form))


def acknowledging(form: Fields) -> Acknowledging:
    """Read the form of an acknowledgement. Raises `BadForm`."""
    try:
        until = date.fromisoformat(_one(form, "until"))
    except ValueError:
        raise _bad("until", "a day, such as 2026-12-01") from None
    why = clean(_one(form, "why"), MAX_REASON_CHARS)
    if not why:
        raise _bad("why", "a few words, so that the others know")
    return Acknowledging(_service(form), until, why)


def claiming(form: Fields) -> Claiming:
    """Read the form that says whose a credential is: services are chosen, or nobody. Raises `BadForm`."""
    choices = tuple(dict.fromkeys(form.get("choice", ())))
    if (
        not choices
        or (NOBODY in choices and len(choices) > 1)
        or not all(map(_SERVICE.fullmatch, choices))
    ):
        raise _bad("choice", "one service or several, or nobody's alone")
    return Claiming(_key_id(form), _shown(form), () if choices == (NOBODY,) else choices)


def _shown(form: Fields) -> ShownCredential:
    hint, ends = _one(form, "hint"), _one(form, "ends")
    if not _HINT.fullmatch(hint):
        raise _bad("hint", "the first characters of the secret, as the page shows them")
    return ShownCredential(hint, _instant(ends) if ends else None)


def _instant(text: str) -> datetime:
    expected = "an instant such as 2026-12-13T09:15:00Z, or nothing"
    if not _INSTANT.fullmatch(text):
        raise _bad("ends", expected)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise _bad("ends", expected) from None


def _service(form: Fields) -> str:
    given = _one(form, "service")
    if not _SERVICE.fullmatch(given):
        raise _bad("service", "the id of a service, such as libcal")
    return given


def _key_id(form: Fields) -> str:
    try:
        return guid(_one(form, "key_id"))
    except InvalidValue as wrong:
        raise _bad("key_id", wrong.expected) from None


def _one(form: Fields, name: str) -> str:
    values = form.get(name, ())
    if len(values) != 1:
        raise _bad(name, "it once")
    return values[0]


def _bad(name: str, expected: str) -> BadForm:
    return BadForm(
        f"The form's field {name} is missing or wrong; expected {expected}. Nothing was recorded."
    )
