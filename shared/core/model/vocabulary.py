"""The program's terms, as the ledger, the log and JSON spell them.

The values are stored and read by other programs: they must never change.
"""

from enum import StrEnum


class Loss(StrEnum):
    """Why the credential in use no longer works."""

    NONE = ""
    DELETED = "gone"
    """It is no longer on the app."""
    EXPIRED = "ended"


class Standing(StrEnum):
    """The status of an item (see `standing`); `failing` is only for the program itself."""

    APP_PROBLEM = "app_problem"
    UNMATCHED = "unmatched"
    AWAITING_INSTALL = "awaiting_install"
    MISSING = "missing"
    EXPIRED = "expired"
    EXPIRING = "expiring"
    HEALTHY = "healthy"
    FAILING = "failing"


class Severity(StrEnum):
    """How urgent an item is, mildest first; compare with `rank`."""

    OK = "ok"
    NOTICE = "notice"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for `ok` to 3 for `critical`."""
        return list(Severity).index(self)


class Reason(StrEnum):
    """Why a message is due; it appears in the card, the log and the ledger."""

    INTRODUCED = "introduced"
    FIRST = "first"
    RUNG = "rung"
    REPLACED = "replaced"
    SHORTER = "shorter"
    DELETED = "deleted"
    EXPIRED = "expired"
    STILL_WAITING = "still_waiting"
    CONFIRMED = "confirmed"
    STILL_OLD = "still_old"
    MISSING = "missing"
    UNMATCHED = "unmatched"
    UNCLAIMED = "unclaimed"
    ASSUMED = "assumed"
    LEFTOVER = "leftover"
    APP_PROBLEM = "app_problem"
    REDIRECT_URI = "redirect_uri"
    REMOVED = "removed"
    CHANNEL_FAILED = "channel_failed"
    FEWER_RATIO = "fewer"
    CHECK_FAILING = "check_failing"
    RECOVERED = "recovered"
    ROTATION_LATE = "rotation_late"
    SNOOZED = "snoozed"
    RESUMED = "resumed"
    WEEKLY = "weekly"
    READY = "ready"
    UNOPENED = "unopened"
    OPENED_AGAIN = "opened_again"
    WITHDRAWN = "withdrawn"
    HAND_OVER_EXPIRED = "hand_over_expired"
    HAND_OVER_FAILED = "hand_over_failed"
    ORPHAN = "orphan"


class Role(StrEnum):
    """Why a channel is notified about an item."""

    RENEWER = "renewer"
    INSTALLER = "installer"
    COPY = "copy"
    """For information, for example by escalation."""
