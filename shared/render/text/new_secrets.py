"""The words of a request that depend on how many credentials it asks for."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.core.model.views import Request, ServiceView
from shared.core.model.vocabulary import Loss
from shared.render.text.dates import date_of
from shared.render.text.escape import clean
from shared.render.text.naming import noun
from shared.render.text.suggested_name import suggested_name


def service_names(request: Request) -> str:
    """Return the names of the services as a phrase: "LibCal and LibStaffer"."""
    return _phrase([clean(view.service.name) for view in request.services])


def how_many(request: Request) -> str:
    """Return "a new client secret", "2 new client secrets"; "credentials" of both kinds."""
    number = len(request.services)
    thing = _kind(request.services)
    return f"a new {thing}" if number == 1 else f"{number} new {thing}s"


def new_secrets(request: Request, *, now: datetime, zone: ZoneInfo) -> str:
    """Return a line for each credential: its exact name, its service, when the current expires."""
    return "\n".join(f"- {line}" for line in _lines(request, now, zone))


def how_they_stand(request: Request, zone: ZoneInfo) -> str:
    """Return a sentence for each service: when its credential expires, or what happened to it.

    It states only what is known: without evidence, not that nothing syncs.
    """
    return " ".join(_sentence(view, zone) for view in request.services)


def keep_the_current(request: Request) -> str:
    """Return a sentence: leave the current credentials in place; empty if none is left."""
    kept = [view for view in request.services if view.in_use and view.loss == Loss.NONE]
    if not kept:
        return ""
    names = _phrase([clean(view.service.name) for view in kept])
    things = _kind(kept).removeprefix("client ") + "s" * (len(kept) > 1)
    of = f" of {names}" if len(kept) < len(request.services) else ""
    syncs = "syncs with the new one" if len(kept) == 1 else "sync with the new ones"
    return f"Please leave the current {things}{of} in place until we confirm that {names} {syncs}."


def _lines(request: Request, now: datetime, zone: ZoneInfo) -> Iterator[str]:
    for view in request.services:
        name = suggested_name(view.service, now=now, zone=zone)
        joining = ", while you are at it" if view in request.joining else ""
        yield f"{name} (for {clean(view.service.name)}{joining}: {_state(view, zone)})"


def _state(view: ServiceView, zone: ZoneInfo) -> str:
    kind = _kind([view])
    if view.in_use is None:
        return f"it has no {kind} yet"
    if view.loss == Loss.DELETED:
        return f"its {kind} was deleted, please hurry"
    if view.in_use.ends is None:
        return f"its current {kind} does not expire"
    if view.loss == Loss.EXPIRED:
        return f"its {kind} expired on {date_of(view.in_use.ends, zone)}, please hurry"
    return f"its current {kind} expires on {date_of(view.in_use.ends, zone)}"


def _sentence(view: ServiceView, zone: ZoneInfo) -> str:
    name, kind = clean(view.service.name), _kind([view])
    hurry = f"so {name} may have stopped syncing: please hurry."
    if view.in_use is None:
        return f"{name} has no {kind} yet."
    if view.loss == Loss.DELETED:
        return f"{name}'s {kind} was deleted, {hurry}"
    if view.in_use.ends is None:
        return f"{name}'s {kind} does not expire."
    day = date_of(view.in_use.ends, zone)
    if view.loss == Loss.EXPIRED:
        return f"{name}'s {kind} expired on {day}, {hurry}"
    return f"{name}'s {kind} expires on {day}."


def _kind(views: list[ServiceView] | tuple[ServiceView, ...]) -> str:
    kinds = {noun(view.in_use) for view in views}
    if len(kinds) > 1:
        return "credential"
    return "certificate" if "certificate" in kinds else "client secret"


def _phrase(names: list[str]) -> str:
    """Join all names: "A, B and C"."""
    *before, last = names
    return f"{', '.join(before)} and {last}" if before else last
