"""The history of a service, newest first: decisions, and the last message to each channel."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from shared.core.model.context import CheckContext
from shared.core.model.decision import Decision, DecisionKind
from shared.core.model.notification import Notification
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Reason
from shared.render.instant import instant
from shared.render.text.dates import clock, full_day
from shared.render.text.escape import clean
from shared.render.text.naming import described, listed

MAX_REASON_CHARS = 300

MESSAGES = {
    Reason.INTRODUCED: "introduction",
    Reason.FIRST: "first reminder",
    Reason.RUNG: "reminder",
    Reason.REPLACED: "replacement found",
    Reason.SHORTER: "the replacement expires earlier",
    Reason.DELETED: "credential deleted in Entra",
    Reason.EXPIRED: "credential expired",
    Reason.STILL_WAITING: "still waiting",
    Reason.CONFIRMED: "confirmation",
    Reason.STILL_OLD: "the old credential is still used",
    Reason.MISSING: "credential missing",
    Reason.UNMATCHED: "no matching credential",
    Reason.UNCLAIMED: "unassigned credential",
    Reason.ASSUMED: "please confirm which credential is in use",
    Reason.LEFTOVER: "old credential",
    Reason.APP_PROBLEM: "problem with the app",
    Reason.REDIRECT_URI: "redirect URI missing",
    Reason.REMOVED: "no longer watched",
    Reason.CHANNEL_FAILED: "a channel failed",
    Reason.FEWER_RATIO: "far fewer credentials were read",
    Reason.CHECK_FAILING: "checks fail",
    Reason.RECOVERED: "problem solved",
    Reason.ROTATION_LATE: "rotation late",
    Reason.SNOOZED: "reminders snoozed",
    Reason.RESUMED: "reminders continue",
    Reason.WEEKLY: "weekly status",
    Reason.READY: "the new secret is ready",
    Reason.UNOPENED: "nobody has opened the new secret",
    Reason.OPENED_AGAIN: "the new secret was opened again",
    Reason.WITHDRAWN: "the new secret was withdrawn",
    Reason.HAND_OVER_EXPIRED: "nobody used the new secret in time",
    Reason.HAND_OVER_FAILED: "the hand-over failed",
    Reason.ORPHAN: "nobody knows the value of the new secret",
}


_BRIEF = {
    DecisionKind.CANCEL: "took back the snooze: reminders continue.",
    DecisionKind.REOPEN: "took back the assignment of {}.",
    DecisionKind.HAND_OVER: "handed over the value of {}.",
    DecisionKind.RENEW: "created {}, and handed over its value.",
    DecisionKind.OPEN: "opened the value of {}.",
    DecisionKind.WITHDRAW: "withdrew the value of {}.",
}


class Entry(NamedTuple):
    """A decision or a message."""

    stamp: str | None
    """RFC 3339, for machines."""
    moment: str
    """Local date and time, for people."""
    who: str
    what: str


type Event = Decision | Notification


def events(view: ServiceView, decisions: Sequence[Decision], at: CheckContext) -> list[Event]:
    """Return the decisions about a service and the messages about its items, newest first."""
    every: list[Event] = [*decisions, *_messages(view, at)]
    return sorted(every, key=lambda event: event.at, reverse=True)


def entry(event: Event, view: ServiceView, at: CheckContext) -> Entry:
    """Return what the page says of a decision or a message."""
    if isinstance(event, Decision):
        who = clean(event.by.name) if event.by is not None else _program(event)
        return _entry(event.at, who, _what(event, view, at), at)
    channel = clean(at.watchlist.label(event.channel))
    return _entry(event.at, f"Sent to “{channel}”:", _subject(event), at)


def _program(decision: Decision) -> str:
    return "Lapsewatch" if decision.kind == DecisionKind.END else "Sign-ins"


def _messages(view: ServiceView, at: CheckContext) -> Iterator[Notification]:
    prefixes = (f"leftover:{view.item}:", f"delete:{view.item}:")
    for notification in at.memory.notifications.values():
        if notification.item == view.item or notification.item.startswith(prefixes):
            yield notification


def _subject(notification: Notification) -> str:
    if notification.item.startswith("delete:"):
        return "the old credential can be deleted"
    return MESSAGES[notification.reason]


def _what(decision: Decision, view: ServiceView, at: CheckContext) -> str:
    name, which = clean(view.service.name), _credential(decision.key_id, at)
    match decision.kind:
        case DecisionKind.CONFIRM:
            verb = "showed" if decision.by is None else "confirmed"
            return f"{verb} that {name} uses {which}."
        case DecisionKind.ACKNOWLEDGE:
            why = clean(decision.why, MAX_REASON_CHARS).rstrip(".")
            return f"snoozed reminders: {why}."
        case DecisionKind.CLAIM:
            services = at.watchlist.services
            names = [
                clean(services[each].name if each in services else each)
                for each in decision.services
            ]
            return f"assigned {which} to {listed(names)}."
        case DecisionKind.END:
            which = which if decision.key_id else "a new secret"
            return f"ended the hand-over of {which}: {clean(decision.why, MAX_REASON_CHARS)}"
        case kind:
            return _BRIEF[kind].format(which)


def _credential(key_id: str, at: CheckContext) -> str:
    record = at.memory.credential_records.get(key_id)
    if record is None:
        return "a deleted credential"
    return f"the {described(record.credential, at.now, at.watchlist.zone)}"


def _entry(then: datetime, who: str, what: str, at: CheckContext) -> Entry:
    zone = at.watchlist.zone
    moment = f"{full_day(then.astimezone(zone).date())}, {clock(then, zone)}"
    return Entry(instant(then), moment, who, what)
