"""What is news of a hand-over to which channel: states, roles and last messages as a table."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from local.simulation.build import watchlist
from shared.core.model.context import CheckContext
from shared.core.model.hand_over import Ending, HandOver, HandOverState
from shared.core.model.memory import Memory
from shared.core.model.message import Notice
from shared.core.model.notification import Notification
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Reason, Severity, Standing
from shared.core.notify.hand_over import is_with_installer, news_due
from tests.support.hand_over_records import ended, hand_over, opened
from tests.support.notices import BOTH, NEW, NOW, service_view

AT = NOW - timedelta(days=20)
CHANGED = AT + timedelta(hours=3)
STILL = HandOverState.ENDING
KEEPING = replace(hand_over(at=AT), state=HandOverState.KEEPING)
NOTHING: list[str] = []

STATES = [
    (hand_over(at=AT), 0, ["ready"], NOTHING),
    (hand_over(at=AT), 2, ["ready"], NOTHING),
    (hand_over(at=AT), 3, ["unopened"], NOTHING),
    (hand_over(at=AT), 12, ["unopened"], NOTHING),
    (hand_over(at=AT), 13, ["unopened"], ["unopened"]),
    (opened(hand_over(at=AT), "Dana"), 3, NOTHING, NOTHING),
    (opened(hand_over(at=AT), "Dana", "Eve"), 1, ["opened_again"], ["opened_again"]),
    (ended(Ending.CONFIRMED, at=AT), 1, NOTHING, NOTHING),
    (ended(Ending.EXPIRED, at=AT), 15, ["hand_over_expired"], ["hand_over_expired"]),
    (ended(Ending.NOT_KEPT, at=AT), 1, NOTHING, ["hand_over_failed"]),
    (ended(Ending.NOT_CREATED, at=AT), 1, NOTHING, ["hand_over_failed"]),
    (ended(Ending.ORPHAN, at=AT), 1, NOTHING, ["orphan"]),
    (ended(Ending.WITHDRAWN, at=AT), 1, NOTHING, NOTHING),  # nobody was notified of it
    (ended(Ending.CONFIRMED, STILL, at=AT), 1, NOTHING, NOTHING),
    (ended(Ending.CONFIRMED, STILL, "No.", at=AT), 1, NOTHING, ["hand_over_failed"]),
    (KEEPING, 1, NOTHING, NOTHING),
    (replace(KEEPING, why="No."), 1, NOTHING, ["hand_over_failed"]),
    (replace(KEEPING, state=HandOverState.RENEWING), 1, NOTHING, NOTHING),
]  # fmt: skip  (a table)


def last_message(at: datetime, reason: Reason = Reason.RUNG) -> Notification:
    return Notification("libcal", "", at, Standing.EXPIRING, reason)


def told(
    record: HandOver, channel: str, last: Notification | None, now: datetime = NOW
) -> list[str]:
    view = service_view(hand_over=record)
    found = news_due(view, channel, last, CheckContext(watchlist(), Memory(), now))
    return [str(each.reason) for each in found]


@pytest.mark.parametrize(("record", "days", "installer", "renewer"), STATES)
def test_states_and_roles(
    record: HandOver, days: int, installer: list[str], renewer: list[str]
) -> None:
    """The last message was before the hand-over; once there was one after it, nothing is due."""
    now = AT + timedelta(days=days, hours=4)
    before = last_message(AT - timedelta(days=1))
    assert told(record, "libapps-admins", before, now) == installer
    assert told(record, "its", before, now) == renewer
    assert told(record, "somebody", before, now) == []
    for channel in ("libapps-admins", "its"):
        assert told(record, channel, last_message(now - timedelta(seconds=1)), now) == []


@pytest.mark.parametrize(
    ("last", "ready", "orphan"),
    [
        (None, ["ready"], []),
        (last_message(AT, Reason.INTRODUCED), ["ready"], ["orphan"]),
        (last_message(NOW - timedelta(hours=1), Reason.INTRODUCED), ["ready"], []),
        (last_message(CHANGED - timedelta(seconds=1)), ["ready"], ["orphan"]),
        (last_message(CHANGED), [], []),
        (last_message(NOW + timedelta(days=1)), ["ready"], ["orphan"]),  # the clock was ahead
    ],
)
def test_last_messages(last: Notification | None, ready: list[str], orphan: list[str]) -> None:
    """A new channel is notified of what is live, not of what was over before."""
    record = replace(hand_over(at=NOW - timedelta(days=1)), changed=CHANGED)
    assert told(record, "libapps-admins", last) == ready
    assert told(ended(Ending.ORPHAN, at=AT), "its", last) == orphan


@pytest.mark.parametrize(
    ("ending", "reason"),
    [
        (Ending.ORPHAN, ["orphan"]),
        (Ending.NOT_CREATED, ["hand_over_failed"]),
        (Ending.WITHDRAWN, []),
        (Ending.EXPIRED, []),
    ],
)
def test_a_channel_without_messages_is_notified_of_new_failures(
    ending: Ending, reason: list[str]
) -> None:
    """A secret may be renewed before the first check."""
    changed = ended(ending, at=AT).changed
    for days, expected in ((0, reason), (6, reason), (7, [])):
        now = changed + timedelta(days=days)
        assert told(ended(ending, at=AT), "its", None, now) == expected


def test_a_withdrawal_concerns_those_who_were_notified_before_it() -> None:
    record = ended(Ending.WITHDRAWN, at=AT)
    assert told(record, "libapps-admins", last_message(AT)) == ["withdrawn"]
    assert told(record, "libapps-admins", last_message(AT - timedelta(seconds=1))) == []


def test_news_is_never_calmer_than_a_notice_nor_than_the_service() -> None:
    def severity(view: ServiceView, record: HandOver) -> Severity:
        last, at = last_message(AT), CheckContext(watchlist(), Memory(), NOW)
        shown = replace(view, hand_over=record)
        news = news_due(shown, "its", last, at) or news_due(shown, "libapps-admins", last, at)
        return Notice(shown, news[-1].reason, BOTH, news).severity

    safe, urgent = service_view(Standing.HEALTHY), service_view(severity=Severity.CRITICAL)
    recent = hand_over(at=NOW - timedelta(days=1))
    assert severity(safe, recent) == Severity.NOTICE
    assert severity(safe, ended(Ending.ORPHAN, at=AT)) == Severity.WARNING
    assert severity(urgent, recent) == Severity.CRITICAL


@pytest.mark.parametrize(
    ("record", "replacement", "expected"),
    [
        (hand_over(at=AT), NEW, True),
        (hand_over(at=AT), None, False),  # the new secret is gone
        (ended(Ending.EXPIRED, at=AT), NEW, False),
        (hand_over(at=NOW - timedelta(minutes=14)), None, True),
        (hand_over(at=NOW - timedelta(minutes=15)), None, False),
        (hand_over(at=NOW + timedelta(minutes=1)), None, False),
        (ended(Ending.NOT_CREATED, at=NOW - timedelta(minutes=1)), None, False),
    ],
)
def test_when_the_renewer_has_nothing_to_do(
    record: HandOver, replacement: object, *, expected: bool
) -> None:
    view = service_view(hand_over=record, replacement=replacement)
    assert is_with_installer(view, NOW) == expected
