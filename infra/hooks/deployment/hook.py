"""A hook never ends azd's work: whatever happens, it says in a sentence what is not done, and exits with 0."""

from __future__ import annotations

import sys
from collections.abc import Callable

AGAIN = "python3 infra/hooks/after_provision.py"
"""What runs the hook after provisioning again, and nothing else. (azd hooks run gives a hook no terminal, and wipes away its table.)"""


def run(hook: Callable[[], None]) -> int:
    """Run a hook to its end and give its exit status, which is 0."""
    try:
        hook()
    except KeyboardInterrupt:
        _say("stopped. What was not reached is not done; azd up does it the next time.")
    except ValueError as error:
        _say(f"{error}. Nothing further was done.")
    except Exception as error:  # noqa: BLE001  (a mistake of ours must not end a deployment either; without its text, which may quote a token)
        _say(
            f"{type(error).__name__} in a hook: a mistake of Lapsewatch, please report it. Nothing further was done."
        )
    return 0


def _say(text: str) -> None:
    print(f"Lapsewatch: {text}", file=sys.stderr)  # noqa: T201  (a hook speaks to who deploys)
