"""Gauges for Prometheus: numbers that a monitor can compare, labelled with service ids and never with a text from outside.

What is not known has no sample, so that no rule can take it for a number: a service that does not expire has no
`lapsewatch_days_left`, one whose app was never read has no `lapsewatch_standing`.
"""

from datetime import datetime

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from shared.core.model.check_record import LastChecks, Outcome
from shared.core.model.vocabulary import Severity, Standing
from shared.core.model.watchlist import Watchlist
from shared.core.results import InventoryStatus, Status
from shared.render.feeds.documents import worst_of

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""The text format that `metrics` writes (Prometheus, "Exposition formats")."""

STANDINGS = tuple(standing for standing in Standing if standing != Standing.FAILING)
"""What a service can be; `failing` is said of the watcher only."""
OUTCOMES = (Outcome.OK, Outcome.PARTIAL, Outcome.FAILED)
"""How a check that was recorded can have ended."""
_LEVELS = ", ".join(f"{severity.rank} {severity}" for severity in Severity)


def metrics(status: Status, watchlist: Watchlist) -> str:
    """Say how we stand as gauges, in Prometheus' text format: instants in seconds since 1970, days in the watchlist's zone."""
    registry = CollectorRegistry()
    judgement = status.judgement
    _services(registry, status, watchlist)
    _checks(registry, status.last_checks)
    _gauge(registry, "stale", "1 if there was no good check in the last 26 hours, else 0.").set(
        status.stale
    )
    worst = _gauge(
        registry,
        "worst",
        f"The worst severity of everything, the watcher itself included: {_LEVELS}.",
    )
    worst.set(worst_of(status, watchlist).rank)
    unclaimed = _gauge(registry, "unclaimed", "Credentials of watched apps that no service claims.")
    unclaimed.set(len(judgement.unclaimed))
    problems = _gauge(
        registry,
        "app_problems",
        "What is wrong with the watched apps themselves, each thing counted.",
    )
    problems.set(sum(len(view.problems) for view in judgement.apps))
    if status.inventory is not None:
        _tenant(registry, status.inventory)
    return generate_latest(registry).decode()


def _services(registry: CollectorRegistry, status: Status, watchlist: Watchlist) -> None:
    days = _gauge(
        registry,
        "days_left",
        "Calendar days to the end of the credential in use; negative once it has ended.",
        "service",
    )
    standing = _gauge(
        registry,
        "standing",
        "1 for the standing that the service has, 0 for the others.",
        "service",
        "standing",
    )
    severity = _gauge(registry, "severity", f"How urgent the service is: {_LEVELS}.", "service")
    for view in status.judgement.services:
        if view.days_left is not None:
            days.labels(view.service.id).set(view.days_left)
        for each in STANDINGS:
            standing.labels(view.service.id, each.value).set(view.standing == each)
        severity.labels(view.service.id).set(view.severity.rank)
    unread = set(watchlist.services) - {view.service.id for view in status.judgement.services}
    for service in sorted(unread):
        severity.labels(service).set(Severity.WARNING.rank)  # nobody may take silence for health
    _gauge(registry, "services", "Services on the watchlist.").set(len(watchlist.services))
    _gauge(
        registry,
        "unread_services",
        "Services of which nothing is known, because their app was not read.",
    ).set(len(unread))


def _tenant(registry: CollectorRegistry, tenant: InventoryStatus) -> None:
    """Counts only: a label for each of thousands of credentials would be too much for any monitor."""
    scan = tenant.scan
    if scan is not None and scan.read_at is not None:
        _gauge(
            registry, "tenant_applications", "Apps of the tenant at its last complete read."
        ).set(scan.applications)
        _gauge(
            registry, "tenant_credentials", "Credentials of the tenant at its last complete read."
        ).set(scan.credentials)
        _instant(
            registry,
            "tenant_read_timestamp_seconds",
            "When the check began that last read the tenant completely.",
            scan.read_at,
        )
    items = _gauge(
        registry,
        "tenant_items",
        "Credentials of the tenant that are due or have ended, by severity.",
        "severity",
    )
    for severity in Severity:
        items.labels(severity.value).set(sum(view.severity == severity for view in tenant.views))


def _checks(registry: CollectorRegistry, last_checks: LastChecks) -> None:
    _instant(
        registry,
        "last_success_timestamp_seconds",
        "When the last good check started.",
        last_checks.last_success,
    )
    _instant(
        registry,
        "last_attempt_timestamp_seconds",
        "When the last check started.",
        last_checks.last_attempt,
    )
    outcome = _gauge(
        registry, "last_outcome", "1 for how the last check ended, 0 for the other ways.", "outcome"
    )
    for each in OUTCOMES if last_checks.outcome is not None else ():
        outcome.labels(each.value).set(last_checks.outcome == each)


def _instant(registry: CollectorRegistry, name: str, meaning: str, at: datetime | None) -> None:
    if at is not None:
        _gauge(registry, name, meaning).set(at.timestamp())


def _gauge(registry: CollectorRegistry, name: str, meaning: str, *labels: str) -> Gauge:
    return Gauge(f"lapsewatch_{name}", meaning, labels, registry=registry)
