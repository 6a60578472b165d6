"""What a runbook leaves open is filled in for the occasion: a fixed list of fields, each written {{like_this}}.

Values are cleaned, and escaped for Markdown except in code and in links, where a backslash would be shown. Nothing in a
value is a field again.
"""

import re
import string
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.core.model.views import Loss, ServiceView
from shared.core.model.vocabulary import Kind
from shared.core.model.watchlist import Claim
from shared.render.text.dates import full_day
from shared.render.text.escape import clean, literal
from shared.render.text.links import entra_credentials
from shared.render.text.naming import CLIENT_ID_TAIL, noun

LIFETIME = timedelta(days=730)
"""What the runbooks ask for: the portal's "730 days (24 months)"."""

_OPENING = re.compile(r"\{\{([^{}\n]*)(\}\})?")
_FIELD = re.compile(r"\{\{[ \t]*(\w+)[ \t]*\}\}")
_CODE_OR_FIELD = re.compile(
    rf"(?P<code>(?P<ticks>(?<!`)`+(?!`)).+?(?<!`)(?P=ticks)(?!`))|{_FIELD.pattern}", re.DOTALL
)
_ENTITY = re.compile(r"&(?=#?\w+;)")
_BLOCK = re.compile(r"^(?=[#+=|-])|(?<=^\d)(?=[.)])|(?<=^\d\d\d\d)(?=[.)])")
_GLOB = re.compile(r"\*+|\?+|\[[!^]?\]?[^\]]*\]|.", re.DOTALL)
_TYPED = string.printable[:-5]
"""What people type into a name; the last five are line breaks and the like."""


class _Occasion(NamedTuple):
    view: ServiceView
    now: datetime
    zone: ZoneInfo


class Mistake(NamedTuple):
    """Something between double braces that is no field."""

    line: int
    """ReadCounts from 0."""
    text: str
    """As it stands there."""
    name: str
    """What may have been meant for a field's name."""


def mistakes(text: str) -> Iterator[Mistake]:
    """Give every pair of opening braces in `text` that does not begin a field, in order."""
    for found in _OPENING.finditer(text):
        name = found[1].strip()
        if not found[2] or name not in FIELDS:
            yield Mistake(text.count("\n", 0, found.start()), found[0], name)


def fill_markdown(text: str, view: ServiceView, *, now: datetime, zone: ZoneInfo) -> str:
    """Fill the fields of a Markdown text; in code spans and fences the values stand as they are, without backticks."""
    values = _values(view, now, zone)

    def escaped(found: re.Match[str]) -> str:
        if found["code"]:
            return _fill(found["code"], lambda name: values[name].replace("`", "'"))
        name = found[3]
        return values[name] if name == "portal_link" else _in_markdown(values[name])

    return _CODE_OR_FIELD.sub(escaped, text)


def fill_plain(text: str, view: ServiceView, *, now: datetime, zone: ZoneInfo) -> str:
    """Fill the fields of a text that is shown as it is, such as that of a mail."""
    values = _values(view, now, zone)
    return _fill(text, values.__getitem__)


def suggested_name(view: ServiceView, *, now: datetime, zone: ZoneInfo) -> str:
    """Give the name for a secret that is made now, with the year in which it will end: "LibCal 2028".

    Where the claim is a name pattern, the name is one that it finds; a pattern without a place for a year gives its own text.
    """
    year = f"{(now + LIFETIME).astimezone(zone).year}"
    match view.service.claim:
        case Claim(by="name", value=pattern):
            return clean(_matching(pattern, year))
        case _:
            return clean(f"{view.service.name} {year}")


def _service(at: _Occasion) -> str:
    return clean(at.view.service.name)


def _app(at: _Occasion) -> str:
    return clean(at.view.app.name) or "an app without a name"


def _client_id_tail(at: _Occasion) -> str:
    return clean(at.view.app.client_id)[-CLIENT_ID_TAIL:]


