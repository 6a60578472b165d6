"""What the watchlist excludes is counted, and a message lists it once a week."""

from dataclasses import replace
from typing import Any

import pytest

from local.simulation.build import RULES, app, secret, watchlist
from local.simulation.world import World, inventory_world
from shared.core.model.inventory import InventoryApp
from shared.core.model.left_out import LeftOut
from shared.render.feeds.status_document import status_document
from shared.render.text.commands import Deployment
from shared.render.text.inventory_message import opening, title
from shared.usecases.doctor.inventory import examine_inventory

SOON, FAR = "2026-09-20T09:00Z", "2027-09-01T09:00Z"
APPS = (
    app("[TEST] sandbox", SOON),
    app("[TEST] far", FAR),
    app("[TEST] empty"),
    app("Timesheets", SOON),
    app("lab", SOON, tags=("lab",)),
    app("by id", SOON, client_id="C0FFEE"),
    app("ConnectSyncProvisioning_SRV1", FAR),
    app("proxy")._replace(credentials=(secret("cwap", "CWAP_AuthSecret", ends=SOON),)),
    app("LibApps [test]", SOON, client_id="6F1C2F5E-8a04-4d0b-9d5e-0c7a5a2b13d6"),
)
EXCLUDED: dict[str, Any] = {
    "exclude_names": ("[TEST]*", "LibApps*"),
    "exclude_tags": frozenset({"lab"}),
    "exclude_client_ids": frozenset({"c0ffee"}),
}
SENTENCE = (
    "Left out: 2 apps by exclude.names, 1 app by exclude.client_ids, 1 app by exclude.tags, "
    "1 app by noise rules and 1 credential by noise rules."
)


def world(*apps: InventoryApp, weekly: bool = True, **rules: Any) -> World:  # noqa: ANN401  (fields of the rules)
    watched = watchlist(weekly=weekly, inventory=replace(RULES, **rules))
    made = inventory_world(watched)
    made.whole.apps = list(apps)
    return made


def reported(life: World, channel: str = "its") -> list[tuple[str, int, str]]:
    """Return day, number of notices and opening of each message that says what is left out."""
    return [
        (f"{message.now:%m-%d}", len(message.notices), opening(message, message.inventory))
        for message in life.inboxes[channel].heard
        if message.inventory is not None and "Left out" in opening(message, message.inventory)
    ]


def test_only_names_that_a_pattern_means_are_left_out() -> None:
    life = world(*APPS, **EXCLUDED)
    life.run("2026-09-01T20:00Z")
    assert life.news == ["2026-09-01 its Timesheets-1 first 19", "2026-09-01 its first"]


def test_each_rule_is_counted_in_status_and_doctor() -> None:
    life = world(*APPS, **EXCLUDED)
    inventory = life.watch.inventory
    assert inventory is not None
    life.whole.page_size = 100
    before = examine_inventory(inventory, life.now, Deployment())
    assert "Left out: 2 apps by exclude.names" in before.text
    life.run("2026-09-01T20:00Z")
    scan = life.remembered.memory.scan
    assert scan is not None
    assert scan.left_out == LeftOut(2, 1, 1, 1, 1)
    document = status_document(life.watch.status(), life.watched)["tenant"]
    assert isinstance(document, dict)
    assert document["left_out"] == scan.left_out._asdict()
    assert examine_inventory(inventory, life.now, Deployment()).text.endswith(SENTENCE)


def test_the_first_message_and_then_one_a_week_say_what_is_left_out() -> None:
    life = world(*APPS, **EXCLUDED)
    life.run("2026-09-22T20:00Z")
    assert [(day, notices) for day, notices, _ in reported(life)] == [
        ("09-01", 1),
        ("09-07", 0),  # a Monday
        ("09-14", 0),
        ("09-21", 0),
    ]
    assert all(SENTENCE in words for _, _, words in reported(life))
    last = life.inboxes["its"].heard[-1]
    assert last.inventory is not None
    assert title(last, last.inventory) == "The tenant: weekly status"


@pytest.mark.parametrize(
    ("weekly", "rules"), [(False, EXCLUDED), (True, {}), (True, {"exclude_names": ("none*",)})]
)
def test_no_message_of_its_own(rules: dict[str, Any], *, weekly: bool) -> None:
    """Without an exclusion of the watchlist, and to a channel without weekly messages."""
    life = world(*APPS, weekly=weekly, **rules)
    life.run("2026-09-22T20:00Z")
    assert all(notices for _, notices, _ in reported(life))


def test_a_channel_without_weekly_messages_gets_it_with_the_next_one() -> None:
    life = world(*APPS, weekly=False, **EXCLUDED)
    life.run("2026-09-22T20:00Z")
    assert [(day, notices) for day, notices, _ in reported(life)] == [
        ("09-01", 1),
        ("09-13", 1),
        ("09-19", 1),
    ]


def test_an_unread_tenant_has_no_weekly_message() -> None:
    life = world(*APPS, **EXCLUDED)
    life.run("2026-09-05T20:00Z")
    life.whole.broken = "Graph answered 503."
    life.run("2026-09-08T20:00Z")
    assert [day for day, notices, _ in reported(life) if not notices] == []
