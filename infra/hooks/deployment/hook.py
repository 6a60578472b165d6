"""Run a hook: report what was not done, and stop azd only before it provisions.

After that a hook run by this module never stops azd; only `before_package` does, without a package.
azd itself may stop, if it cannot prepare a hook: without Python, its module venv, or pip.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable

PYTHON = "python" if os.name == "nt" else "python3"
AGAIN = f"{PYTHON} infra/hooks/after_provision.py"
"""Repeats the hook after provisioning.

`azd hooks run` would give it no terminal, and would overwrite its table.
"""


class Stop(Exception):
    """azd must not provision now; the text says why, and what to do."""


def run(hook: Callable[[], None], *, stops: bool = False) -> int:
    """Run a hook, and return its exit status: 0, or 1 if it failed and `stops` azd.

    A letter that the console lacks becomes a question mark.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    nothing = "Nothing was provisioned: azd stops here." if stops else "Nothing else was done."
    try:
        hook()
    except KeyboardInterrupt:
        _write(
            f"Interrupted. {nothing}"
            if stops
            else "Interrupted. The remaining steps were not done; azd up does them next time."
        )
    except Stop as stop:
        _write(f"{stop} {nothing}")
    except ValueError as error:
        _write(f"{error}\n{nothing}")
    except Exception as error:  # noqa: BLE001  (its text may contain a token)
        name = type(error).__name__
        _write(f"Internal error in a hook ({name}); please report it. {nothing}")
    else:
        return 0
    return int(stops)


def _write(text: str) -> None:
    print(f"Lapsewatch: {text}", file=sys.stderr)  # noqa: T201  (the hook's output)
