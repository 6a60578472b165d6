"""Reasons not to trust the page: no recent check, a failed one, an unreadable row or app."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from shared.core.model.check_record import Outcome
from shared.core.model.context import CheckContext, last_record_of
from shared.core.model.watchlist import WatchedApp
from shared.core.results import Status
from shared.render.page.age import age_text
from shared.render.page.labels import error_text
from shared.render.text.dates import clock, day, when
from shared.render.text.escape import clean
from shared.render.text.naming import capital, listed
from shared.render.text.unreadable import MAX_NAMED, brief


class Doubt(NamedTuple):
    """A reason why the page may be incomplete or out of date."""

    brief: str
    detail: str


def doubts(status: Status, at: CheckContext) -> Iterator[Doubt]:
    """Yield every reason not to trust the page, the most serious first."""
    last_checks = status.last_checks
    error = error_text(last_checks.error)
    failed = last_checks.outcome == Outcome.FAILED
    if last_checks.last_success is None:
        yield Doubt("No check has succeeded yet.", "" if failed else error)
    elif status.stale:
        yield _stale(last_checks.last_success, at)
    if failed:
        yield Doubt("The last check failed.", error)
    elif last_checks.outcome == Outcome.PARTIAL:
        yield Doubt("The last check was incomplete.", error)
    if rows := status.all_unreadable:
        keys = listed([f"“{clean(row.key)}”" for row in rows[:MAX_NAMED]])
        yield Doubt(brief(rows), f"Run doctor for the reasons: {keys}.")
    for app in at.watchlist.apps:
        if (doubt := app_doubt(app, status, at)) is not None:
            yield doubt
    for item, why in status.failed_items.items():
        yield Doubt("A credential of the tenant could not be evaluated.", f"{item}: {why}.")


def app_doubt(app: WatchedApp, status: Status, at: CheckContext) -> Doubt | None:
    """Return a doubt if the last check did not read this app, else `None`."""
    app_name = clean(app.name)
    services = listed([clean(service.name) for service in app.services])
    if why := status.judgement.failure_of(app.key):
        unknown = f"The status of {services} is unknown."
        return Doubt(f"{app_name} could not be evaluated.", f"{capital(why)}. {unknown}")
    if app.key not in status.judgement.concluded:
        error = error_text(status.judgement.unread.get(app.key, ""))
        unknown = f"The status of {services} is unknown."
        return Doubt(f"{app_name} has not been read yet.", f"{error} {unknown}".strip())
    record, last_attempt = last_record_of(app, at.memory), status.last_checks.last_attempt
    if record is None or last_attempt is None or record.read_at >= last_attempt:
        return None
    read = when(record.read_at, at.now, at.watchlist.zone)
    return Doubt(
        f"{app_name} was not read in the last check.",
        f"The data shown for {services} was read {read}.",
    )


def _stale(last_success: datetime, at: CheckContext) -> Doubt:
    zone = at.watchlist.zone
    date = day(last_success.astimezone(zone).date(), at.now, zone)
    age = age_text(last_success, at.now)
    return Doubt(
        f"Last successful check: {age} ({date}, {clock(last_success, zone)}).",
        "Later changes are not shown.",
    )
