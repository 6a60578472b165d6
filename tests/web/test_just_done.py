"""A link to the page cannot make it say that something was saved."""

from dataclasses import replace
from datetime import timedelta

import pytest

from local.simulation.build import at, secret
from local.simulation.world import ANNA, World
from shared.core.model.decision import Person
from shared.web.done import Done
from shared.web.status_page import status_page
from shared.web.visit import PageVisit

PAT = Person("00000000-0000-4000-8000-00000000000c", "Pat Example")
OLD = secret("k1", "LibCal 2024", ends="2026-12-13T09:15Z")
NEW = secret("k4", "LibCal 2026", ends="2028-12-13T09:15Z", starts="2026-11-20T00:00Z")
CONFIRMED = "LibCal: confirmation saved. Everyone who was asked to act has been informed."
LATER = "LibCal: confirmation saved. Not everyone who was asked to act has been informed yet"
SNOOZED = "LibCal: reminders snoozed."
NOTHING = ""


@pytest.fixture
def world() -> World:
    world = World(now=at("2026-11-25T14:00Z"))
    world.tenant.put(OLD, secret("k2", "LibStaffer", ends="2027-01-13T09:15Z"))
    world.check()
    world.tenant.add(NEW)
    world.now += timedelta(hours=2)
    world.check()
    return world


def told(world: World, done: str, service: str = "libcal", person: Person = ANNA) -> str:
    """Return what the page says was done, as its reader sees it."""
    visit = PageVisit(person, world.watch, lambda _: None, lambda *_: None)
    html = status_page(visit, Done(done, service)).body
    boxes = html.partition('role="status" tabindex="-1" autofocus>')[2].partition("</div>")[0]
    return boxes.rpartition("<p>")[2].partition("</p>")[0]


FORMS = ("confirm", "undo", "acknowledge", "claim")


@pytest.mark.parametrize("service", ["libcal", "libstaffer", "", "zzmark"])
@pytest.mark.parametrize("done", [*FORMS, *(f"{each}-later" for each in FORMS), "<b>", "check"])
def test_link_without_a_decision_says_nothing(world: World, done: str, service: str) -> None:
    world.now += timedelta(minutes=11)
    assert told(world, done, service) == NOTHING


@pytest.mark.parametrize(
    ("done", "service", "person", "minutes", "text"),
    [
        ("confirm", "libcal", ANNA, 9, CONFIRMED),
        ("confirm", "libcal", replace(ANNA, name="Anna, renamed"), 9, CONFIRMED),
        ("confirm-later", "libcal", ANNA, 0, CONFIRMED),  # the check reached everyone
        ("confirm", "libcal", ANNA, 11, NOTHING),
        ("confirm", "libcal", PAT, 0, NOTHING),
        ("confirm", "libstaffer", ANNA, 0, NOTHING),
        ("confirm", "", ANNA, 0, NOTHING),
        ("undo", "libcal", ANNA, 0, NOTHING),
        ("acknowledge", "libcal", ANNA, 0, NOTHING),
        ("claim", "libcal", ANNA, 0, NOTHING),
        ("claim", "", ANNA, 0, NOTHING),
    ],
)
def test_receipt_is_for_the_own_recent_confirmation(
    world: World, done: str, service: str, person: Person, minutes: int, text: str
) -> None:
    world.confirm("libcal", "k4")
    world.now += timedelta(minutes=minutes)
    assert told(world, done, service, person) == text


def test_undo_is_not_a_confirmation_and_a_confirmation_no_undo(world: World) -> None:
    world.confirm("libcal", "k4")
    world.now += timedelta(minutes=1)
    world.confirm("libcal", "k1")
    assert told(world, "undo").startswith("LibCal: undone. The")
    assert told(world, "confirm") == NOTHING
    world.now += timedelta(minutes=1)
    world.confirm("libcal", "k4")
    assert (told(world, "confirm"), told(world, "undo")) == (CONFIRMED, NOTHING)


def test_page_does_not_say_that_everyone_knows_before_they_do(world: World) -> None:
    world.now += timedelta(minutes=1)
    world.ledger.lease()  # another check is running
    world.confirm("libcal", "k4")
    assert told(world, "confirm").startswith(LATER)
    assert told(world, "confirm-later").startswith(LATER)


def test_address_decides_only_after_an_incomplete_check(world: World) -> None:
    world.inboxes["its"].down = True
    world.confirm("libcal", "k4")
    assert told(world, "confirm-later").startswith(LATER)
    world.inboxes["its"].down = False
    world.now += timedelta(minutes=1)
    world.check()
    assert told(world, "confirm-later") == CONFIRMED


def test_acknowledgement_has_a_receipt(world: World) -> None:
    world.acknowledge("libcal", "2026-11-30", "ordered")
    assert told(world, "acknowledge").startswith(SNOOZED)
    assert told(world, "confirm") == told(world, "acknowledge", "libstaffer") == NOTHING


@pytest.mark.parametrize(
    ("services", "service", "text"),
    [
        (("libcal",), "libcal", "LibCal: credential assigned."),
        (("libcal",), "", NOTHING),
        (("libcal", "libstaffer"), "", "Assignment saved."),
        (("libcal", "libstaffer"), "libcal", NOTHING),
        ((), "", "Assignment saved."),
        ((), "libcal", NOTHING),
    ],
)
def test_claim_has_a_receipt_for_the_services_it_names(
    world: World, services: tuple[str, ...], service: str, text: str
) -> None:
    world.tenant.add(secret("k9", "test", starts="2026-11-24T00:00Z", ends="2027-11-20T17:00Z"))
    world.check()
    world.claim("k9", *services)
    assert told(world, "claim", service) == text
    assert told(world, "claim", service, PAT) == NOTHING


def test_check_is_completed_only_if_the_last_one_was(world: World) -> None:
    assert told(world, "check", "") == "Check completed."
    world.now += timedelta(minutes=11)
    assert told(world, "check", "") == NOTHING
    world.tenant.broken = dict.fromkeys(world.tenant.apps, "Graph answered 503.")
    world.check()
    assert told(world, "check", "") == NOTHING
