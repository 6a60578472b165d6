"""How urgent a standing is."""

from shared.core.model.vocabulary import Loss, Severity, Standing

NOTICE_ABOVE_DAYS = 30
CRITICAL_DAYS = 7
LONG_ENDED_DAYS = 7
"""A credential that had been expired for longer when it was first seen is not reported."""


def severity_of(standing: Standing, loss: Loss, days_left: int | None) -> Severity:
    """Return the severity of a service whose credential in use has `days_left` days."""
    broken = {Standing.MISSING, Standing.EXPIRED, Standing.APP_PROBLEM}
    if standing in broken or loss != Loss.NONE:
        return Severity.CRITICAL
    match standing:
        case Standing.UNMATCHED:
            return Severity.WARNING
        case Standing.EXPIRING | Standing.AWAITING_INSTALL:
            return severity_of_days(days_left)
        case _:
            return Severity.OK


def severity_of_days(days_left: int | None) -> Severity:
    """Return the severity of an expiry: over 30 days notice, over 7 warning, else critical."""
    if days_left is None or days_left > NOTICE_ABOVE_DAYS:
        return Severity.NOTICE
    return Severity.WARNING if days_left > CRITICAL_DAYS else Severity.CRITICAL


def severity_of_expired(days_left: int | None) -> Severity:
    """Return the severity of an expired credential of no known service: `ok` after a week."""
    recent = days_left is None or days_left >= -LONG_ENDED_DAYS
    return Severity.WARNING if recent else Severity.OK
