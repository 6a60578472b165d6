"""A receiver recognises a message that is sent again, and takes no other for it."""

from dataclasses import replace
from datetime import timedelta

from local.simulation.build import secret, service, watchlist
from local.simulation.recording_channel import RecordingChannel
from local.simulation.world import World
from shared.core.model.message import Message, Notice
from shared.core.model.news import News
from shared.core.model.views import LeftoverView
from shared.core.model.vocabulary import Loss, Reason, Severity, Standing
from shared.core.notify.message_id import with_id
from shared.ports.errors import ChannelError
from tests.support.notices import (
    INSTALLER,
    NOW,
    credential,
    message,
    notice,
    service_view,
)

LIST = watchlist(service("LibCal"))


class Lossy(RecordingChannel):
    """Its receiver gets every message, but the first `lost` answers never come back."""

    lost = 0

    def send(self, message: Message) -> None:
        super().send(message)
        if len(self.heard) <= self.lost:
            raise ChannelError("no answer")


def living(lost: int) -> tuple[World, Lossy]:
    """Return a world on the eve of the first reminder; the introduction has arrived."""
    world, channel = World(LIST), Lossy()
    world.tenant.put(secret("cal24", "LibCal 2024", ends="2026-12-13T09:15Z"))
    world.run("2026-09-13T18:00Z")
    channel.lost = lost
    world.inboxes["its"] = channel
    return world, channel


def test_retries_of_hours_and_days_keep_the_id() -> None:
    world, channel = living(lost=9)
    world.run("2026-09-17T18:00Z")
    assert len(channel.heard) == 10
    assert len({each.now.date() for each in channel.heard}) > 1
    assert len({each.id for each in channel.heard}) == 1


def test_each_delivered_message_has_an_id_of_its_own() -> None:
    world, channel = living(lost=0)
    world.run("2026-12-20T18:00Z")
    reasons = {notice.reason for each in channel.heard for notice in each.notices}
    assert {Reason.FIRST, Reason.RUNG, Reason.STILL_WAITING} <= reasons
    assert len({each.id for each in channel.heard}) == len(channel.heard)


def test_id_changes_with_status_and_reminder_but_not_the_day() -> None:
    """Else a receiver that keeps ids would drop what became worse before a delivery."""
    view = service_view()
    again = with_id(message(notice(replace(view, days_left=20))), {}, LIST).id
    assert with_id(message(notice(view)), {}, LIST).id == again
    others = [
        with_id(message(notice(changed)), {}, LIST).id
        for changed in (
            replace(view, days_left=13),
            replace(view, standing=Standing.MISSING, loss=Loss.DELETED),
            replace(view, situation="another"),
        )
    ]
    assert len({again, *others}) == 4


def test_id_ignores_reminders_that_an_item_no_longer_has() -> None:
    """A service that lost its credential, and what can be deleted, are sent without them."""
    lost = service_view(Standing.MISSING, over=Loss.DELETED)
    older = LeftoverView(lost, credential(), True, Severity.NOTICE, 8)
    for view in (lost, older):
        days = (replace(view, days_left=each) for each in (8, 7, 1))
        assert len({with_id(message(notice(each)), {}, LIST).id for each in days}) == 1


def test_channels_and_tenants_have_ids_of_their_own() -> None:
    plain = message(notice(service_view()))
    ids = {
        with_id(plain, {}, LIST).id,
        with_id(replace(plain, channel="admins"), {}, LIST).id,
        with_id(plain, {}, replace(LIST, tenant_id="00000000-0000-4000-8000-000000000006")).id,
    }
    assert len(ids) == 3
    assert all(len(each) == 36 and each.startswith("msg_") for each in ids)


def test_every_test_message_is_new() -> None:
    first = message(test=True)
    later = replace(first, now=first.now.replace(minute=1))
    assert with_id(first, {}, LIST).id != with_id(later, {}, LIST).id


def test_id_changes_with_news_of_a_hand_over_but_not_at_a_retry() -> None:
    def id_of(*news: News) -> str:
        told = Notice(service_view(), Reason.DELETED, INSTALLER, news)
        return with_id(message(told), {}, LIST).id

    third, seventh = (News(Reason.UNOPENED, NOW + timedelta(days=n), INSTALLER) for n in (3, 7))
    assert id_of(third) == id_of(third)
    assert len({id_of(), id_of(third), id_of(seventh), id_of(third, seventh)}) == 4