def _ends(at: _Occasion) -> str:
    if at.view.in_use is None:
        return "an unknown day"
    if at.view.in_use.ends is None:
        return "no set day"
    return full_day(at.view.in_use.ends.astimezone(at.zone).date())


def _days_left(at: _Occasion) -> str:
    if at.view.in_use is not None and at.view.in_use.ends is None and at.view.loss == Loss.NONE:
        return "unlimited"
    left = at.view.days_left if at.view.loss == Loss.NONE else None
    return f"{left}" if left is not None and left > 0 else "no"


def _suggested_name(at: _Occasion) -> str:
    return suggested_name(at.view, now=at.now, zone=at.zone)


def _portal_link(at: _Occasion) -> str:
    return entra_credentials(at.view.app, at.view.in_use)


def _how_it_stands(at: _Occasion) -> str:
    """The words follow what is known: without evidence nobody says that nothing syncs."""
    view, name = at.view, _service(at)
    kind = "certificate" if noun(view.in_use) == Kind.CERTIFICATE else "client secret"
    hurry = f"so {name} may not be syncing now: please hurry."
    if view.in_use is None:
        return f"{name} has no {kind} there yet."
    if view.loss == Loss.DELETED:
        return f"The {kind} that {name} had there is gone, {hurry}"
    if view.loss == Loss.EXPIRED:
        return f"The {kind} that {name} has there ended on {_ends(at)}, {hurry}"
    if view.in_use.ends is None:
        return f"The {kind} that {name} has there does not expire."
    return f"The {kind} that {name} has there ends on {_ends(at)}."


def _keep_the_old(at: _Occasion) -> str:
    if at.view.in_use is None or at.view.loss != Loss.NONE:
        return ""
    kind = noun(at.view.in_use)
    return f"Please leave the old {kind} in place until we have told you that {_service(at)} syncs with the new one."


FIELDS: Mapping[str, Callable[[_Occasion], str]] = MappingProxyType(
    {
        "service": _service,
        "app": _app,
        "client_id_tail": _client_id_tail,
        "ends": _ends,
        "days_left": _days_left,
        "suggested_name": _suggested_name,
        "portal_link": _portal_link,
        "how_it_stands": _how_it_stands,
        "keep_the_old": _keep_the_old,
    }
)
"""Every field by its name, in the order in which they are documented."""


def _values(view: ServiceView, now: datetime, zone: ZoneInfo) -> dict[str, str]:
    at = _Occasion(view, now, zone)
    return {name: value(at) for name, value in FIELDS.items()}


def _fill(text: str, value: Callable[[str], str]) -> str:
    return _FIELD.sub(lambda found: value(found[1]), text)


def _in_markdown(value: str) -> str:
    """Escape what Markdown would act on in a value, at the beginning of a line too."""
    return _BLOCK.sub(r"\\", _ENTITY.sub(r"\\&", literal(value)))


def _matching(pattern: str, year: str) -> str:
    """Give a name that a glob finds: the year stands for its last asterisk and for question marks, other asterisks for nothing."""
    parts = _GLOB.findall(pattern)
    last = max((place for place, part in enumerate(parts) if part[0] == "*"), default=-1)
    name = ""
    for place, part in enumerate(parts):
        match part[0]:
            case "*":
                follows = "".join(parts[place + 1 : place + 2])
                name = (
                    _joined(name, year) + (" " if follows.isalnum() else "")
                    if place == last
                    else name
                )
            case "?":
                name += year[-len(part) :].rjust(len(part), "0")
            case "[" if len(part) > 1:
                name += next(
                    (letter for letter in year[-1] + _TYPED if fnmatchcase(letter, part)), ""
                )
            case _:
                name += part
    return name


def _joined(name: str, year: str) -> str:
    """Put the year after a name, with a space if it needs one; a century that stands there already is completed."""
    if name.endswith(year[:2]):
        return name + year[2:]
    return f"{name} {year}" if name[-1:].isalnum() else name + year
