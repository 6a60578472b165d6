"""The weekly status is a digest: what expires next, and what is open, in one quiet message."""

from dataclasses import replace

from local.simulation.build import RULES, app, secret, watchlist
from local.simulation.world import World, inventory_world
from shared.core.model.message import Message
from shared.core.model.vocabulary import Reason, Severity
from shared.ports.errors import LedgerError
from shared.render.text.facts import facts


def weekly_of(world: World, channel: str) -> list[Message]:
    return [
        message
        for message in world.inboxes[channel].heard
        if [notice.reason for notice in message.notices] == [Reason.WEEKLY]
    ]


def rows(message: Message) -> dict[str, str]:
    (notice,) = message.notices
    return dict(facts(notice, now=message.now, zone=message.zone))


def test_each_channel_reads_when_what_it_knows_of_expires() -> None:
    world = inventory_world(watchlist(inventory=RULES, weekly=True))
    world.tenant.put(
        secret("k1", "LibCal", ends="2026-12-13T09:15Z"),
        secret("k2", "LibStaffer", ends="2030-01-01T00:00Z"),
    )
    world.whole.apps = [
        app("Signage", "2026-10-06T12:00Z"),
        app("Kiosk", "2026-11-30T12:00Z"),
        app("Sync", "2026-08-01T12:00Z"),
    ]
    world.run("2026-09-07T18:00Z")
    (its,) = weekly_of(world, "its")
    (admins,) = weekly_of(world, "admins")
    watched = "LibCal on 13 Dec 2026; LibStaffer on 31 Dec 2029"
    assert rows(its) == {"Next expiry": f"Signage (unnamed secret) on 6 Oct 2026; {watched}"}
    assert rows(admins) == {"Next expiry": watched}, "no news of the tenant for admins"
    assert its.severity == Severity.OK
    assert len(world.inboxes["admins"].heard) == 2, "the introduction, and one a week"


def test_snoozed_services_and_channels_that_fail_are_open() -> None:
    made = watchlist(weekly=True)
    labelled = replace(made.channels["admins"], label="LibCal administrators")
    world = World(replace(made, channels={**made.channels, "admins": labelled}))
    world.tenant.put(
        secret("k1", "LibCal", ends="2026-10-11T09:15Z"),
        secret("k2", "LibStaffer", ends="2030-01-01T00:00Z"),
    )
    world.run("2026-09-02T18:00Z")
    world.confirm("libcal", "k1")
    world.acknowledge("libcal", "2026-09-30", "ticket 4711")
    world.inboxes["admins"].down = True
    world.run("2026-09-16T18:00Z")
    open_ = rows(weekly_of(world, "its")[-1])["Open"]
    assert "LibCal is snoozed until 30 Sep 2026 by Anna Example (“ticket 4711”)" in open_
    assert "messages to “LibCal administrators” have not been delivered since" in open_


def test_an_unreadable_tenant_stops_no_weekly_status() -> None:
    world = inventory_world(watchlist(inventory=RULES, weekly=True))
    world.run("2026-09-06T18:00Z")
    world.remembered.broken = {"load": LedgerError("The ledger is unavailable.")}
    world.run("2026-09-07T18:00Z")
    (message,) = weekly_of(world, "its")
    assert "LibCal on 31 Dec 2029" in rows(message)["Next expiry"]
