"""Headlines of items and titles of messages, in plain text."""

from datetime import datetime
from zoneinfo import ZoneInfo

from shared.core.model.message import Message, Notice
from shared.core.model.views import (
    View,
)
from shared.core.model.vocabulary import Reason, Severity
from shared.render.text import inventory_message
from shared.render.text.dates import Moment, full_day
from shared.render.text.escape import clean
from shared.render.text.naming import counted
from shared.render.text.urgency import WORDS, urgency
from shared.render.text.wording import words_for

_CALM = {Severity.NOTICE: "please note", Severity.OK: "good news"}


def headline(notice: Notice, *, now: datetime, zone: ZoneInfo) -> str:
    """Return in one line what a notice is about: 'LibCal: secret expires in 21 days (13 Dec)'."""
    return words_for(notice.view).headline(notice.reason, Moment(now, zone))


def summary(view: View, *, now: datetime, zone: ZoneInfo) -> str:
    """Return an item's status in one line, whatever the reason of the message."""
    return words_for(view).summary(Moment(now, zone))


def title(message: Message) -> str:
    """Return the line above everything: the tenant, if there are several, and the kind."""
    if message.tenant_name:
        return f"{clean(message.tenant_name)} | {kind(message)}"
    return kind(message)


def kind(message: Message) -> str:
    """Return what kind of message this is. Only fixed words and numbers."""
    if message.test:
        return "Lapsewatch: test message"
    if message.inventory is not None:
        return inventory_message.title(message, message.inventory)
    if message.introduction:
        return f"Lapsewatch now watches {counted(len(message.watching), 'service')}"
    if is_weekly(message):
        return "Lapsewatch: weekly status"
    if len(message.notices) == 1:
        return f"Lapsewatch: {_kind_of(message.notices[0], message.zone)}"
    number = counted(len(message.notices), "item")
    urgent = sum(notice.severity == Severity.CRITICAL for notice in message.notices)
    return f"Lapsewatch: {number}, {urgent} urgent" if urgent else f"Lapsewatch: {number}"


def _kind_of(notice: Notice, zone: ZoneInfo) -> str:
    quiet = notice.about_snooze or notice.severity != notice.view.severity
    words = WORDS[notice.severity] if quiet else urgency(notice.view, zone)
    if words == WORDS[notice.severity]:
        words = _CALM.get(notice.severity, words)
    return f"{words[0].lower()}{words[1:]}"


def is_weekly(message: Message) -> bool:
    """Return whether a message is only the weekly status."""
    reasons = {notice.reason for notice in message.notices}
    return reasons == {Reason.WEEKLY}


def next_message(message: Message) -> str:
    """Return when the channel's next message follows if nothing changes; empty if unknown."""
    if message.next_message is None:
        return ""
    return f"Next message on {full_day(message.next_message)} if nothing changes."
