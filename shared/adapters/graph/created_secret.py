"""Read the answer of `addPassword`: the only one that ever has the value."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from shared.adapters.graph.response import UNREADABLE
from shared.adapters.graph.shapes import ID
from shared.core.model.days import within_bounds
from shared.core.model.directory import Credential, Kind
from shared.core.model.secret import Secret
from shared.ports.secret_creator import CreatedSecret

HINT_CHARS = 3


class _Created(msgspec.Struct, rename="camel"):
    """Only what is needed is checked: the value must not be lost for a date."""

    key_id: str
    secret_text: Secret
    display_name: Any = None
    hint: Any = None
    start_date_time: Any = None
    end_date_time: Any = None


def created_secret(body: bytes, ends: datetime) -> CreatedSecret | None:
    """Return the created secret; `None` if the answer lacks its key id or its value.

    `ends` is what was asked for, should the answer not say it.
    """
    try:
        made = msgspec.json.decode(body, type=_Created, dec_hook=_hidden)
    except UNREADABLE:
        return None
    value = made.secret_text.reveal()
    if not value or not ID.fullmatch(made.key_id):
        return None
    credential = Credential(
        made.key_id.lower(),
        Kind.SECRET,
        _text(made.display_name),
        _text(made.hint) or value[:HINT_CHARS],
        _instant(made.start_date_time),
        _instant(made.end_date_time) or ends,
    )
    return CreatedSecret(credential, made.secret_text)


def _hidden(kind: type, value: object) -> object:
    """Make a `Secret` of the value while it is decoded."""
    if kind is Secret and isinstance(value, str):
        return Secret(value)
    raise TypeError("expected a text")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _instant(value: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(_text(value))
    except ValueError:
        return None
    return within_bounds(at if at.tzinfo else at.replace(tzinfo=UTC))
