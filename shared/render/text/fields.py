"""Fields that a runbook may use, each written {{like_this}}, and their values for a request."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.core.model.views import Request, ServiceView
from shared.core.model.vocabulary import Loss
from shared.render.text.dates import date_of
from shared.render.text.escape import clean
from shared.render.text.links import entra_credentials
from shared.render.text.naming import CLIENT_ID_TAIL
from shared.render.text.new_secrets import (
    how_many,
    how_they_stand,
    keep_the_current,
    new_secrets,
    service_names,
)
from shared.render.text.suggested_name import suggested_name

_OPENING = re.compile(r"\{\{([^{}\n]*)(\}\})?")


class _Occasion(NamedTuple):
    request: Request
    now: datetime
    zone: ZoneInfo

    @property
    def view(self) -> ServiceView:
        return self.request.first


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
    return how_they_stand(at.request, at.zone)


def _keep_the_old(at: _Occasion) -> str:
    return keep_the_current(at.request)


def _how_to_send(at: _Occasion) -> str:
    return HAND_OVER if at.view.hands_over else SEND


def _services(at: _Occasion) -> str:
    return service_names(at.request)


def _how_many(at: _Occasion) -> str:
    return how_many(at.request)


def _new_secrets(at: _Occasion) -> str:
    return new_secrets(at.request, now=at.now, zone=at.zone)


SEND = (
    "Please send us each value through the password manager or a one-time link, not by email, "
    "chat or in the ticket."
)
HAND_OVER = (
    "Please hand each value over on the Lapsewatch status page, not by email, chat or in the "
    "ticket."
)
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
        "how_to_send": _how_to_send,
        "services": _services,
        "how_many": _how_many,
        "new_secrets": _new_secrets,
    }
)
"""Every field by its name, in the order in which they are documented."""


def field_values(request: Request, now: datetime, zone: ZoneInfo) -> dict[str, str]:
    """Return the value of every field, cleaned but not escaped.

    Fields of one service are about the first one of the request.
    """
    at = _Occasion(request, now, zone)
    return {name: value(at) for name, value in FIELDS.items()}
