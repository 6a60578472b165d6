"""What people may take back, and what is refused with an explanation."""

from typing import Any

import pytest

from local.simulation.build import at, secret, watchlist
from local.simulation.world import World
from shared.core.decisions import Refused, ShownCredential
from shared.core.model.context import CheckContext
from shared.core.model.decision import DecisionKind, Person
from shared.core.model.directory import Credential
from shared.core.model.vocabulary import Loss, Standing
from shared.render.feeds.status_document import status_document
from shared.render.page.confirm_form import undos
from shared.usecases import decisions

BEN = Person("00000000-0000-4000-8000-00000000000b", "Ben")
OLD = secret("k1", "LibCal 2024", starts="2024-12-13T09:15Z", ends="2026-12-13T09:15Z")
ODD = secret("k3", "test", starts="2026-08-01T09:00Z", ends="2027-11-01T09:00Z", hint="zzz")
NEW = secret("k2", "LibCal 2028", starts="2026-10-19T09:00Z", ends="2028-10-19T09:00Z")
SHOWN = ShownCredential(OLD.hint, OLD.ends)
ASKED = "asked ITS, ticket 4711"


def world(*credentials: Credential) -> World:
    made = World(watched=watchlist(), now=at("2026-09-01T13:05Z"))
    made.tenant.put(*credentials)
    made.run("2026-10-20T18:00Z")
    return made


def told(life: World, since: int) -> set[tuple[str, str]]:
    """Return channel and reason of each notice about LibCal after the first `since` lines."""
    lines = [line.split() for line in life.diary if " libcal " in line]
    return {(line[1], line[4]) for line in lines[since:]}


def test_both_parties_hear_of_a_snooze_and_that_it_was_taken_back() -> None:
    life = world(OLD)
    before = len([line for line in life.diary if " libcal " in line])
    life.acknowledge("libcal", "2026-12-04", ASKED)
    assert told(life, before) == {("admins", "snoozed"), ("its", "snoozed")}
    life.now = at("2026-10-21T13:05Z")
    assert not life.check().deliveries
    decisions.cancel(life.watch, "libcal", by=BEN)
    assert ("its", "resumed") in told(life, before)
    assert ("admins", "resumed") in told(life, before)
    view, *_ = life.watch.status().judgement.services
    assert view.acknowledged is None
    assert view.resumed is not None
    assert (view.resumed.by, view.resumed.why) == (BEN, ASKED)
    with pytest.raises(Refused, match="not snoozed, so there is nothing to take back"):
        decisions.cancel(life.watch, "libcal", by=BEN)
    life.run("2026-12-15T18:00Z")
    assert any("expiring rung 30" in line for line in life.diary), "reminders go on"


def test_a_reminder_of_the_last_days_comes_before_a_snooze() -> None:
    life = world(OLD)
    life.run("2026-12-05T18:00Z")
    for inbox in life.inboxes.values():
        inbox.down = True
    life.acknowledge("libcal", "2026-12-13", ASKED)
    life.run("2026-12-07T18:00Z")
    for inbox in life.inboxes.values():
        inbox.down = False
    before = len([line for line in life.diary if " libcal " in line])
    life.check()
    assert told(life, before) == {("admins", "rung"), ("its", "rung")}


def test_a_renewer_hears_of_a_snooze_while_the_installer_acts() -> None:
    life = world(OLD)
    life.tenant.add(ODD._replace(name="LibCal 2028"))
    life.run("2026-10-22T18:00Z")
    life.acknowledge("libcal", "2026-12-04", ASKED)
    last = [line.split()[1] for line in life.diary if line.startswith("2026-10-22")]
    assert {"its", "admins"} <= set(last)


def test_not_ours_is_listed_and_is_new_again_when_taken_back() -> None:
    life = world(OLD, ODD)
    life.claim("k3")
    life.run("2026-10-25T18:00Z")
    (ignored,) = life.watch.status().judgement.ignored
    assert (ignored.credential.key_id, ignored.given.by.name) == ("k3", "Anna Example")
    document: Any = status_document(life.watch.status(), life.watched)
    assert document["ignored"] == [
        {
            "key_id": "k3",
            "kind": "secret",
            "name": "test",
            "hint": "zzz",
            "ends": "2027-11-01T09:00:00Z",
            "app": document["services"][0]["app"],
            "by": "Anna Example",
            "at": "2026-10-20T17:05:00Z",
        }
    ]
    heard = [line for line in life.diary if "credential:k3" in line]
    decisions.reopen(life.watch, "K3", by=BEN)
    again = [line for line in life.diary if "credential:k3" in line]
    assert len(again) == 2 * len(heard)
    assert again[-1].startswith("2026-10-25")
    judgement = life.watch.status().judgement
    assert judgement.ignored == ()
    assert [view.credential.key_id for view in judgement.unclaimed] == ["k3"]
    assert life.ledger.history[-1].kind == DecisionKind.REOPEN


def test_an_assignment_is_taken_back_with_what_was_assumed_from_it() -> None:
    life = world(ODD)
    assert not life.watch.status().judgement.services[0].in_use
    life.claim("k3", "libcal")
    life.run("2026-10-22T18:00Z")
    assert life.watch.status().judgement.services[0].in_use == ODD
    decisions.reopen(life.watch, "k3", by=BEN)
    judgement = life.watch.status().judgement
    assert judgement.services[0].in_use_record is None
    assert [view.credential.key_id for view in judgement.unclaimed] == ["k3"]


@pytest.mark.parametrize(("then", "loss"), [("expires", Loss.EXPIRED), ("goes", Loss.DELETED)])
def test_a_confirmation_is_undone_although_the_older_one_is_lost(then: str, loss: Loss) -> None:
    """If the confirmation was a mistake, the service does not work, and nobody knows."""
    life = world(OLD, NEW)
    life.confirm("libcal", "k2")
    if then == "goes":
        life.tenant.drop("k1")
    life.run("2026-12-15T18:00Z")
    at_now = CheckContext(life.watched, life.ledger.load(), life.now)
    (button,) = undos(life.watch.status().judgement.services[0], at_now)
    assert button.label == "Undo: LibCal still uses q7X…"
    before = len([line for line in life.diary if " libcal " in line])
    done = decisions.confirm(life.watch, "libcal", "K1", by=BEN, shown=SHOWN)
    assert done.undo
    assert told(life, before) == {("admins", "confirmed"), ("its", "confirmed")}
    view, *_ = life.watch.status().judgement.services
    assert (view.standing, view.loss) == (Standing.AWAITING_INSTALL, loss)
    assert view.replacement == NEW
    with pytest.raises(Refused, match="Nothing was saved"):
        decisions.confirm(life.watch, "libcal", "k1", by=BEN)


def test_what_cannot_be_taken_back_is_refused() -> None:
    life = world(OLD, ODD)
    for key_id in ("k1", "k9"):
        with pytest.raises(Refused, match="not assigned by a person"):
            decisions.reopen(life.watch, key_id, by=BEN)
    life.confirm("libcal", "k3")
    with pytest.raises(Refused, match="is or was in use by LibCal"):
        decisions.reopen(life.watch, "k3", by=BEN)
