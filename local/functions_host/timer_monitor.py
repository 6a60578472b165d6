"""When a timer last ran and is next due, kept in a file so that runs missed while the host was down are noticed.

The host in Azure keeps the same three instants in a blob (`timers/{host}/{timer}/status`). Any number of missed runs is
one late run, and a schedule that was changed in the meantime has missed none (azure-webjobs-sdk-extensions,
`StorageScheduleMonitor`).
"""

import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from local.functions_host.ncrontab import Schedule

_log = logging.getLogger(__name__)

NEVER = datetime(1, 1, 1, tzinfo=UTC)
"""How the host writes the instant of something that has not happened."""


@dataclass(frozen=True, slots=True)
class Status:
    """What is known of a timer's runs; all instants in UTC."""

    last: datetime
    next: datetime
    updated: datetime

    @classmethod
    def first(cls, schedule: Schedule, now: datetime) -> "Status":
        """Start watching: no run is known, and none is missing."""
        return cls(NEVER, schedule.next_after(now), now)

    @classmethod
    def ran(cls, schedule: Schedule, at: datetime) -> "Status":
        """Note a run."""
        return cls(at, schedule.next_after(at), at)

    def document(self) -> dict[str, str]:
        """Write it as the host does, for its file and for the function."""
        return {
            "Last": self.last.isoformat(),
            "Next": self.next.isoformat(),
            "LastUpdated": self.updated.isoformat(),
        }

    def follows(self, schedule: Schedule) -> bool:
        """Tell whether `next` comes from this very schedule, so that a run is missing once it has passed."""
        return self.next == schedule.next_after(self.updated if self.last == NEVER else self.last)


class Monitor:
    """Keeps the status of one timer; with no folder, only as long as the process lives."""

    def __init__(self, folder: Path | None, timer: str) -> None:
        """Say where to keep it, as TIMER.json."""
        self._path = folder / f"{timer}.json" if folder else None

    def load(self) -> Status | None:
        """Give what was kept; `None` if there is nothing, or nothing that can be read."""
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
        """Keep it. A full disk is said, and does not stop the schedule."""
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_text(json.dumps(status.document()), encoding="utf-8")
        except OSError as error:
            _log.warning(
                "%s cannot be written, so a missed run will not be noticed: %s", self._path, error
            )
