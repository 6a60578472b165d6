"""`--help` for commands whose module's docstring says how they are used."""

import sys
from collections.abc import Sequence
from inspect import cleandoc


def answer_help(docstring: str | None, words: Sequence[str] | None = None) -> None:
    """Print the docstring and exit, if the command line asks for help; else do nothing."""
    if {"-h", "--help"} & {*(sys.argv[1:] if words is None else words)}:
        sys.stdout.write(cleandoc(docstring or "") + "\n")
        sys.exit(0)
