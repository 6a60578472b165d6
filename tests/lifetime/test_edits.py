"""Somebody edits the watchlist while the app changes too. Tables as in `test_lifetime`."""

from dataclasses import replace

import pytest

from local.simulation.build import CLIENT_ID, secret, service, watchlist
from local.simulation.world import World
from shared.core.model.vocabulary import Standing
from shared.core.model.watchlist import Claim, WatchedApp
from tests.lifetime.test_lifetime import LIBCAL, OTHER_ID, assert_told, living, renewed

STAFF = secret("sta29", "LibStaffer 2029", ends="2029-12-13T09:15Z")


@pytest.mark.parametrize(
    ("happens", "line"),
    [
        ("missing", "libcal missing missing 82"),
        ("expiring", "libcal expiring first 82"),
        ("awaiting", "libcal awaiting_install replaced 82"),
    ],
)
def test_a_channel_new_during_an_app_problem_gets_the_status_later(happens: str, line: str) -> None:
    world = living(LIBCAL)
    world.run("2026-09-16T18:00Z")
    if happens == "missing":
        world.tenant.drop("cal24")
    elif happens == "awaiting":
        world.tenant.add(renewed("cal26", "LibCal 2026", "2026-09-16"))
    world.run("2026-09-18T18:00Z")
    there = world.tenant.credentials
    world.tenant.put(*there, disabled="it is disabled")
    world.run("2026-09-19T18:00Z")
    world.watched = watchlist(
        service("LibCal", installer=("libapps",)), channels=("its", "libapps")
    )
    world.run("2026-09-21T18:00Z")
    world.tenant.put(*there)
    world.run("2026-09-22T18:00Z")
    assert [each for each in world.diary if " libapps" in each] == [
        "2026-09-20 libapps introduction",
        f"2026-09-22 libapps {line}",
    ]


def test_a_service_that_returns_is_new_and_not_confirmed() -> None:
    world = living(LIBCAL, STAFF)
    world.confirm("libcal", "cal24")
    world.run("2026-09-20T18:00Z")
    both, world.watched = world.watched, watchlist(service("LibStaffer"))
    world.run("2026-09-25T18:00Z")
    world.watched = both
    world.run("2026-09-28T18:00Z")
    assert_told(
        world,
        """
        2026-09-01 both introduction
        2026-09-14 both libcal expiring first 90
        2026-09-21 both libcal healthy removed None
        2026-09-21 its credential:cal24 expiring unclaimed 83
        2026-09-26 both libcal expiring first 78
        """,
    )


def test_a_service_returning_to_a_disabled_app_is_not_healthy() -> None:
    world = living(LIBCAL, STAFF)
    world.run("2026-09-20T18:00Z")
    both, world.watched = world.watched, watchlist(service("LibStaffer"))
    world.run("2026-09-25T18:00Z")
    world.tenant.put(*world.tenant.credentials, disabled="it is disabled")
    world.watched = both
    world.run("2026-09-26T18:00Z")
    (libcal,) = [
        view for view in world.watch.status().judgement.services if view.service.id == "libcal"
    ]
    assert libcal.standing == Standing.APP_PROBLEM


@pytest.mark.parametrize("first", [0, 1])
def test_a_service_with_a_new_app_takes_nothing_from_the_others(first: int) -> None:
    """In both orders of the two apps in the file."""
    world = living(secret("cal28", "LibCal 2028", ends="2028-12-13T09:15Z"), STAFF)
    world.run("2026-09-03T18:00Z")
    world.tenant.put(STAFF)
    world.tenant.put(renewed("new", "LibCal 2026", "2026-09-03"), client_id=OTHER_ID)
    apps = (
        WatchedApp("LibApps", CLIENT_ID, (service("LibStaffer"),)),
        WatchedApp("LibCal sync", OTHER_ID, (service("LibCal"),)),
    )
    world.watched = replace(world.watched, apps=(apps[first], apps[1 - first]))
    world.run("2026-09-04T18:00Z")
    standings = {view.service.id: view.standing for view in world.watch.status().judgement.services}
    assert standings == {"libstaffer": Standing.HEALTHY, "libcal": Standing.AWAITING_INSTALL}
    assert [line for line in world.diary if "libstaffer" in line] == []


