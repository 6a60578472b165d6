"""Instants as programs read them: RFC 3339 in UTC, to the second."""

from datetime import UTC, datetime


def instant(at: datetime | None) -> str | None:
    """Return an instant such as `2026-12-13T09:15:00Z`; `None` for `None`."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
