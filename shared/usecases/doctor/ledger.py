"""Examine the ledger, the last checks, and the sign-in activity report."""

from collections.abc import Iterator, Sequence

from shared.core.judge.schedule import is_stale
from shared.core.model.check_record import LastChecks, Outcome
from shared.core.model.notification import UnreadableRow
from shared.ports.errors import LedgerError
from shared.ports.ledger import Held
from shared.render.text import commands
from shared.render.text.commands import Deployment
from shared.render.text.dates import clock, day
from shared.render.text.escape import clean
from shared.render.text.unreadable import ADVICE, unreadable_row
from shared.usecases.check import Watch
from shared.usecases.doctor.finding import Finding

_FORBIDDEN = {"AuthorizationPermissionMismatch", "AuthorizationFailure"}


def examine_ledger(watch: Watch, deployment: Deployment) -> Iterator[Finding]:
    """Read the ledger and take its lease, then look at what the last checks saved."""
    try:
        lease = watch.ledger.lease()
        if not isinstance(lease, Held):
            lease.release()
        unreadable = _unreadable(watch)
        last_checks = watch.ledger.last_checks()
    except LedgerError as error:
        repair = commands.table_role(deployment) if error.code in _FORBIDDEN else ()
        yield Finding("ledger", ok=False, text=str(error), commands=repair)
        return
    yield Finding("ledger", ok=True, text="can be read and written")
    for row in unreadable:
        text = f"{unreadable_row(row)}. {ADVICE} Its partition is “{clean(row.partition)}”."
        yield Finding("ledger row", ok=False, text=text)
    yield _checks(last_checks, watch, deployment)
    if watch.usage_report is not None:
        yield _usage_report(last_checks.evidence, deployment)


def _unreadable(watch: Watch) -> Sequence[UnreadableRow]:
    """Return every row that is set aside. Raises `LedgerError`."""
    rows = [*watch.ledger.load().unreadable, *watch.ledger.unreadable_history()]
    if watch.inventory is not None:
        rows += watch.inventory.ledger.load().unreadable
    return rows


def _checks(last_checks: LastChecks, watch: Watch, deployment: Deployment) -> Finding:
    """Report what the last check could not do, even if it works from here.

    The deployed app may lack a permission that the person at this machine has.
    """
    good = _last_success(last_checks, watch)
    repair = commands.graph_permission(deployment, last_checks.error)
    if last_checks.outcome == Outcome.FAILED:
        text = f"the last check failed: {last_checks.error} Before that, {good}."
        return Finding("checks", ok=False, text=text, commands=repair)
    if is_stale(last_checks, watch.clock()):
        text = f"{good}, more than 26 hours ago. Is the timer running?"
        return Finding("checks", ok=False, text=text)
    if last_checks.outcome == Outcome.PARTIAL:
        text = f"the last check succeeded only in part: {last_checks.error}"
        return Finding("checks", ok=False, text=text, commands=repair)
    return Finding("checks", ok=True if last_checks.last_success else None, text=good)


def _last_success(last_checks: LastChecks, watch: Watch) -> str:
    began = last_checks.last_success
    if began is None:
        return "no check has succeeded yet"
    now, zone = watch.clock(), watch.watchlist.zone
    on = day(began.astimezone(zone).date(), now, zone)
    return f"the last successful check began on {on} at {clock(began, zone)}"


def _usage_report(failure: str, deployment: Deployment) -> Finding:
    return Finding(
        "sign-ins",
        ok=not failure,
        text=failure or "switched on; the last read succeeded",
        commands=commands.graph_permission(deployment, failure),
    )
