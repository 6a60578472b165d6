"""A calendar to subscribe to: one all-day event for each end date, with an alarm at each rung.

It contains no key ids and no hints. An event's id comes from the service and a digest of the key
id, so it stays the same event when the credential is renamed, confirmed or replaced. Calendar
programs show all-day events on the local day best; the time is in the text. A subscriber fetches
the whole feed again, so removed events disappear; deleted credentials stay as cancelled for some
weeks, for programs that only merge.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import icalendar

from shared.core.model.memory import CredentialRecord
from shared.core.model.watchlist import Watchlist
from shared.core.results import Status
from shared.render.feeds.calendar_entries import Entry, entries
from shared.render.text.dates import clock, full_day

REFRESH_INTERVAL = timedelta(hours=12)


def calendar(status: Status, watchlist: Watchlist, gone: Iterable[CredentialRecord]) -> str:
    """Return an iCalendar feed (RFC 5545) with METHOD:PUBLISH, days in the watchlist's zone.

    Args:
        status: Its instant becomes DTSTAMP; all else stays the same until something changes.
        watchlist: The watched apps and the zone.
        gone: Credentials that may have been deleted; those without `gone_at` are ignored.

    A credential that does not expire has no event.
    """
    feed = icalendar.Calendar()
    feed.add("prodid", "-//Lapsewatch//Lapsewatch//EN")
    feed.add("version", "2.0")
    feed.add("method", "PUBLISH")
    feed.add("name", "Lapsewatch")
    feed.add("x-wr-calname", "Lapsewatch")
    feed.add("x-wr-timezone", watchlist.zone.key)
    feed.add("refresh-interval", REFRESH_INTERVAL, parameters={"VALUE": "DURATION"})
    feed.add("x-published-ttl", "PT12H")
    for _, entry in sorted(entries(status, watchlist, gone).items()):
        ends = entry.credential.ends
        if ends is not None:
            feed.add_component(_event(entry, ends, status.judgement.now, watchlist))
    text: bytes = feed.to_ical()
    return text.decode()


def _event(entry: Entry, ends: datetime, now: datetime, watchlist: Watchlist) -> icalendar.Event:
    day = ends.astimezone(watchlist.zone).date()
    verb = "Would have expired" if entry.cancelled else "Expires"
    event = icalendar.Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", now)
    event.add("last-modified", entry.changed)
    # Minutes: the sequence never falls, and stays within 32 bits for 4000 years.
    event.add("sequence", int(entry.changed.timestamp()) // 60)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", entry.summary)
    time = clock(ends, watchlist.zone)
    event.add("description", f"{verb} on {full_day(day)} at {time}. {entry.text}")
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
