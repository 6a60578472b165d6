"""The timer triggers of an app: the threads that they run in."""

import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from local.functions_host.errors import HostError, indexing_error
from local.functions_host.functions import Function, Off
from local.functions_host.timer_lease import DEVELOPMENT, PRODUCTION
from local.functions_host.timer_listener import Run, Timer


class Timers:
    """The threads that timers run in."""

    def __init__(
        self,
        functions: Mapping[str, Function],
        run: Run,
        state: Path | None,
        off: Off,
        *,
        production: bool = False,
    ) -> None:
        """Parse all schedules; nothing runs yet. `off` gets each function with an invalid one."""
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._timers: dict[str, Timer] = {}
        lease = PRODUCTION if production else DEVELOPMENT
        for name, function in functions.items():
            if function.kind != "timer":
                continue
            try:
                self._timers[name] = Timer(
                    function, run, self._stop.wait, lambda: datetime.now(UTC), state, lease
                )
            except HostError as error:
                off(function, indexing_error(name, error))

    def __getitem__(self, name: str) -> Timer:
        """Return a timer. Raise `KeyError` if there is none."""
        return self._timers[name]

    def follow(self) -> None:
        """Start all timers; each runs when it is due."""
        for name, timer in self._timers.items():
            thread = threading.Thread(target=timer.follow, name=f"timer {name}")
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Start no more runs, and cancel waiting retries."""
        self._stop.set()

    def close(self) -> None:
        """Stop, wait for the running functions, and release the leases."""
        self.stop()
        for thread in self._threads:
            thread.join()
