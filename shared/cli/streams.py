"""Standard output and standard error that take any text, from the start of a command.

A letter that the console lacks becomes a question mark. Control characters, except the line feed
and the colours of a terminal, and marks of the reading direction are removed: names from outside
may contain them. A reader may end early, as `head` does: that is not an error.
"""

import errno
import io
import os
import re
import sys
from collections.abc import Buffer
from pathlib import Path
from typing import TextIO

from shared.core.visible import visible

_OUR_OWN = re.compile(r"(\n)")
_OUR_OWN_ON_A_TERMINAL = re.compile(r"(\n|\x1b\[[0-9;]*m)")
_READER_IS_GONE = {errno.EPIPE, errno.EINVAL}
"""The second is what Windows reports."""


class _Pipe(io.FileIO):
    """A file or a pipe; what is written after its reader has gone is dropped."""

    def write(self, data: Buffer) -> int:
        try:
            return super().write(data)
        except OSError as error:
            if error.errno not in _READER_IS_GONE:
                raise
            return len(memoryview(data))


class _PlainText(io.TextIOWrapper):
    """Text for people, without characters that act on a terminal."""

    def write(self, text: str) -> int:
        ours = _OUR_OWN_ON_A_TERMINAL if self.isatty() else _OUR_OWN
        parts = ours.split(text)
        parts[::2] = map(visible, parts[::2])
        super().write("".join(parts))
        return len(text)


def use_plain_text() -> None:
    """Replace standard output and standard error; one that is closed takes text nevertheless."""
    sys.stdout, sys.stderr = _plain_text(sys.stdout), _plain_text(sys.stderr)


def _plain_text(stream: TextIO | None) -> TextIO:
    if stream is None:
        return Path(os.devnull).open("w", encoding="utf-8")
    assert isinstance(stream, io.TextIOWrapper)
    binary = stream.buffer
    if not stream.isatty():  # a console on Windows is not a file
        binary = io.BufferedWriter(_Pipe(stream.fileno(), "wb", closefd=False))
    return _PlainText(
        binary, stream.encoding, errors="replace", line_buffering=stream.line_buffering
    )
