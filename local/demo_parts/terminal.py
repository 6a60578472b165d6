"""What the demo prints, in lines of at most 100 columns, and how it waits for Enter."""

import contextlib
import io
import os
import signal
import sys
import termios
import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import NoReturn

from local.stop_signals import stop_signals

MAX_COLUMNS, MIN_COLUMNS = 100, 40
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def is_terminal() -> bool:
    """Return whether a person can read the output and press Enter."""
    return all(
        stream is not None and not stream.closed and stream.isatty()
        for stream in (sys.stdin, sys.stdout)
    )


def columns() -> int:
    """Return the width of the output; `COLUMNS` is ignored, because it is often wrong."""
    try:
        width = os.get_terminal_size(sys.stdout.fileno()).columns
    except (OSError, ValueError):
        return MAX_COLUMNS
    return max(MIN_COLUMNS, min(width or MAX_COLUMNS, MAX_COLUMNS))


def say(text: str = "", *, first: str = "", later: str | None = None) -> None:
    """Print a paragraph; `first` begins its first line, and `later` (default: spaces) the others.

    Spaces are kept as they are where the text fits into one line.
    """
    if len(first + text) <= columns():
        print((first + text).rstrip())
        return
    later = " " * len(first) if later is None else later
    print(textwrap.fill(text, columns(), initial_indent=first, subsequent_indent=later))


def complain(text: str) -> None:
    """Print an error, a paragraph for each of its lines."""
    for line in text.splitlines():
        print(textwrap.fill(line, columns()), file=sys.stderr)


def title(text: str) -> None:
    """Print the title of an act."""
    rule = "─" * max(3, columns() - len(text) - 4)
    say()
    say(f"── {text} {rule}")


def use_lines() -> None:
    """Print each line at once, and replace characters that the output lacks."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True, errors="replace")


@contextlib.contextmanager
def ended_once() -> Iterator[None]:
    """Raise `KeyboardInterrupt` in the body at the first signal to stop; ignore later ones.

    So nothing interrupts the end of the program, which stops what it has started.
    """
    before = {number: signal.signal(number, _end) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def play(acts: Sequence[Callable[[], None]]) -> None:
    """Play acts; on a terminal, wait for Enter after each, and for Ctrl-C after the last one.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed, or the input ended.
    """
    waits = is_terminal()
    for act in acts[:-1]:
        act()
        if waits:
            _wait("Press Enter for the next act, or Ctrl-C to end.", enter=True)
    acts[-1]()
    if waits:
        _wait("The page stays open. Press Ctrl-C to end.", enter=False)
    say()
    say("The demo stops here. On a terminal it serves until Ctrl-C.")


def _wait(prompt: str, *, enter: bool) -> None:
    seconds_left = signal.alarm(0)  # people may look as long as they like
    termios.tcflush(sys.stdin, termios.TCIFLUSH)  # Enter that was pressed too early
    with stop_signals() as stopped:
        say()
        say(prompt)
        ended = stopped(sys.stdin if enter else None)
    if ended or (enter and not sys.stdin.readline()):
        _end()
    signal.alarm(seconds_left)


def _end(*_: object) -> NoReturn:
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt
