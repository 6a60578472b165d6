"""Read the forms of the status page. User input is never echoed in an error.

Each form carries what was shown of the credential (`hint`, `ends`), so that a decision about a
credential that has changed is refused.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import parse_qs

from shared.config.problems import InvalidValue
from shared.config.values import guid
from shared.core.blank import is_blank
from shared.core.decisions import ShownCredential
from shared.render.text.escape import clean

MEDIA_TYPE = "application/x-www-form-urlencoded"
MAX_FORM_BYTES = 64 * 1024
MAX_FIELDS = 200
MAX_REASON_CHARS = 500
NOBODY = "none"
"""The choice that assigns a credential to no service."""
TAKE_BACK, YES = "take_back", "yes"
"""The field, and its only value, with which a form takes back a decision."""

_SERVICE = re.compile(r"[a-z0-9-]{1,200}")
_ITEM = re.compile(r"tenant:[^\x00-\x1f\x7f:/\\#?|]{1,100}:[^\x00-\x1f\x7f:/\\#?|]{1,100}")
_HINT = re.compile(r"[^\x00-\x1f\x7f]{0,40}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")

type Fields = Mapping[str, Sequence[str]]


class BadForm(Exception):
    """The form is invalid; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Confirming:
    """A service uses this credential now."""

    service: str
    key_id: str
    shown: ShownCredential


@dataclass(frozen=True, slots=True)
class Acknowledging:
    """Reminders of a service are paused until a local date, for a reason."""

    service: str
    """Its id, or the item of a credential of the tenant."""
    until: date
    why: str


@dataclass(frozen=True, slots=True)
class Reopening:
    """The assignment of a credential is taken back."""

    key_id: str
    shown: ShownCredential


@dataclass(frozen=True, slots=True)
class Claiming:
    """A credential is assigned to these services; to none if empty."""

    key_id: str
    shown: ShownCredential
    services: tuple[str, ...]


def fields(body: bytes) -> Fields:
    """Return the fields of a form (WHATWG URL, application/x-www-form-urlencoded, UTF-8).

    Raises:
        BadForm: The body is not a form.
    """
    try:
        return parse_qs(
            body.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError:
        raise BadForm("The form cannot be read. Nothing was saved; reload the page.") from None


def confirming(form: Fields) -> Confirming:
    """Return a confirmation. Raises `BadForm`."""
    return Confirming(service_of(form), key_id_of(form), _shown(form))


def takes_back(form: Fields) -> bool:
    """Return whether a form takes back what it would otherwise decide. Raises `BadForm`."""
    if TAKE_BACK in form and one_of(form, TAKE_BACK) != YES:
        raise bad(TAKE_BACK, YES)
    return TAKE_BACK in form


def cancelling(form: Fields) -> str:
    """Return the service or the credential whose reminders continue. Raises `BadForm`."""
    return _subject(form)


def reopening(form: Fields) -> Reopening:
    """Return the credential that is not assigned any more. Raises `BadForm`."""
    return Reopening(key_id_of(form), _shown(form))


def acknowledging(form: Fields) -> Acknowledging:
    """Return an acknowledgement. Raises `BadForm`."""
    try:
        until = date.fromisoformat(one_of(form, "until"))
    except ValueError:
        raise bad("until", "a date such as 2026-12-01") from None
    given = one_of(form, "why")
    why = clean(given, MAX_REASON_CHARS)
    if is_blank(given) or not why:
        raise bad("why", "a few words for the others")
    return Acknowledging(_subject(form), until, why)


def claiming(form: Fields) -> Claiming:
    """Return an assignment to services, or to none. Raises `BadForm`."""
    choices = tuple(dict.fromkeys(form.get("choice", ())))
    contradicts = NOBODY in choices and len(choices) > 1
    if not choices or contradicts or not all(map(_SERVICE.fullmatch, choices)):
        raise BadForm("Select at least one service, or press “Not ours”. Nothing was saved.")
    return Claiming(key_id_of(form), _shown(form), () if choices == (NOBODY,) else choices)


def _shown(form: Fields) -> ShownCredential:
    hint, ends = one_of(form, "hint"), one_of(form, "ends")
    if not _HINT.fullmatch(hint):
        raise bad("hint", "the first characters of the secret, as the page shows them")
    return ShownCredential(hint, _instant(ends) if ends else None)


def _instant(text: str) -> datetime:
    try:
        if _INSTANT.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise bad("ends", "an instant such as 2026-12-13T09:15:00Z, or nothing")


def service_of(form: Fields) -> str:
    """Return the id of a service. Raises `BadForm`."""
    given = one_of(form, "service")
    if not _SERVICE.fullmatch(given):
        raise bad("service", "the id of a service, such as libcal")
    return given


def _subject(form: Fields) -> str:
    """Return the id of a service, or the item of a credential of the tenant."""
    given = one_of(form, "service")
    return given if _ITEM.fullmatch(given) else service_of(form)


def key_id_of(form: Fields) -> str:
    """Return the id of a credential. Raises `BadForm`."""
    try:
        return guid(one_of(form, "key_id"))
    except InvalidValue as wrong:
        raise bad("key_id", wrong.expected) from None


def one_of(form: Fields, name: str) -> str:
    """Return the only value of a field. Raises `BadForm`."""
    values = form.get(name, ())
    if len(values) != 1:
        raise bad(name, "exactly one value")
    return values[0]


def bad(name: str, expected: str) -> BadForm:
    """Return the error about a field; it has nothing of what was sent."""
    return BadForm(
        f"The form field {name} is missing or invalid; expected {expected}. Nothing was saved."
    )
