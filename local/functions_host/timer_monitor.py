"""The last and next run of a timer in a file, to detect runs missed while the host was down.

The host in Azure keeps the same three instants in a blob (`timers/{host}/{timer}/status`). Any
number of missed runs becomes one late run; after a change of the schedule no run counts as missed
(azure-webjobs-sdk-extensions, `StorageScheduleMonitor`).
"""

import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from local.functions_host.ncrontab import Schedule

_log = logging.getLogger(__name__)

NEVER = datetime(1, 1, 1, tzinfo=UTC)
"""The instant that means "never"."""


@dataclass(frozen=True, slots=True)
class Status:
    """The runs of a timer; all instants in UTC."""

    last: datetime
    next: datetime
    updated: datetime

    @classmethod
    def first(cls, schedule: Schedule, now: datetime) -> "Status":
        """Return the status before the first run."""
        return cls(NEVER, schedule.next_after(now), now)

    @classmethod
    def ran(cls, schedule: Schedule, at: datetime) -> "Status":
        """Return the status after a run."""
        return cls(at, schedule.next_after(at), at)

    def document(self) -> dict[str, str]:
        """Return the status as the host writes it, for its file and for the function."""
        return {
            "Last": self.last.isoformat(),
            "Next": self.next.isoformat(),
            "LastUpdated": self.updated.isoformat(),
        }

    def follows(self, schedule: Schedule) -> bool:
        """Return whether `next` follows from this schedule; only then it can be missed."""
        return self.next == schedule.next_after(self.updated if self.last == NEVER else self.last)


class Monitor:
    """Keeps the status of one timer; without a folder, only in memory."""

    def __init__(self, folder: Path | None, timer: str) -> None:
        """Set the folder for TIMER.json."""
        self._path = folder / f"{timer}.json" if folder else None

    def load(self) -> Status | None:
        """Return the stored status; `None` if there is none, or if it cannot be read."""
        if self._path is None or not self._path.is_file():
            return None
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
            last, due, updated = (
                datetime.fromisoformat(content[name]) for name in ("Last", "Next", "LastUpdated")
            )
            return Status(last.astimezone(UTC), due.astimezone(UTC), updated.astimezone(UTC))
        except (OSError, ValueError, KeyError, TypeError) as error:
            _log.warning(
                "%s cannot be read, so the timer starts as if it were new: %s", self._path, error
            )
            return None

    def keep(self, status: Status) -> None:
        """Save the status. A full disk is logged and does not stop the schedule."""
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_text(json.dumps(status.document()), encoding="utf-8")
        except OSError as error:
            _log.warning(
                "%s cannot be written, so a missed run will not be noticed: %s", self._path, error
            )
