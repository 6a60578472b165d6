"""The last and next run of a timer in a file, to detect runs missed while the host was down.

The host in Azure keeps the same three instants in a blob (`timers/{host}/{timer}/status`). Any
number of missed runs becomes one late run; after a change of the schedule no run counts as missed
(azure-webjobs-sdk-extensions, `ScheduleMonitor`).
"""

import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from local.functions_host.ncrontab import NO_TIME, Schedule

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
    def ran(cls, schedule: Schedule, at: datetime) -> "Status":
        """Return the status after a run."""
        return cls(at, schedule.next_after(at), at)

    def document(self, zone: tzinfo = UTC) -> dict[str, str]:
        """Return the status as the host writes it, for its file and for the function."""
        instants = {"Last": self.last, "Next": self.next, "LastUpdated": self.updated}
        return {
            # these two may not exist in another zone
            name: (at if at in {NEVER, NO_TIME} else at.astimezone(zone)).isoformat()
            for name, at in instants.items()
        }

    def resumed(self, schedule: Schedule, now: datetime) -> "Status":
        """Return the status at a start: this one, unless the schedule was changed."""
        since = next((at for at in (self.last, self.updated) if at != NEVER), now)
        due = schedule.next_after(since)
        if self.next == due:
            return self
        if due < now:
            since = now
        return Status(NEVER, schedule.next_after(since), since)


class Monitor:
    """Keeps the status of one timer; without a folder, only in memory."""

    def __init__(self, folder: Path | None, timer: str) -> None:
        """Set the folder for TIMER.json."""
        self._path = folder / f"{timer}.json" if folder else None
        self.status: Status | None = None
        """The status that was loaded or kept last."""

    def load(self) -> Status | None:
        """Return the stored status; `None` if there is none, or if it cannot be read."""
        if self._path is None or not self._path.is_file():
            return self.status
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
            last, due, updated = (
                datetime.fromisoformat(content[name]) for name in ("Last", "Next", "LastUpdated")
            )
            self.status = Status(last.astimezone(UTC), due.astimezone(UTC), updated.astimezone(UTC))
        except (OSError, OverflowError, ValueError, KeyError, TypeError) as error:
            _log.warning(
                "%s cannot be read, so the timer starts as if it were new: %s", self._path, error
            )
            return None
        return self.status

    def keep(self, status: Status, zone: tzinfo) -> None:
        """Save the status. A full disk is logged and does not stop the schedule."""
        self.status = status
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_text(json.dumps(status.document(zone)), encoding="utf-8")
        except OSError as error:
            _log.warning(
                "%s cannot be written, so a missed run will not be noticed: %s", self._path, error
            )
