"""When a pipeline should have replaced a credential: by its reminders, and by its rotation.

Days are calendar days in the watchlist's zone, as in all reminders.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from shared.core.judge.severity import CRITICAL_DAYS
from shared.core.model.context import CheckContext
from shared.core.model.days import days_between
from shared.core.model.directory import Credential
from shared.core.model.watchlist import Service


def reminders(service: Service, credential: Credential | None, zone: ZoneInfo) -> tuple[int, ...]:
    """Return the days before the expiry at which people are reminded, largest first.

    For a pipeline, only those that a pipeline which works never reaches: a reminder as long as the
    credential's whole life is never crossed, and one before the next rotation is not due yet.
    """
    if not service.by_pipeline or credential is None:
        return service.ladder
    starts, ends = credential.starts, credential.ends
    if starts is None or ends is None or starts > ends:
        return service.ladder
    life = days_between(starts, ends, zone)
    shorter = (rung for rung in service.ladder if rung < life)
    return tuple(rung for rung in shorter if not _is_early(rung, life - rung, service))


def late_since(service: Service, credential: Credential, at: CheckContext) -> datetime | None:
    """Return when a credential was created, if its replacement is overdue by a fifth."""
    created = created_at(credential, at)
    age = days_between(created, at.now, at.watchlist.zone)
    every = service.rotates_every
    return created if every is not None and age >= late_after(every) else None


def late_after(every: int) -> int:
    """Return the age in days from which a rotation is late: 37, if it is due every 30 days."""
    return every * 6 // 5 + 1


def _is_early(rung: int, age: int, service: Service) -> bool:
    """Return whether a working pipeline may not have replaced a credential of this age yet.

    In the last week, a rotation that is due counts as late at once.
    """
    every = service.rotates_every
    if every is None:
        return False
    return age <= every if rung <= CRITICAL_DAYS else age < late_after(every)


def created_at(credential: Credential, at: CheckContext) -> datetime:
    """Return when a credential started; if that is not known, when it was first seen."""
    if credential.starts is not None:
        return credential.starts
    known = at.memory.credential_records.get(credential.key_id)
    return known.first_seen if known is not None else at.now
