"""Which services need a new credential, and which of them share one request.

Services share it if they have the same app, renewer and `request_to`. A runbook that asks for one
service only makes a request of its own. Nobody is asked for what a pipeline creates.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from shared.core.model.views import Request, ServiceView
from shared.core.model.vocabulary import Loss, Standing
from shared.core.model.watchlist import REQUEST

JOIN_DAYS = 60
"""A service that enters its ladder within this number of days joins a request."""
_FOR_SEVERAL = re.compile(r"\{\{[ \t]*(?:services|new_secrets)[ \t]*\}\}")
_LAST = datetime.max.replace(tzinfo=UTC)

type _Key = tuple[str, frozenset[str], str, str]


def requests(views: Iterable[ServiceView]) -> tuple[Request, ...]:
    """Return the requests that are to be made, the most urgent first."""
    possible = sorted(filter(_is_asked_for, views), key=_urgency)
    due: dict[_Key, list[ServiceView]] = {}
    for view in possible:
        if view.needs_new_credential:
            due.setdefault(_key(view), []).append(view)
    soon = [view for view in possible if _may_join(view)]
    return tuple(
        Request(tuple(group), tuple(view for view in soon if _key(view) == key))
        for key, group in due.items()
    )


def request_of(service_id: str, made: Sequence[Request]) -> Request | None:
    """Return the request that asks for a service; `None` if none does."""
    return next(
        (each for each in made if service_id in {view.service.id for view in each.services}), None
    )


def _is_asked_for(view: ServiceView) -> bool:
    return view.app.usable and not view.service.by_pipeline


def _may_join(view: ServiceView) -> bool:
    if view.standing != Standing.HEALTHY or view.days_left is None or view.replacement is not None:
        return False
    return view.days_left <= max(view.service.ladder, default=0) + JOIN_DAYS


def _urgency(view: ServiceView) -> tuple[bool, datetime, str]:
    lost = view.loss != Loss.NONE or view.standing == Standing.MISSING
    ends = view.in_use.ends if view.in_use is not None else None
    return (not lost, ends or _LAST, view.service.id)


def _key(view: ServiceView) -> _Key:
    service = view.service
    alone = "" if _is_for_several(view) else service.id
    return (view.app.client_id, frozenset(service.renewer), service.request_to.casefold(), alone)


def _is_for_several(view: ServiceView) -> bool:
    """Return whether the text of its request names every service; ours does."""
    runbook = view.service.runbook
    return runbook is None or bool(_FOR_SEVERAL.search(runbook.sections.get(REQUEST, "")))
