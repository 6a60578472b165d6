"""Renew something while a block runs: a lease, or the time for which a message is hidden."""

import contextlib
import threading
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def renewed(renew: Callable[[], object], seconds: float, name: str) -> Iterator[None]:
    """Call `renew` after each half of `seconds`, in a thread of that name, until the block ends."""
    ended = threading.Event()

    def follow() -> None:
        while not ended.wait(seconds / 2):
            renew()

    thread = threading.Thread(target=follow, name=name)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