def hand_over(life: World, installed_by: str, until: str) -> None:
    """Let a pipeline or a person install LibCal's secrets from now on."""
    life.watched = watchlist(service("LibCal", installed_by=installed_by))
    life.run(f"{until}T18:00Z")


def confirmed_and_waiting() -> World:
    """Return a world on 4 September: Anna confirmed cal24, and cal26 waits to be installed."""
    life = living(LIBCAL)
    life.watched = watchlist(service("LibCal"))
    life.run("2026-09-02T18:00Z")
    life.confirm("libcal", "cal24")
    life.tenant.add(renewed("cal26", "LibCal 2026", "2026-09-03"))
    life.run("2026-09-04T18:00Z")
    return life


def test_a_pipeline_that_takes_over_is_an_all_clear_for_everybody() -> None:
    life = confirmed_and_waiting()
    hand_over(life, "pipeline", "2026-09-30")
    assert [line for line in life.diary if line >= "2026-09-04"] == [
        "2026-09-04 admins libcal awaiting_install replaced 100",
        "2026-09-05 admins libcal healthy recovered 729",
    ]


def test_an_edit_that_is_reverted_loses_no_confirmation() -> None:
    life = confirmed_and_waiting()
    hand_over(life, "pipeline", "2026-09-06")
    hand_over(life, "person", "2026-09-08")
    (libcal,) = life.watch.status().judgement.services
    assert (libcal.standing, libcal.assumed) == (Standing.AWAITING_INSTALL, False)
    assert libcal.in_use_record is not None
    assert libcal.in_use_record.by is not None
    assert life.diary[-1] == "2026-09-07 admins libcal awaiting_install first 97"


@pytest.mark.parametrize("overlap", [False, True])
def test_a_person_takes_over_what_the_pipeline_installed(*, overlap: bool) -> None:
    """The secret that Anna confirmed is gone. The pipeline's older one may still work."""
    life = confirmed_and_waiting()
    hand_over(life, "pipeline", "2026-09-06")
    older = [renewed("tf1", "LibCal tf1", "2026-09-05")] if overlap else []
    life.tenant.put(*older, renewed("tf2", "LibCal tf2", "2026-09-06"))
    life.run("2026-09-12T18:00Z")
    hand_over(life, "person", "2026-09-20")
    (libcal,) = life.watch.status().judgement.services
    assert libcal.in_use is not None
    assert (libcal.in_use.key_id, libcal.standing) == ("tf2", Standing.HEALTHY)
    life.tenant.add(renewed("cal28", "LibCal 2028", "2026-09-20"))
    life.run("2026-09-22T18:00Z")
    assert [line for line in life.diary if line >= "2026-09-06"] == [
        "2026-09-21 admins libcal awaiting_install replaced 716",
    ]


def test_a_pipeline_finds_only_what_its_claim_matches() -> None:
    """Anna's secret is not the pipeline's: nobody watches it, so people are asked about it."""
    life = confirmed_and_waiting()
    life.watched = watchlist(
        service("LibCal", installed_by="pipeline", claim=Claim("name", "tf-*"), installer=())
    )
    life.run("2026-09-05T18:00Z")
    life.tenant.put(LIBCAL, renewed("tf1", "tf-1", "2026-09-05"))
    life.run("2026-09-07T18:00Z")
    assert [line for line in life.diary if line >= "2026-09-05"] == [
        "2026-09-05 its    credential:cal24 healthy unclaimed 99",
        "2026-09-05 its    credential:cal26 healthy unclaimed 729",
        "2026-09-05 its    libcal unmatched unmatched None",
        "2026-09-06 admins libcal healthy recovered 730",
        "2026-09-06 its    libcal healthy recovered 730",
    ]
