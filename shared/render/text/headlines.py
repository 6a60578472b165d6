"""Words follow knowledge: a sentence says what was seen, and never that a service is down when nothing shows it.

The functions give plain text, with outside text cleaned to short lines; each medium does its own escaping. `now` is
the instant of the check, `zone` the watchlist's.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from shared.core.model.message import Message, Notice
from shared.core.model.views import (
    AppView,
    InventoryView,
    LeftoverView,
    Loss,
    RemovedView,
    ServiceView,
    UnclaimedView,
    View,
    WatcherView,
)
from shared.core.model.vocabulary import Reason, Severity, Standing
from shared.render.text import inventory
from shared.render.text.dates import day, full_day, until
from shared.render.text.escape import clean
from shared.render.text.naming import called, capital, channel_of, client_id_tail, listed, noun

_KINDS = {
    Severity.CRITICAL: "urgent",
    Severity.WARNING: "action needed",
    Severity.NOTICE: "please note",
    Severity.OK: "good news",
}


def headline(notice: Notice, *, now: datetime, zone: ZoneInfo) -> str:
    """Say in one line what a notice is about: 'LibCal: secret ends in 21 days (13 Dec)'."""
    view, reason = notice.view, notice.reason
    if isinstance(view, ServiceView):
        return _service_headline(view, reason, now, zone)
    if (
        isinstance(view, UnclaimedView)
        and reason in {Reason.UNCLAIMED, Reason.INTRODUCED}
        and view.standing != Standing.EXPIRED
    ):
        return _whose(view)
    return summary(view, now=now, zone=zone)


def summary(view: View, *, now: datetime, zone: ZoneInfo) -> str:  # noqa: C901, PLR0911  (one return for each kind of item)
    """Say in one line how an item stands, whatever the occasion."""
    match view:
        case ServiceView():
            return f"{clean(view.service.name)}{_service_state(view, now, zone)}"
        case UnclaimedView(standing=Standing.HEALTHY):
            return f"Unclaimed {called(view.credential)} on {_app_name(view)}"
        case UnclaimedView():
            return f"Unclaimed {called(view.credential)} {until(view.credential.ends, now, zone, brief=True)}"
        case AppView():
            return f"{clean(view.watched.name)}: {_app_state(view)}"
        case LeftoverView(deletable=True):
            return f"{_owner(view)}: the old {called(view.credential)} can be deleted"
        case LeftoverView():
            return f"{_owner(view)}: its old {noun(view.credential)} {until(view.credential.ends, now, zone, brief=True)}"
        case RemovedView() if channel := channel_of(view):
            return f"Channel “{channel}” is no longer on the watchlist"
        case RemovedView():
            return f"“{clean(view.item)}” is no longer watched"
        case WatcherView():
            return _watcher_state(view, now, zone)
        case InventoryView():
            return inventory.state(view, now, zone)


def title(message: Message) -> str:
    """Give the line above everything: whose tenant it is about, where there are several, and what kind of message this is."""
    return (
        f"{clean(message.tenant_name)} | {kind(message)}" if message.tenant_name else kind(message)
    )


def kind(message: Message) -> str:
    """Say what kind of message this is. Only fixed words and numbers."""
    if message.test:
        return "Lapsewatch: a test"
    if message.inventory is not None:
        return inventory.title(message, message.inventory)
    if message.introduction:
        return f"Lapsewatch now watches {_count(len(message.watching), 'service')}"
    if is_weekly(message):
        return "Lapsewatch is alive"
    number = _count(len(message.notices), "item")
    if len(message.notices) == 1:
        return f"Lapsewatch: {_KINDS[message.severity]}"
    urgent = sum(notice.severity == Severity.CRITICAL for notice in message.notices)
    return f"Lapsewatch: {number}, {urgent} urgent" if urgent else f"Lapsewatch: {number}"


def is_weekly(message: Message) -> bool:
    """Say whether a message is nothing but the quiet line of the week."""
    return bool(message.notices) and all(
        notice.reason == Reason.WEEKLY for notice in message.notices
    )


def next_message(message: Message) -> str:
    """Say when the channel hears next if nothing changes; empty if there is nothing to foresee."""
    return (
        f"Next message on {full_day(message.next_message)} if nothing changes."
        if message.next_message
        else ""
    )


def _service_headline(view: ServiceView, reason: Reason, now: datetime, zone: ZoneInfo) -> str:
    name, kind = clean(view.service.name), noun(view.in_use)
    if view.standing == Standing.AWAITING_INSTALL and view.loss == Loss.NONE:
        if view.assumed and reason in {Reason.ASSUMED, Reason.INTRODUCED}:
            return f"{name}: which {kind} does it use?"
        if reason == Reason.STILL_OLD:
            return f"{name}: the old {kind} is still in use somewhere"
        if reason == Reason.SHORTER:
            return f"{name}: the new {kind} ends sooner than the one in use"
    if (
        reason == Reason.CONFIRMED
        and view.standing == Standing.EXPIRING
        and view.in_use is not None
    ):
        return (
            f"{name}: confirmed, but this {kind} {until(view.in_use.ends, now, zone, brief=True)}"
        )
    return f"{name}{_service_state(view, now, zone)}"


def _service_state(view: ServiceView, now: datetime, zone: ZoneInfo) -> str:  # noqa: PLR0911  (one return for each standing)
    """What follows the service's name."""
    kind = noun(view.in_use or view.replacement)
    ends = until(view.in_use.ends, now, zone, brief=True) if view.in_use is not None else ""
    match view.standing:
        case Standing.APP_PROBLEM:
            return ": its app cannot be used"
        case Standing.UNMATCHED if view.upcoming:
            return f": its {kind} {_starts(view, zone)}"
        case Standing.UNMATCHED:
            return f": no {kind} on the app matches its claim"
        case Standing.AWAITING_INSTALL:
            return _waiting_state(view, kind, ends)
        case Standing.MISSING:
            return f": the {kind} in use is gone from the app"
        case Standing.EXPIRED | Standing.EXPIRING:
            later = f"; the new one {_starts(view, zone)}" if view.upcoming else ""
            return f": {kind} {ends}{later}"
        case Standing.HEALTHY if view.in_use is not None and view.in_use.ends is not None:
            return f" is safe until {full_day(view.in_use.ends.astimezone(zone).date())}"
        case Standing.HEALTHY:
            return f" is safe: its {kind} does not expire"
        case Standing.FAILING:  # of the watcher only
            return ": nothing is known of it"


