"""A calendar to subscribe to: one all-day event for each end date, an alarm at each rung; no key ids and no hints in it.

An event is known by the service and a digest of the key id, so it stays the same event whatever it is called, and
whether the credential waits, is in use, or is left over. All-day events on the local day are what calendars show best;
the hour is in the text. Whoever subscribes fetches the whole feed again, so what is not in it any more goes by itself; a
credential that was deleted before its end is there as cancelled for some weeks, for those who only merge.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import icalendar

from shared.core.judge.claims import matches
from shared.core.model.directory import Credential
from shared.core.model.memory import CredentialRecord
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss
from shared.core.model.watchlist import Watchlist
from shared.core.notify.reason import LEFTOVER_LADDER
from shared.core.results import Status
from shared.render.text.dates import clock, full_day
from shared.render.text.escape import clean
from shared.render.text.naming import called

FETCH_AGAIN = timedelta(hours=12)
CANCELLED_FOR = timedelta(days=30)
"""How long a credential that is gone stays in the feed as cancelled."""
DIGEST = 24
"""Hexadecimal digits of the digest of a key id: enough to tell any apart, and no way back."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """An end date, and what is said of it."""

    owner: str
    """The service id; empty for a credential that nobody claims."""
    credential: Credential
    summary: str
    text: str
    rungs: Sequence[int]
    changed: datetime
    link: str = ""
    cancelled: bool = False

    @property
    def uid(self) -> str:
        """What the event is known by, for as long as the credential exists."""
        digest = hashlib.sha256(self.credential.key_id.encode()).hexdigest()[:DIGEST]
        return f"{self.owner or 'unclaimed'}.{digest}@lapsewatch"


def calendar(status: Status, watchlist: Watchlist, gone: Iterable[CredentialRecord]) -> str:
    """Give the end dates of what is watched as iCalendar (RFC 5545), days in the watchlist's zone, for a METHOD:PUBLISH feed.

    `gone`: credentials that were seen once and are not there any more (`gone_at` is set; others are passed over). What does
    not expire has no event. DTSTAMP is the instant of the judgement; all else is the same until something changes.
    """
    feed = icalendar.Calendar()
    feed.add("prodid", "-//Lapsewatch//Lapsewatch//EN")
    feed.add("version", "2.0")
    feed.add("method", "PUBLISH")
    feed.add("name", "Lapsewatch")
    feed.add("x-wr-calname", "Lapsewatch")
    feed.add("x-wr-timezone", watchlist.zone.key)
    feed.add("refresh-interval", FETCH_AGAIN, parameters={"VALUE": "DURATION"})
    feed.add("x-published-ttl", "PT12H")
    entries = {
        entry.uid: entry
        for entry in (
            *_gone(status, watchlist, gone),
            *_services(status),
            *_unclaimed(status, watchlist),
        )
    }
    for _, entry in sorted(entries.items()):
        if entry.credential.ends is not None:
            feed.add_component(
                _event(entry, entry.credential.ends, status.judgement.now, watchlist)
            )
    text: bytes = feed.to_ical()
    return text.decode()


def _services(status: Status) -> Iterator[_Entry]:
    for view in status.judgement.services:
        name = clean(view.service.name)
        if view.in_use is not None and view.loss != Loss.DELETED:
            role = "probably in use" if view.assumed else "in use"
            yield _entry(
                view,
                view.in_use,
                f"{name}: {called(view.in_use)} ends",
                f"It is {role}. {clean(view.service.breaks, 300)}",
            )
        if view.replacement is not None:
            text = f"It is to be installed in {name}, in place of the one in use."
            yield _entry(
                view, view.replacement, f"{name}: new {called(view.replacement)} ends", text
            )
        for leftover in view.leftovers:
            text = (
                f"{name} was confirmed on a newer one. If {name} still uses this one, sync stops."
            )
            yield _entry(
                view, leftover, f"{name}: old {called(leftover)} ends", text, rungs=LEFTOVER_LADDER
            )


def _entry(
    view: ServiceView,
    credential: Credential,
    summary: str,
    text: str,
    *,
    rungs: Sequence[int] | None = None,
) -> _Entry:
    changed = max(
        view.app.read_at,
        view.in_use_record.at if view.in_use_record is not None else view.app.read_at,
    )
    rungs = view.service.ladder if rungs is None else rungs
    return _Entry(
        view.service.id, credential, summary, text, rungs, changed, link=view.service.link
    )


def _unclaimed(status: Status, watchlist: Watchlist) -> Iterator[_Entry]:
    for view in status.judgement.unclaimed:
        summary = f"{clean(view.watched.name)}: unclaimed {called(view.credential)} ends"
        yield _Entry(
            "",
            view.credential,
            summary,
            "No service claims it. Whose is it?",
            watchlist.ladder,
            view.app.read_at,
        )


def _gone(
    status: Status, watchlist: Watchlist, gone: Iterable[CredentialRecord]
) -> Iterator[_Entry]:
    """Give what is gone before its end, for every service whose event it was: one that used it, or whose rule finds it."""
    users = {
        view.service.id: view.in_use.key_id
        for view in status.judgement.services
        if view.in_use is not None
    }
    apps = {app.key: app for app in watchlist.apps}
    for sighting in gone:
        credential, at = sighting.credential, sighting.gone_at
        if at is None or at + CANCELLED_FOR < status.judgement.now or sighting.app not in apps:
            continue
        services = apps[sighting.app].services
        ruled = [service for service in services if matches(service.claim, credential)]
        owners = [s for s in services if users.get(s.id) == credential.key_id] or (
            ruled if len(ruled) == 1 else []
        )
        for owner, name in [(each.id, each.name) for each in owners] or [
            ("", apps[sighting.app].name)
        ]:
            summary = f"{clean(name)}: {called(credential)} is gone"
            yield _Entry(
                owner, credential, summary, "It is no longer on the app.", (), at, cancelled=True
            )


def _event(entry: _Entry, ends: datetime, now: datetime, watchlist: Watchlist) -> icalendar.Event:
    day = ends.astimezone(watchlist.zone).date()
    event = icalendar.Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", now)
    event.add("last-modified", entry.changed)
    event.add(
        "sequence", int(entry.changed.timestamp()) // 60
    )  # minutes: never less than before, and within 32 bits for 4000 years
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", entry.summary)
    event.add(
        "description",
        f"{'Was to end' if entry.cancelled else 'Ends'} on {full_day(day)} at {clock(ends, watchlist.zone)}. {entry.text}",
    )
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("x-microsoft-cdo-busystatus", "FREE")
    if entry.link:
        event.add("url", entry.link)
    for rung in () if entry.cancelled else entry.rungs:
        event.add_component(_alarm(rung, entry.summary))
    return event


def _alarm(rung: int, summary: str) -> icalendar.Alarm:
    alarm = icalendar.Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", timedelta(days=-rung))
    alarm.add("description", summary)
    return alarm
