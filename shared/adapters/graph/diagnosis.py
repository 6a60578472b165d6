"""Find what is wrong with an object of Graph that the fast decoder refuses.

A date may be right and still beyond that decoder: an end of 9999-12-31T23:59:59.9999999Z rounds
up, and 23:59:60 is a leap second. Then the object is decoded here.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from shared.adapters.graph.response import UNREADABLE, unreadable_error
from shared.adapters.graph.shapes import Key, ListedRecord, Password, Principal, Record
from shared.ports.errors import DirectoryError
from shared.render.text.escape import MAX_ERROR_CHARS, clean

type Shape = Record | Principal | ListedRecord

MAX_PROBLEMS = 3
_LEAP_SECOND = re.compile(r"(?<=:\d\d:)60(?!\d)")
_CREDENTIALS: Sequence[tuple[str, type[Password | Key], str]] = (
    ("passwordCredentials", Password, "client secret"),
    ("keyCredentials", Key, "certificate"),
)


def decode_slowly[T: Shape](body: bytes, shape: type[T]) -> T:
    """Decode one object, or raise a `DirectoryError` that names what is wrong with it."""
    try:
        value = msgspec.json.decode(body)
    except UNREADABLE as error:
        raise unreadable_error(body, error) from error
    if not isinstance(value, dict):
        raise unreadable_error(body, TypeError("expected an object"))
    if problems := [
        problem
        for field, item_shape, what in _CREDENTIALS
        for problem in _problems(value.get(field), item_shape, what)
    ]:
        raise app_error(problems)
    try:
        return msgspec.convert(value, shape)
    except UNREADABLE as error:
        raise app_error([clean(str(error), MAX_ERROR_CHARS)]) from error


def app_error(problems: Sequence[str]) -> DirectoryError:
    """Return the error for an app that cannot be read; it lists `MAX_PROBLEMS` problems."""
    more = f"; and {len(problems) - MAX_PROBLEMS} more" if len(problems) > MAX_PROBLEMS else ""
    return DirectoryError(
        f"Graph's response cannot be read: {'; '.join(problems[:MAX_PROBLEMS])}{more}."
        " Look at the app in Entra; if it is in order there, report this.",
        transient=False,
    )


def _problems(items: object, shape: type[Password | Key], what: str) -> Sequence[str]:
    found = []
    for number, item in enumerate(items if isinstance(items, list) else [], start=1):
        if problem := _problem(item, shape):
            key_id = item.get("keyId") if isinstance(item, dict) else None
            name = clean(key_id, 50) if key_id and isinstance(key_id, str) else f"#{number}"
            found.append(f"{what} {name}: {problem}")
    return found


def _problem(item: Any, shape: type[Password | Key]) -> str:  # noqa: ANN401  (any JSON)
    """Return what is wrong with a credential, or an empty text; parse its dates in place."""
    for field in ("startDateTime", "endDateTime") if isinstance(item, dict) else ():
        text = item.get(field)
        if isinstance(text, str):
            try:
                item[field] = datetime.fromisoformat(_LEAP_SECOND.sub("59", text))
            except ValueError:
                shown = clean(text, 40)
                return f"{field} is {shown!r}, expected an instant such as 2027-05-07T06:52:46Z"
    try:
        msgspec.convert(item, shape)
    except msgspec.ValidationError as error:
        return clean(str(error), MAX_ERROR_CHARS)
    return ""
