"""The metrics, read by Prometheus' own parser; what is unknown has no sample."""

from datetime import timedelta

from prometheus_client.parser import text_string_to_metric_families

from local.simulation.build import at, secret
from local.simulation.world import World
from shared.core.model.vocabulary import Standing
from shared.render.feeds.metrics import STANDINGS, metrics

type Samples = dict[tuple[str, ...], float]


def samples(world: World) -> Samples:
    """Return every sample by its name (without `lapsewatch_`) and the values of its labels."""
    families = list(text_string_to_metric_families(metrics(world.watch.status(), world.watched)))
    assert all(family.documentation and family.type == "gauge" for family in families)
    return {
        (sample.name.removeprefix("lapsewatch_"), *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
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


def test_metrics_contain_no_text_from_graph() -> None:
    text = metrics(world().watch.status(), world().watched)
    assert not any(word in text for word in ("LibCal", "HELP\n", "k1", "k3", "q7X", "LibApps"))
