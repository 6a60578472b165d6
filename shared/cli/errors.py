"""The exit statuses of failures, and errors on standard error."""

import sys

from shared.config.problems import Misconfigured
from shared.render.text.escape import clean

FAILED, MISCONFIGURED = 1, 2
MAX_LINE_CHARS = 4000


def write_error(text: str) -> None:
    """Write a line to standard error; names from outside in it are cleaned."""
    sys.stderr.write(clean(text, MAX_LINE_CHARS) + "\n")


def write_mistakes(error: Misconfigured) -> None:
    """Write every mistake in the configuration to standard error, one a line."""
    for line in str(error).split("\n"):
        write_error(line)
