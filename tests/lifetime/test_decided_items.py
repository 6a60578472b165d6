"""Single credentials of the tenant that a person snoozed, or said are not ours."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from local.simulation.build import RULES, app, at, owner, secret, watchlist
from local.simulation.world import ANNA, World, inventory_world
from shared.core.decisions import Refused
from shared.core.model.decision import Acknowledgement, Assignment, DecisionKind
from shared.core.model.inventory import InventoryView
from shared.core.notify.retention import HISTORY
from shared.render.feeds.inventory_document import inventory_document
from shared.render.feeds.spreadsheet import status_csv
from shared.usecases import decisions

ENDS, FIRST = "2026-10-05T09:00Z", "2026-09-05"
"""The expiry of both credentials, and the day on which they were first notified about."""
SIGNAGE = "tenant:object-signage:signage-1"


def world(**rules: Any) -> World:  # noqa: ANN401  (fields of the rules)
    made = inventory_world(watchlist(inventory=replace(RULES, **rules)))
    made.whole.apps = [app("signage", ENDS), app("kiosk", ENDS)]
    made.run(f"{FIRST}T14:00Z")
    return made


def days(life: World, name: str) -> list[str]:
    """Return what was sent later: local day, channel, key id, reason, days left."""
    return [line for line in life.news if f" {name}-" in line and not line.startswith(FIRST)]


def view_of(life: World, item: str) -> InventoryView:
    inventory = life.watch.status().inventory
    assert inventory is not None
    return next(view for view in inventory.views if view.item == item)


def test_a_snoozed_item_is_notified_about_after_its_snooze() -> None:
    life = world()
    life.acknowledge(SIGNAGE, "2026-09-22", "ticket 4711")
    life.run("2026-10-06T14:00Z")
    assert days(life, "signage") == [
        "2026-09-23 its signage-1 rung 12",
        "2026-09-28 its signage-1 rung 7",
        "2026-10-04 its signage-1 rung 1",
        "2026-10-05 its signage-1 expired 0",
    ]
    assert days(life, "kiosk")[0] == "2026-09-21 its kiosk-1 rung 14"


def test_the_expiry_is_reported_whatever_the_snooze() -> None:
    life = world()
    life.acknowledge(SIGNAGE, "2026-10-05", "it is not used")
    life.run("2026-10-06T14:00Z")
    assert days(life, "signage") == ["2026-10-05 its signage-1 expired 0"]


def test_a_snooze_holds_that_comes_just_after_the_expiry() -> None:
    life = world()
    life.run("2026-10-04T14:00Z")
    life.now = at("2026-10-05T10:00Z")
    life.acknowledge(SIGNAGE, "2026-10-20", "it is not used")
    snoozed = view_of(life, SIGNAGE)
    assert (snoozed.standing, snoozed.acknowledged is not None) == ("expired", True)
    life.run("2026-10-06T14:00Z")
    assert days(life, "signage")[-1] == "2026-10-04 its signage-1 rung 1"


def test_taking_back_a_snooze_makes_messages_go_on() -> None:
    life = world()
    life.acknowledge(SIGNAGE, "2026-09-22", "ticket 4711")
    decisions.cancel(life.watch, SIGNAGE, by=ANNA)
    assert view_of(life, SIGNAGE).acknowledged is None
    life.run("2026-09-21T14:00Z")
    assert days(life, "signage") == ["2026-09-21 its signage-1 rung 14"]
    with pytest.raises(Refused, match="not snoozed, so there is nothing to take back"):
        decisions.cancel(life.watch, SIGNAGE, by=ANNA)


def test_owners_hear_nothing_of_what_is_snoozed_or_not_ours() -> None:
    life = world(owners=True)
    life.whole.owned = {name: (owner("ann"),) for name in ("signage", "kiosk")}
    life.acknowledge(SIGNAGE, "2026-09-22", "ticket 4711")
    life.claim("KIOSK-1")
    life.run("2026-09-22T14:00Z")
    assert days(life, "signage") + days(life, "kiosk") == []
    life.run("2026-09-23T14:00Z")
    assert days(life, "signage") == ["2026-09-23 ann signage-1 first 12"]
    assert days(life, "kiosk") == []


def test_not_ours_is_silent_for_good_until_it_is_taken_back() -> None:
    life = world()
    life.claim("signage-1")
    life.run("2026-09-25T14:00Z")
    assert days(life, "signage") == []
    decisions.reopen(life.watch, "signage-1", by=ANNA)
    life.run("2026-09-26T14:00Z")
    assert days(life, "signage") == ["2026-09-25 its signage-1 rung 10"]
    with pytest.raises(Refused, match="not ignored, so there is nothing to take back"):
        decisions.reopen(life.watch, "signage-1", by=ANNA)


def test_a_new_credential_is_another_item() -> None:
    life = world()
    life.claim("signage-1")
    life.acknowledge(SIGNAGE, "2026-09-22", "ticket 4711")
    renewed = secret("signage-2", ends="2026-10-04T09:00Z")
    life.whole.apps[0] = life.whole.apps[0]._replace(credentials=(renewed,))
    life.run("2026-09-06T14:00Z")
    assert "2026-09-05 its signage-2 first 29" in life.news
    life.run("2026-10-06T14:00Z")
    assert "2026-10-04 its signage-2 expired 0" in life.news


def test_what_is_refused() -> None:
    life = world()
    watch, kiosk = life.watch, "tenant:object-kiosk:kiosk-1"
    for until, why, words in (
        (date(2026, 9, 1), "x", "in the past"),
        (date(2027, 9, 6), "x", "for a year at most"),
        (date(2026, 10, 6), "x", "up to 5 Oct 2026, when the credential expires"),
        (date(2026, 9, 9), " ", "needs a reason"),
    ):
        with pytest.raises(Refused, match=words):
            decisions.acknowledge(watch, kiosk, until, why, by=ANNA)
    with pytest.raises(Refused, match="There is no credential tenant:object-x:y among"):
        decisions.acknowledge(watch, "tenant:object-x:y", date(2026, 9, 9), "x", by=ANNA)
    with pytest.raises(Refused, match="There is no credential nowhere-1 on"):
        life.claim("nowhere-1")
    with pytest.raises(Refused, match="no credential kiosk-1 on"):
        life.claim("kiosk-1", "libcal")
    copied = app("copy")._replace(credentials=(secret("kiosk-1", ends=ENDS),))
    life.whole.apps.append(copied)
    life.run("2026-09-06T14:00Z")
    with pytest.raises(Refused, match="2 apps have a credential kiosk-1"):
        life.claim("kiosk-1")


def test_who_until_and_why_are_exported() -> None:
    life = world()
    life.acknowledge(SIGNAGE, "2026-09-22", "ticket 4711")
    life.claim("kiosk-1")
    status = life.watch.status()
    items: Any = inventory_document(status.inventory, None, paged=False)["items"]
    found = {each["item"]: each for each in items}
    snoozed = found[SIGNAGE]["acknowledged"]
    assert (snoozed["by"], snoozed["until"]) == ("Anna Example", "2026-09-22")
    assert snoozed["why"] == "ticket 4711"
    assert found[SIGNAGE]["ignored"] is None
    assert found["tenant:object-kiosk:kiosk-1"]["ignored"]["by"] == "Anna Example"
    rows = status_csv(status, life.watched).splitlines()
    assert any(row.endswith(",2026-09-22,Anna Example,ticket 4711,,") for row in rows)
    assert any(row.endswith(",,,,Anna Example,") for row in rows)
    assert [each.kind for each in life.ledger.history] == [
        DecisionKind.ACKNOWLEDGE,
        DecisionKind.CLAIM,
    ]


def test_the_ledger_keeps_what_can_still_be_listed() -> None:
    life = world()
    life.claim("signage-1")
    life.acknowledge("tenant:object-kiosk:kiosk-1", "2026-09-10", "ticket 4711")
    life.check()
    assert set(life.ledger.memory.acknowledgements) == {"tenant:object-kiosk:kiosk-1"}
    life.now = at("2026-09-11T14:00Z")
    life.check()
    assert life.ledger.memory.acknowledgements == dict[str, Acknowledgement]()
    made = life.ledger.memory.assignments["signage-1"].at
    life.now = made + HISTORY + timedelta(days=RULES.ladder[0])
    life.check()
    assert set(life.ledger.memory.assignments) == {"signage-1"}
    life.now += timedelta(days=1)
    life.check()
    assert life.ledger.memory.assignments == dict[str, Assignment]()
