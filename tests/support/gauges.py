"""The gauges of the metrics, read with Prometheus' own parser."""

from collections.abc import Iterator

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

EXPIRES = "lapsewatch_credential_expires_timestamp_seconds"


def gauges(text: str) -> Iterator[Sample]:
    """Yield each sample; all are documented gauges of ours."""
    for family in text_string_to_metric_families(text):
        assert family.name.startswith("lapsewatch_")
        assert family.documentation
        assert family.type == "gauge"
        yield from family.samples


def expiries(text: str) -> dict[tuple[str, ...], float]:
    """Return when credentials expire, by app, service, credential and kind."""
    return {
        tuple(each.labels[name] for name in ("app", "service", "credential", "kind")): each.value
        for each in gauges(text)
        if each.name == EXPIRES
    }


def without_expiries(text: str) -> list[Sample]:
    """Return the gauges that have no label with text from outside."""
    return [each for each in gauges(text) if each.name != EXPIRES]
