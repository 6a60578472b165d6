"""Renew something in a thread of its own, for as long as its process lives."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread

from shared.ports.errors import LeaseLost, LedgerError


class Keeper:
    """Calls `renew` every so often, until it is stopped, is lost, or has done so for long enough.

    The thread is a daemon: it never keeps a process alive, and it ends with it.
    """

    def __init__(
        self,
        renew: Callable[[], None],
        *,
        every: timedelta,
        after_failure: timedelta,
        may_go_on: Callable[[], bool],
    ) -> None:
        """Start nothing yet; `start` does.

        Args:
            renew: Renews. Raises `LeaseLost` to end this, or `LedgerError` to be called again.
            every: The time between two renewals.
            after_failure: The time until the next try after a renewal that failed.
            may_go_on: Whether to renew once more.
        """
        self._renew, self._may_go_on = renew, may_go_on
        self._every, self._after_failure = every.total_seconds(), after_failure.total_seconds()
        self._stopped = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Start the thread."""
        self._thread = Thread(target=self._keep, name="lease keeper", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop, and wait for a renewal that is being made; do nothing if it is not running."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def _keep(self) -> None:
        wait = self._every
        while not self._stopped.wait(wait) and self._may_go_on():
            try:
                self._renew()
            except LeaseLost:
                return
            except LedgerError:  # the check's own renewal decides; it fails the check
                wait = self._after_failure
            else:
                wait = self._every
