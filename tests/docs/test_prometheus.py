"""The alert rules in `docs/prometheus` ask for gauges, labels and a route that exist."""

import re
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # it has no types of its own

from local.simulation.build import at, secret
from local.simulation.world import World
from shared.render.feeds.metrics import metrics
from tests.support.app_routes import levels
from tests.support.gauges import gauges

FILES = Path(__file__).parents[2] / "docs" / "prometheus"


def loaded(name: str) -> Any:  # noqa: ANN401  (YAML)
    return yaml.safe_load((FILES / name).read_text("utf-8"))


def test_the_rules_use_gauges_and_labels_that_exist() -> None:
    alive = World(now=at("2026-11-22T14:00Z"))
    alive.tenant.put(secret("k1", "LibCal", ends="2026-12-13T09:15Z"))
    alive.check()
    found = list(gauges(metrics(alive.watch.status(), alive.watched)))
    rules = [rule for group in loaded("rules.yml")["groups"] for rule in group["rules"]]
    texts = [(rule["expr"], rule["annotations"]["summary"]) for rule in rules]
    used = set(re.findall(r"\blapsewatch_\w+", " ".join(expr for expr, _ in texts)))
    assert used - {each.name for each in found} == set()
    for expr, summary in texts:
        shown = set(re.findall(r"\$labels\.(\w+)", summary))
        assert [
            each.name for each in found if each.name in expr and not shown <= {*each.labels}
        ] == []


def test_the_scrape_job_asks_for_the_route_with_its_key() -> None:
    (job,) = loaded("prometheus.yml")["scrape_configs"]
    assert (job["metrics_path"].removeprefix("/api"), "get") in levels()
    (target,) = loaded("target.yml")
    assert "__param_code" in target["labels"]
