"""The history of a service, newest first: who decided what and when, and who was last told what."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from shared.core.model.context import CheckContext
from shared.core.model.decision import Decision, DecisionKind
from shared.core.model.notification import Notification
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Reason
from shared.render.text.dates import clock, full_day
from shared.render.text.escape import clean
from shared.render.text.naming import described, listed

MAX_REASON_SHOWN_CHARS = 300

TOLD = {
    Reason.INTRODUCED: "that it is watched",
    Reason.FIRST: "that the end comes into sight",
    Reason.RUNG: "how many days are left",
    Reason.REPLACED: "that a new one exists",
    Reason.SHORTER: "that the new one ends sooner",
    Reason.DELETED: "that one is gone from the app",
    Reason.EXPIRED: "that it has ended",
    Reason.STILL_WAITING: "that it still waits",
    Reason.CONFIRMED: "what was confirmed",
    Reason.STILL_OLD: "that the old one is still used",
    Reason.MISSING: "that it is gone from the app",
    Reason.UNMATCHED: "that nothing on the app matches its claim",
    Reason.UNCLAIMED: "that a credential is unclaimed",
    Reason.ASSUMED: "that somebody should settle which one it uses",
    Reason.LEFTOVER: "about the old one",
    Reason.APP_PROBLEM: "that its app has a problem",
    Reason.REDIRECT_URI: "that a redirect URI is missing",
    Reason.REMOVED: "that it is no longer watched",
    Reason.CHANNEL_FAILED: "that a channel failed",
    Reason.FEWER_RATIO: "that far fewer credentials were read",
    Reason.CHECK_FAILING: "that checks fail",
    Reason.RECOVERED: "that all is well again",
    Reason.WEEKLY: "that Lapsewatch is alive",
}


class Entry(NamedTuple):
    """Something that happened."""

    at: datetime
    stamp: str
    """RFC 3339, for machines."""
    moment: str
    """Local day and time, for people."""
    who: str
    what: str


def history(view: ServiceView, decisions: Sequence[Decision], at: CheckContext) -> list[Entry]:
    """Put the decisions about a service, and the last message to each channel about each of its items, into one list."""
    entries = [*(_decided(decision, view, at) for decision in decisions), *_told(view, at)]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _told(view: ServiceView, at: CheckContext) -> Iterator[Entry]:
    mine = (view.item, f"leftover:{view.item}:", f"delete:{view.item}:")
    for told in at.memory.notifications.values():
        if told.item == mine[0] or told.item.startswith(mine[1:]):
            yield _entry(
                told.at, f"Channel “{clean(told.channel)}”", f"was told {_subject(told)}.", at
            )


def _subject(told: Notification) -> str:
    return (
        "that the old one can be deleted" if told.item.startswith("delete:") else TOLD[told.reason]
    )


def _decided(decision: Decision, view: ServiceView, at: CheckContext) -> Entry:
    return _entry(
        decision.at,
        clean(decision.by.name) if decision.by is not None else "Sign-ins",
        _what(decision, view, at),
        at,
    )


def _what(decision: Decision, view: ServiceView, at: CheckContext) -> str:
    name, which = clean(view.service.name), _credential(decision.key_id, at)
    why = clean(decision.why, MAX_REASON_SHOWN_CHARS).rstrip(".")
    match decision.kind:
        case DecisionKind.CONFIRM if decision.by is None:
            return f"showed that {name} uses {which}."
        case DecisionKind.CONFIRM:
            return f"confirmed that {name} uses {which}."
        case DecisionKind.ACKNOWLEDGE:
            return f"acknowledged it: {why}."
        case DecisionKind.CLAIM:
            known = at.watchlist.services
            owners = [
                clean(known[each].name if each in known else each) for each in decision.services
            ]
            return f"claimed {which} for {listed(owners)}."


def _credential(key_id: str, at: CheckContext) -> str:
    sighting = at.memory.credential_records.get(key_id)
    return (
        f"the {described(sighting.credential, at.now, at.watchlist.zone)}"
        if sighting is not None
        else "a credential that is gone"
    )


def _entry(then: datetime, who: str, what: str, at: CheckContext) -> Entry:
    zone = at.watchlist.zone
    moment = f"{full_day(then.astimezone(zone).date())}, {clock(then, zone)}"
    return Entry(then, f"{then.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", moment, who, what)
