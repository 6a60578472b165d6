"""The week after a confirmation, in which nothing warns about the older credential."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shared.core.model.days import days_between
from shared.core.model.decision import InUse

QUIET_DAYS = 7
"""A warning whose day is among these is not sent, also not later."""


def is_quiet(record: InUse, then: datetime, zone: ZoneInfo) -> bool:
    """Return whether an instant is in the week after a person, or sign-ins, confirmed."""
    return record.settled and 0 <= days_between(record.at, then, zone) < QUIET_DAYS


def last_quiet_day(record: InUse, zone: ZoneInfo) -> datetime:
    """Return an instant on the last local day of that week; one of its days may be short."""
    return record.at.astimezone(zone) + timedelta(days=QUIET_DAYS - 1)
