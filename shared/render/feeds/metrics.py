"""Gauges for Prometheus: numbers, labelled with service ids.

Only `lapsewatch_credential_expires_timestamp_seconds` has labels with text from outside.

What is unknown has no sample, so that no rule takes it for a number: a service that does not
expire has no `lapsewatch_days_left`, one whose app was never read no `lapsewatch_standing`.
"""

from datetime import datetime

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from shared.core.model.check_record import LastChecks, Outcome
from shared.core.model.vocabulary import Severity, Standing
from shared.core.model.watchlist import Watchlist
from shared.core.results import InventoryStatus, Status
from shared.render.feeds.metric_expiries import Labels, expiries
from shared.render.worst_severity import worst_severity

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""The text format of `metrics` (Prometheus, "Exposition formats")."""

STANDINGS = tuple(standing for standing in Standing if standing != Standing.FAILING)
"""The standings of a service; `failing` is only for Lapsewatch itself."""
HAND_OVERS = ("ready", "opened", "failed")
"""The states of a hand-over, as the status document calls them."""
OUTCOMES = (Outcome.OK, Outcome.PARTIAL, Outcome.FAILED)
"""The outcomes of a check that are stored."""
_LEVELS = ", ".join(f"{severity.rank} {severity}" for severity in Severity)


class _Gauges:
    """The gauges of one response."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()

    def add(self, name: str, meaning: str, *labels: str) -> Gauge:
        """Add a gauge with labels; its values are set on the result."""
        return Gauge(f"lapsewatch_{name}", meaning, labels, registry=self.registry)

    def set(self, name: str, meaning: str, value: float) -> None:
        """Add a gauge without labels."""
        self.add(name, meaning).set(value)

    def instant(self, name: str, meaning: str, at: datetime | None) -> None:
        """Add a gauge in seconds since 1970; none if the instant is unknown."""
        if at is not None:
            self.set(name, meaning, at.timestamp())


def metrics(status: Status, watchlist: Watchlist) -> str:
    """Return the gauges in Prometheus' text format.

    Instants are in seconds since 1970, days in the watchlist's zone.
    """
    gauges = _Gauges()
    judgement = status.judgement
    worst = worst_severity(status, watchlist)
    problems = sum(len(view.problems) for view in judgement.apps)
    _add_expiries(gauges, status)
    _add_services(gauges, status, watchlist)
    _add_hand_overs(gauges, status)
    _add_checks(gauges, status.last_checks)
    gauges.set("stale", "1 if no check succeeded in the last 26 hours, else 0.", status.stale)
    gauges.set(
        "worst", f"The worst severity of all, including Lapsewatch itself: {_LEVELS}.", worst.rank
    )
    gauges.set(
        "unclaimed",
        "Credentials of watched apps that no service claims.",
        len(judgement.unclaimed),
    )
    gauges.set("app_problems", "Problems of the watched apps themselves.", problems)
    if status.inventory is not None:
        _add_inventory(gauges, status.inventory)
    return generate_latest(gauges.registry).decode()


def _add_expiries(gauges: _Gauges, status: Status) -> None:
    gauge = gauges.add(
        "credential_expires_timestamp_seconds",
        "When the credential that a service uses expires, or one of the tenant that is due.",
        *Labels._fields,
    )
    for labels, ends in expiries(status):
        gauge.labels(*labels).set(ends.timestamp())


def _add_services(gauges: _Gauges, status: Status, watchlist: Watchlist) -> None:
    days = gauges.add(
        "days_left",
        "Deprecated: use lapsewatch_credential_expires_timestamp_seconds. "
        "Calendar days until the credential in use expires; negative after that.",
        "service",
    )
    standing = gauges.add(
        "standing", "1 for the standing of the service, 0 for the others.", "service", "standing"
    )
    severity = gauges.add("severity", f"How urgent the service is: {_LEVELS}.", "service")
    views = status.judgement.services
    for view in views:
        service = view.service.id
        if view.days_left is not None:
            days.labels(service).set(view.days_left)
        for each in STANDINGS:
            standing.labels(service, each.value).set(view.standing == each)
        severity.labels(service).set(view.severity.rank)
    unread = set(watchlist.services) - {view.service.id for view in views}
    for service in sorted(unread):
        severity.labels(service).set(Severity.WARNING.rank)  # unknown is not healthy
    gauges.set("services", "Services on the watchlist.", len(watchlist.services))
    gauges.set(
        "unread_services", "Services with unknown status: their app was never read.", len(unread)
    )


def _add_hand_overs(gauges: _Gauges, status: Status) -> None:
    """Add a count for each state, also 0, so that a rule sees a state that ends."""
    views = status.judgement.services
    if not any(view.hands_over for view in views):
        return
    states = [view.hand_over.shown for view in views if view.hand_over is not None]
    gauge = gauges.add("hand_overs", "Values of new secrets that are handed over.", "state")
    for each in HAND_OVERS:
        gauge.labels(each).set(states.count(each))


def _add_inventory(gauges: _Gauges, tenant: InventoryStatus) -> None:
    """Add counts; the credentials that are due have a series each in `_add_expiries`."""
    scan = tenant.scan
    if scan is not None and scan.read_at is not None:
        last = "at its last complete read"
        gauges.set("tenant_applications", f"Apps of the tenant {last}.", scan.applications)
        gauges.set("tenant_credentials", f"Credentials of the tenant {last}.", scan.credentials)
        gauges.instant(
            "tenant_read_timestamp_seconds",
            "Start of the check that last read the tenant completely.",
            scan.read_at,
        )
    items = gauges.add(
        "tenant_items",
        "Credentials of the tenant that are due or have expired, by severity.",
        "severity",
    )
    for severity in Severity:
        items.labels(severity.value).set(sum(view.severity == severity for view in tenant.views))


def _add_checks(gauges: _Gauges, last_checks: LastChecks) -> None:
    gauges.instant(
        "last_success_timestamp_seconds",
        "Start of the last successful check.",
        last_checks.last_success,
    )
    gauges.instant(
        "last_attempt_timestamp_seconds", "Start of the last check.", last_checks.last_attempt
    )
    outcome = gauges.add(
        "last_outcome", "1 for the outcome of the last check, 0 for the others.", "outcome"
    )
    for each in OUTCOMES if last_checks.outcome is not None else ():
        outcome.labels(each.value).set(last_checks.outcome == each)
