"""Read a value from a column.

Rows may be written by another version or by hand, so an instant or a day may be anything that its
type can hold. Each is moved into a range in which every zone and every sum of days works.
"""

import math
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from typing import cast

import msgspec

from shared.adapters.table.fields import Field
from shared.core.model.days import FAR_AWAY, LONG_AGO, within_bounds


def value_of(column: str, field: Field, raw: object) -> object:
    """Return the value in a column. Raises `ValueError` that names the column."""
    try:
        if field.json:
            read = msgspec.json.decode(cast("str", raw), type=field.hint)
        elif type(raw) is field.hint:
            read = raw
        else:
            read = msgspec.convert(raw, field.hint)
        return _bounded(read)
    except (msgspec.MsgspecError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
        raise ValueError(f"in its column {column!r}, {error}") from None


def _bounded(value: object) -> object:
    """Return the value, with instants and days in their range, and instants in UTC."""
    match value:
        case datetime(tzinfo=None):
            raise ValueError(f"{value} has no time zone")
        case datetime():
            return within_bounds(value)
        case date():
            return min(max(value, LONG_AGO.date()), FAR_AWAY.date())
        case tuple():
            return tuple(_bounded(each) for each in value)
        case float() if not math.isfinite(value):
            raise ValueError(f"{value} is not a number")
        case _ if is_dataclass(value) and not isinstance(value, type):
            parts = ((each.name, getattr(value, each.name)) for each in fields(value))
            return replace(value, **{name: _bounded(part) for name, part in parts})
        case _:
            return value
