"""Rules for values of any file or setting: text, flags, days, ids and addresses.

A rule is a function that takes one raw value and returns the accepted one, or raises
`InvalidValue` without showing what may be a credential. A missing value is `None` (TOML has no
null), which every rule rejects with the words "not set".
"""

import re
from collections.abc import Callable
from typing import Any

from shared.config.description import describe
from shared.config.problems import InvalidValue
from shared.core.blank import is_blank

type ValueRule[T] = Callable[[Any], T]

MAX_DAYS = 3650
"""Ten years: no secret is valid for longer, and dates stay in the range of `datetime`."""

_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
)  # as an HTML e-mail field, with a domain


def text(value: object, expected: str = "text between quotation marks") -> str:
    """Accept text that shows something; return it without the space around it."""
    if not isinstance(value, str) or is_blank(value):
        raise InvalidValue(describe(value), expected)
    return value.strip()


def flag(value: object) -> bool:
    """Accept true or false."""
    if not isinstance(value, bool):
        raise InvalidValue(describe(value), "true or false, without quotation marks")
    return value


def whole_days(value: object) -> int:
    """Accept a whole number of days; true is not a number here, though it is in Python."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_DAYS:
        raise InvalidValue(describe(value), f"a whole number of days, 0 to {MAX_DAYS}")
    return value


def guid(
    value: object, expected: str = "an id such as 00000000-0000-0000-0000-000000000000"
) -> str:
    """Accept a GUID; return it in lower case.

    A rejected value is not shown: people paste a secret's value here by mistake.
    """
    given = text(value, expected)
    if not _GUID.fullmatch(given):
        raise InvalidValue("not a GUID", expected)
    return given.lower()


def email_address(value: object) -> str:
    """Accept one email address, without a name."""
    expected = "one email address, such as helpdesk@example.org"
    given = text(value, expected)
    if not _ADDRESS.fullmatch(given):
        raise InvalidValue(describe(given), expected)
    return given