def _waiting_state(view: ServiceView, kind: str, ends: str) -> str:
    match view.loss:
        case Loss.DELETED:
            return f": the {kind} in use is gone; is the new one installed?"
        case Loss.EXPIRED:
            return f": the old {kind} {ends}; is the new one installed?"
        case Loss.NONE:
            state = (
                f"a newer {kind} exists; the older one"
                if view.assumed
                else f"the new {kind} waits to be installed; the old one"
            )
            return f": {state} {ends}"


def _starts(view: ServiceView, zone: ZoneInfo) -> str:
    starts = view.replacement.starts if view.replacement is not None else None
    if starts is None:
        return "has started"
    return f"starts on {full_day(starts.astimezone(zone).date())}"


def _whose(view: UnclaimedView) -> str:
    name = called(view.credential)
    if view.rivals:
        every = "both" if len(view.rivals) == 2 else "all"  # noqa: PLR2004  (both are two)
        return f"{capital(name)}: {listed([clean(service.name) for service in view.rivals])} {every} claim it"
    if view.wanted_by:
        wanted_by = listed([clean(service.name) for service in view.wanted_by], "or")
        return f"Probably {wanted_by}'s new {noun(view.credential)}: {name}"
    return f"{capital(name)} on {_app_name(view)}: whose is this?"


def _app_state(view: AppView) -> str:
    if view.aspect == "redirect_uris":
        missing = len(view.problems)
        if not missing:
            return "no redirect URI is missing any more"
        return (
            "a redirect URI is missing" if missing == 1 else f"{missing} redirect URIs are missing"
        )
    if not view.problems:
        return "the app is back"
    return "the app cannot be signed in to" if view.app.found else "the app cannot be found"


def _watcher_state(view: WatcherView, now: datetime, zone: ZoneInfo) -> str:  # noqa: PLR0911  (one return for each thing it can be)
    failing = view.standing == Standing.FAILING
    since = (
        f" since {day(view.since.astimezone(zone).date(), now, zone)}"
        if view.since is not None
        else ""
    )
    match view.aspect:
        case "fewer":
            return "The tenant showed far fewer credentials than the time before"
        case "reading" if view.subject:
            return (
                f"Lapsewatch could not read the tenant{since}"
                if failing
                else "Lapsewatch reads the tenant again"
            )
        case "reading" if failing:
            return f"Lapsewatch could not read {'an app' if len(view.problems) == 1 else f'{len(view.problems)} apps'}{since}"
        case "reading":
            return "Lapsewatch reads every app again"
        case "channel" if failing:
            return f"Channel “{clean(view.subject)}” could not be reached{since}"
        case "channel":
            return f"Channel “{clean(view.subject)}” is reached again"
        case "weekly":
            return f"Lapsewatch is alive: watching {_count(len(view.services), 'service')}, {_how_safe(view)}"


def _how_safe(view: WatcherView) -> str:
    open_ones = [
        service
        for service in view.services
        if service.standing != Standing.HEALTHY or not service.app.usable
    ]
    if not open_ones:
        return "safe" if len(view.services) == 1 else "all safe"
    return f"{len(open_ones)} not safe yet ({listed([clean(each.service.name) for each in open_ones])})"


def _app_name(view: UnclaimedView | ServiceView) -> str:
    return clean(view.app.name) or client_id_tail(view.app.client_id)


def _owner(view: LeftoverView) -> str:
    return clean(view.owner.service.name)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
