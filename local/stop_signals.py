"""Wait for Ctrl-C or SIGTERM reliably.

`threading.Event.wait` misses some: Python runs signal handlers in the main thread, and a lock wakes
up neither for a signal that another thread received nor for one that came just before the main
thread blocked (observed: one host in 400 never stopped). The byte that Python writes for each
signal (`signal.set_wakeup_fd`) cannot be missed.
"""

import contextlib
import select
import signal
import socket
from collections.abc import Iterator
from typing import Protocol, TextIO

NUMBERS = (signal.SIGINT, signal.SIGTERM)


class Wait(Protocol):
    """The function that waits."""

    def __call__(self, readable: TextIO | None = None, /) -> bool:
        """Return whether a signal came; false as soon as a file, if any, can be read."""


@contextlib.contextmanager
def stop_signals() -> Iterator[Wait]:
    """Yield a function that waits for the first of these signals, in the main thread.

    A second signal of either kind ends the process.
    """

    def first(_number: int, _frame: object) -> None:
        for each in NUMBERS:
            signal.signal(each, signal.SIG_DFL)

    before = {number: signal.signal(number, first) for number in NUMBERS}
    reading, writing = socket.socketpair()
    with reading, writing:
        writing.setblocking(False)
        wakeup = signal.set_wakeup_fd(writing.fileno())

        def wait(readable: TextIO | None = None, /) -> bool:
            sources: list[socket.socket | TextIO] = [reading, readable] if readable else [reading]
            while reading in select.select(sources, [], [])[0]:
                if reading.recv(1)[0] in NUMBERS:
                    return True
            return False

        try:
            yield wait
        finally:
            signal.set_wakeup_fd(wakeup)
            for number, handler in before.items():
                signal.signal(number, handler)
