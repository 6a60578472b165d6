"""The lease of a timer: of all local hosts with one folder, one runs the timer.

The host in Azure holds a lease on a blob while it listens (azure-webjobs-sdk,
`SingletonListener`). A clean stop releases it; after a crash, or a stop that cut a run, the others
have to wait until it has run out. So a run that was cut is repeated, but not at once.
"""

import contextlib
import logging
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from local.functions_host.renewal import renewed

DEVELOPMENT, PRODUCTION = 15.0, 60.0
"""Seconds of a lease (`SingletonOptions.ListenerLockPeriod`)."""
LOOK = 60.0
"""Seconds until a host that has no lease tries again (`ListenerLockRecoveryPollingInterval`)."""

_log = logging.getLogger(__name__)


class Lease:
    """The lease of one timer; without a folder, nobody else wants it."""

    def __init__(
        self, folder: Path | None, timer: str, seconds: float, clock: Callable[[], datetime]
    ) -> None:
        """Set the folder for `leases.sqlite`."""
        self._folder, self._timer, self._seconds, self._clock = folder, timer, seconds, clock
        self._holder = uuid.uuid4().hex

    def take(self) -> bool:
        """Take or renew the lease. Return whether this host holds it.

        A folder that cannot be written is logged and does not stop the timer.
        """
        now = self._clock().timestamp()
        return self._change(
            "INSERT INTO leases VALUES (?, ?, ?)"
            " ON CONFLICT (timer) DO UPDATE SET holder = excluded.holder, until = excluded.until"
            " WHERE holder = excluded.holder OR until <= ?",
            (self._timer, self._holder, now + self._seconds, now),
        )

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """Renew the lease until the block ends; release it unless the block raises."""
        with renewed(self.take, self._seconds, f"lease {self._timer}"):
            yield
        self._change(
            "DELETE FROM leases WHERE timer = ? AND holder = ?", (self._timer, self._holder)
        )

    def _change(self, statement: str, values: tuple[str | float, ...]) -> bool:
        if self._folder is None:
            return True
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with contextlib.closing(sqlite3.connect(self._folder / "leases.sqlite")) as file, file:
                file.execute(
                    "CREATE TABLE IF NOT EXISTS leases"
                    " (timer TEXT PRIMARY KEY, holder TEXT, until REAL)"
                )
                return file.execute(statement, values).rowcount == 1
        except (OSError, sqlite3.Error) as error:
            _log.warning(
                "the lease of %s in %s cannot be written, so another host may run it too: %s",
                self._timer,
                self._folder,
                error,
            )
            return True
