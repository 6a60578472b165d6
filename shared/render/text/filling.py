"""Fill in the fields of a runbook.

Values are cleaned, and escaped for Markdown except in code and in links, where a backslash would
be shown. A field inside a value stays text.
"""

import re
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.core.model.views import Request
from shared.render.text.escape import literal
from shared.render.text.fields import field_values

_FIELD = re.compile(r"\{\{[ \t]*(\w+)[ \t]*\}\}")
_CODE_OR_FIELD = re.compile(
    rf"(?P<code>(?P<ticks>(?<!`)`+(?!`)).+?(?<!`)(?P=ticks)(?!`))|{_FIELD.pattern}", re.DOTALL
)
_ENTITY = re.compile(r"&(?=#?\w+;)")
_BLOCK = re.compile(r"^(?=[#+=|-])|(?<=^\d)(?=[.)])|(?<=^\d\d\d\d)(?=[.)])")


def fill_markdown(text: str, request: Request, *, now: datetime, zone: ZoneInfo) -> str:
    """Return a Markdown text with its fields filled in.

    In code spans and fences, values are not escaped; their backticks become apostrophes.
    """
    values = field_values(request, now, zone)

    def escaped(found: re.Match[str]) -> str:
        if found["code"]:
            return _fill(found["code"], lambda name: values[name].replace("`", "'"))
        return _in_markdown(found[3], values[found[3]])

    return _CODE_OR_FIELD.sub(escaped, text)


def fill_plain(text: str, request: Request, *, now: datetime, zone: ZoneInfo) -> str:
    """Return a plain text, such as a mail's, with its fields filled in."""
    values = field_values(request, now, zone)
    return _fill(text, values.__getitem__)


def _fill(text: str, value: Callable[[str], str]) -> str:
    return _FIELD.sub(lambda found: value(found[1]), text)


def _in_markdown(name: str, value: str) -> str:
    if name == "portal_link":
        return value
    if name == "new_secrets":
        return "\n".join(f"- {_escaped(line.removeprefix('- '))}" for line in value.split("\n"))
    return _escaped(value)


def _escaped(value: str) -> str:
    """Escape what Markdown would act on in a value, also at the beginning of a line."""
    return _BLOCK.sub(r"\\", _ENTITY.sub(r"\\&", literal(value)))
