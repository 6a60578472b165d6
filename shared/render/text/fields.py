"""Fields that a runbook may use, each written {{like_this}}, and their values for a service."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.core.model.directory import Kind
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss
from shared.render.text.dates import date_of
from shared.render.text.escape import clean
from shared.render.text.links import entra_credentials
from shared.render.text.naming import CLIENT_ID_TAIL, noun
from shared.render.text.suggested_name import suggested_name

_OPENING = re.compile(r"\{\{([^{}\n]*)(\}\})?")


class _Occasion(NamedTuple):
    view: ServiceView
    now: datetime
    zone: ZoneInfo


class Mistake(NamedTuple):
    """Text between double braces that is not a field."""

    line: int
    """Counts from 0."""
    text: str
    """As written."""
    name: str
    """The text between the braces."""


def mistakes(text: str) -> Iterator[Mistake]:
    """Yield every pair of opening braces in `text` that does not begin a field, in order."""
    for found in _OPENING.finditer(text):
        name = found[1].strip()
        if not found[2] or name not in FIELDS:
            yield Mistake(text.count("\n", 0, found.start()), found[0], name)


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
    return date_of(at.view.in_use.ends, at.zone)


def _days_left(at: _Occasion) -> str:
    if at.view.loss != Loss.NONE:
        return "no"
    if at.view.in_use is not None and at.view.in_use.ends is None:
        return "unlimited"
    left = at.view.days_left
    return f"{left}" if left is not None and left > 0 else "no"


def _suggested_name(at: _Occasion) -> str:
    return suggested_name(at.view.service, now=at.now, zone=at.zone)


def _portal_link(at: _Occasion) -> str:
    return entra_credentials(at.view.app, at.view.in_use)


def _how_it_stands(at: _Occasion) -> str:
    """State only what is known: without evidence, not that nothing syncs."""
    view, name = at.view, _service(at)
    kind = "certificate" if noun(view.in_use) == Kind.CERTIFICATE else "client secret"
    hurry = f"so {name} may have stopped syncing: please hurry."
    if view.in_use is None:
        return f"{name} has no {kind} yet."
    if view.loss == Loss.DELETED:
        return f"{name}'s {kind} was deleted, {hurry}"
    if view.loss == Loss.EXPIRED:
        return f"{name}'s {kind} expired on {_ends(at)}, {hurry}"
    if view.in_use.ends is None:
        return f"{name}'s {kind} does not expire."
    return f"{name}'s {kind} expires on {_ends(at)}."


def _keep_the_old(at: _Occasion) -> str:
    if at.view.in_use is None or at.view.loss != Loss.NONE:
        return ""
    until = f"until we confirm that {_service(at)} syncs with the new one"
    return f"Please keep the old {noun(at.view.in_use)} {until}."


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


def field_values(view: ServiceView, now: datetime, zone: ZoneInfo) -> dict[str, str]:
    """Return the value of every field for a service, cleaned but not escaped."""
    at = _Occasion(view, now, zone)
    return {name: value(at) for name, value in FIELDS.items()}
