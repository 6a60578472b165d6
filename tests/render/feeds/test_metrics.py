"""The metrics, read by Prometheus' own parser; what is unknown has no sample."""

import re
from dataclasses import replace
from datetime import timedelta

from local.simulation.build import at, secret
from local.simulation.world import World
from shared.core.model.inventory import InventoryView
from shared.core.model.vocabulary import Standing
from shared.core.results import InventoryStatus
from shared.render.feeds.metrics import STANDINGS, metrics
from tests.render.page.page_cases import WATCHLIST, single
from tests.support.gauges import expiries, gauges
from tests.support.notices import inventory_view

type Samples = dict[tuple[str, ...], float]


def samples(world: World) -> Samples:
    """Return every sample by its name (without `lapsewatch_`) and the values of its labels."""
    return {
        (each.name.removeprefix("lapsewatch_"), *each.labels.values()): each.value
        for each in gauges(metrics(world.watch.status(), world.watched))
    }


def world(*, staffer_ends: str | None = "2028-01-01T06:00Z") -> World:
    """LibCal has 21 local days left, and there is an unclaimed secret."""
    alive = World(now=at("2026-11-22T14:00Z"))
    alive.tenant.put(
        secret("k1", "LibCal 2024", ends="2026-12-13T09:15Z"),
        secret("k2", "LibStaffer 2024", ends=staffer_ends),
        secret("k3", 'x"} 1\n# HELP', ends="2028-01-01T06:00Z"),
    )
    alive.check()
    return alive


def test_service_has_days_severity_and_one_standing() -> None:
    found = samples(world())
    assert (
        found["days_left", "libcal"],
        found["severity", "libcal"],
        found["severity", "libstaffer"],
    ) == (21, 2, 0)
    assert {each for each in STANDINGS if found["standing", "libcal", each]} == {Standing.EXPIRING}
    assert {each for each in STANDINGS if found["standing", "libstaffer", each]} == {
        Standing.HEALTHY
    }
    assert (
        found["services",],
        found["unread_services",],
        found["unclaimed",],
        found["app_problems",],
    ) == (2, 0, 1, 0)


def test_service_without_an_end_has_no_days() -> None:
    found = samples(world(staffer_ends=None))
    assert ("days_left", "libstaffer") not in found
    assert found["standing", "libstaffer", "healthy"] == 1


def test_days_are_negative_after_expiry() -> None:
    alive = world()
    alive.now = at("2026-12-15T14:00Z")
    found = samples(alive)
    assert (
        found["days_left", "libcal"],
        found["severity", "libcal"],
        found["standing", "libcal", "expired"],
    ) == (-2, 3, 1)


def test_checks_are_stale_after_26_hours() -> None:
    alive = world()
    checked = alive.now.timestamp()
    assert samples(alive)["stale",] == 0
    alive.now += timedelta(hours=27)
    found = samples(alive)
    assert (found["last_success_timestamp_seconds",], found["last_attempt_timestamp_seconds",]) == (
        checked,
        checked,
    )
    assert (found["stale",], found["last_outcome", "ok"], found["last_outcome", "failed"]) == (
        1,
        1,
        0,
    )
    assert found["worst",] == 2


def test_failed_check_changes_only_the_last_attempt() -> None:
    alive = world()
    checked = alive.now.timestamp()
    alive.now += timedelta(hours=1)
    alive.tenant.broken = dict.fromkeys(alive.tenant.apps, "Graph answered 503.")
    alive.check()
    found = samples(alive)
    assert (found["last_success_timestamp_seconds",], found["last_attempt_timestamp_seconds",]) == (
        checked,
        checked + 3600,
    )
    assert (found["last_outcome", "failed"], found["days_left", "libcal"]) == (1, 21)


def test_before_the_first_check_services_are_unread() -> None:
    found = samples(World())
    assert (
        found["services",],
        found["unread_services",],
        found["severity", "libcal"],
        found["worst",],
    ) == (2, 2, 2, 2)
    assert not {name for name, *_ in found} & {
        "last_success_timestamp_seconds",
        "last_attempt_timestamp_seconds",
        "standing",
        "days_left",
    }


def test_problems_of_apps_are_counted() -> None:
    alive = world()
    alive.tenant.put(*alive.tenant.credentials, disabled="its service principal is disabled")
    alive.check()
    assert samples(alive)["app_problems",] == 1


def test_each_service_has_the_instant_at_which_its_credential_expires() -> None:
    alive = world()
    assert expiries(metrics(alive.watch.status(), alive.watched)) == {
        ("LibApps Outlook sync", "libcal", "LibCal 2024", "secret"): seconds("2026-12-13T09:15Z"),
        ("LibApps Outlook sync", "libstaffer", "LibStaffer 2024", "secret"): seconds(
            "2028-01-01T06:00Z"
        ),
    }


def test_a_credential_that_never_expires_has_no_series() -> None:
    alive = world(staffer_ends=None)
    found = expiries(metrics(alive.watch.status(), alive.watched))
    assert [service for _, service, _, _ in found] == ["libcal"]


def test_each_credential_of_the_tenant_that_is_due_has_one_series() -> None:
    """Two secrets of two apps with one name are two series, and an unnamed one has its hint."""
    twins = [renamed(inventory_view("Signage", 5), "2024", f"k{number}") for number in (1, 2)]
    unnamed = renamed(inventory_view("Payroll", -3), "", "k3")
    status = replace(single().status, inventory=InventoryStatus(None, (*twins, unnamed)))
    ends = [view.listed.credential.ends for view in (*twins, unnamed)]
    names = [*(f"2024 ({view.item})" for view in twins), unnamed.listed.credential.hint]
    assert expiries(metrics(status, WATCHLIST)) == {
        (view.listed.app_name, "", name, "secret"): end.timestamp() if end else None
        for view, name, end in zip((*twins, unnamed), names, ends, strict=True)
    }


def test_only_a_deprecated_gauge_lacks_base_units() -> None:
    """As `promtool check metrics` asks; docs/prometheus.md has the command."""
    helps = re.findall(r"^# HELP (\w+) (.*)$", metrics(single().status, WATCHLIST), re.MULTILINE)
    other = re.compile(r"_(days|hours|minutes|weeks|ms|milliseconds|percent|ago)(_|$)")
    odd = {name: text for name, text in helps if other.search(name)}
    assert [name for name, text in odd.items() if not text.startswith("Deprecated: use ")] == []


def renamed(view: InventoryView, name: str, key_id: str) -> InventoryView:
    credential = view.listed.credential._replace(name=name, key_id=key_id)
    return replace(view, listed=replace(view.listed, credential=credential))


def seconds(moment: str) -> float:
    return at(moment).timestamp()
