"""Run a hook so that it never stops azd: report what was not done, and exit with 0."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

AGAIN = "python3 infra/hooks/after_provision.py"
"""Repeats the hook after provisioning.

`azd hooks run` would give it no terminal, and would overwrite its table.
"""


def run(hook: Callable[[], None]) -> int:
    """Run a hook, and return its exit status, which is 0.

    A letter that the console lacks becomes a question mark.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        hook()
    except KeyboardInterrupt:
        _write("Interrupted. The remaining steps were not done; azd up does them next time.")
    except ValueError as error:
        _write(f"{error}\nNothing else was done.")
    except Exception as error:  # noqa: BLE001  (our own bug must not stop a deployment; its text may contain a token)
        _write(
            f"Internal error in a hook ({type(error).__name__}); please report it. "
            "Nothing else was done."
        )
    return 0


def _write(text: str) -> None:
    print(f"Lapsewatch: {text}", file=sys.stderr)  # noqa: T201  (the hook's output)
