"""Fields of a record as columns of a row.

A record becomes flat columns: the fields of an inner record carry its name (`by_name`,
`credential_key_id`), a list is JSON text, an instant is ISO text in UTC (exact to the
microsecond; a table's own dates begin in 1601), a day is ISO text, and an absent column is
`None`. Columns can be read, filtered and corrected by hand, and a row of an older version is
still read, which a serialiser into one column would not allow.
"""

from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from datetime import datetime
from functools import cache
from inspect import get_annotations
from types import NoneType
from typing import Annotated, Any, NamedTuple, get_args, get_origin

import msgspec

_OLD_NAMES = {"action_needed_since": "hands_since", "inventory_attempt": "tenant_attempt"}
"""Columns that keep the name that existing ledgers have, by the field's name."""


class Field(NamedTuple):
    """How a field is read from its column."""

    hint: Any
    inner: type | None
    """The record in this field, if it holds one."""
    optional: bool
    json: bool


def column_name(field: str) -> str:
    """Return the name of a field's column."""
    return _OLD_NAMES.get(field, field)


@cache
def fields_of(kind: Callable[..., object]) -> Mapping[str, Field]:
    """Return the fields of a record's class by name. Cached: a ledger has thousands of rows."""
    return {name: _field(hint) for name, hint in annotations_of(kind).items()}


def _field(hint: Any) -> Field:  # noqa: ANN401  (any annotation)
    parts = (hint, *get_args(hint))
    # An instant without a time zone in a row is an error.
    exact = Annotated[datetime, msgspec.Meta(tz=True)] if datetime in parts else hint
    listed = get_origin(hint) is tuple
    inner = next((part for part in parts if is_record(part) and not listed), None)
    return Field(exact, inner, NoneType in parts, listed)


def annotations_of(kind: Callable[..., object]) -> Mapping[str, Any]:
    """Return the annotations of a record's class, in the order of its fields."""
    return get_annotations(kind)


def is_record(kind: object) -> bool:
    """Return whether `kind` is a dataclass or a named tuple."""
    return isinstance(kind, type) and (is_dataclass(kind) or hasattr(kind, "_fields"))
