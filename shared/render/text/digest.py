"""The rows of the weekly status: what expires next, and what is open."""

from collections.abc import Iterator
from datetime import datetime

from shared.core.model.inventory import InventoryView
from shared.core.model.views import ServiceView, WatcherView
from shared.core.model.vocabulary import Loss, Standing
from shared.render.text.dates import Moment, date_of, full_day
from shared.render.text.escape import MAX_WATCHLIST_TEXT_CHARS, clean
from shared.render.text.naming import LISTED, app_name, called


def digest(view: WatcherView, at: Moment) -> Iterator[tuple[str, str]]:
    """Yield what expires next, with dates, and what is open; a row that has nothing is left out."""
    following = sorted((*_of_services(view, at), *map(_of_tenant, view.notified)))
    if following:
        dated = [f"{name} on {date_of(ends, at.zone)}" for ends, name in following]
        yield "Next expiry", _few(dated)
    if still_open := list(_open(view, at)):
        yield "Open", _few(still_open)


def _few(phrases: list[str]) -> str:
    more = len(phrases) - LISTED
    return "; ".join([*phrases[:LISTED], f"and {more:,} more"] if more > 0 else phrases)


def _of_services(view: WatcherView, at: Moment) -> Iterator[tuple[datetime, str]]:
    for service in view.services:
        credential = service.in_use if service.loss == Loss.NONE else None
        if credential is not None and credential.ends is not None and credential.ends > at.now:
            yield credential.ends, clean(service.service.name)


def _of_tenant(view: InventoryView) -> tuple[datetime, str]:
    credential = view.listed.credential
    assert credential.ends is not None  # what does not expire is not listed
    return credential.ends, f"{app_name(view)} ({called(credential)})"


def _open(view: WatcherView, at: Moment) -> Iterator[str]:
    for service in view.services:
        if _is_to_be_confirmed(service):
            yield f"{clean(service.service.name)} waits for a confirmation"
        if (snooze := service.acknowledged) is not None:
            why = clean(snooze.why, MAX_WATCHLIST_TEXT_CHARS)
            by = clean(snooze.by.name)
            name = clean(service.service.name)
            yield f"{name} is snoozed until {full_day(snooze.until)} by {by} (“{why}”)"
    for channel in view.failing:
        since = f" since {date_of(channel.since, at.zone)}" if channel.since is not None else ""
        name = clean(channel.label or channel.subject)
        yield f"messages to “{name}” have not been delivered{since}"


def _is_to_be_confirmed(view: ServiceView) -> bool:
    waits = view.standing == Standing.AWAITING_INSTALL or view.assumed
    return waits and not view.service.by_pipeline
