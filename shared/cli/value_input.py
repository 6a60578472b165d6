"""The value of a secret from standard input: never from an argument or the environment."""

import sys
import warnings
from getpass import GetPassWarning, getpass

from shared.core.decisions import Refused
from shared.core.model.secret import Secret

MAX_BYTES = 1000
"""A value has at most 64 characters. Not more is read than shows that it is too long."""
PROMPT = "Value of the secret (it is not shown): "


def read_value() -> Secret:
    """Return the value on standard input, without one line break at its end.

    On a terminal it is asked for, without echo.

    Raises:
        Refused: It is missing, too long, not UTF-8, or has several lines.
    """
    if sys.stdin is None:
        raise Refused("Standard input is closed, so there is no value. Nothing was handed over.")
    text = _typed() if sys.stdin.isatty() else _piped()
    if not text:
        raise Refused("There is no value on standard input. Nothing was handed over.")
    if len(text) > MAX_BYTES:
        raise _too_long()
    if any(each in text for each in "\r\n"):
        raise Refused("The value has a line break in it. Paste the value alone, in one line.")
    return Secret(text)


def _piped() -> str:
    longest = MAX_BYTES + len("\r\n")
    data = sys.stdin.buffer.read(longest + 1)
    if len(data) > longest:
        raise _too_long()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("The input is not text in UTF-8. Nothing was handed over.") from None
    return text.removesuffix("\n").removesuffix("\r") if text.endswith("\n") else text


def _typed() -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("error", GetPassWarning)
        try:
            return getpass(PROMPT, stream=sys.stderr)
        except (EOFError, UnicodeDecodeError):
            return ""
        except GetPassWarning:
            raise Refused(
                "This terminal would show the value, so it is not asked for here. Pipe it to this "
                "command. Nothing was handed over."
            ) from None


def _too_long() -> Refused:
    return Refused("The input is too long for the value of a secret. Nothing was handed over.")
