"""Run a hook on a terminal, as a person sees it."""

import os
import pty
import subprocess
import sys
from select import select
from time import monotonic

from tests.infra.deployed import ROOT, Deployed


def converse(deployed: Deployed, hook: str, answers: dict[str, str]) -> str:
    """Run a hook on a terminal, answer its prompts, and return what the terminal showed.

    Each prompt must appear.
    """
    ours, theirs = pty.openpty()
    command = [sys.executable, str(ROOT / "infra/hooks" / hook)]
    with subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=deployed.environment,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        shown, left, until = "", dict(answers), monotonic() + 60
        while monotonic() < until and select([ours], [], [], until - monotonic())[0]:
            try:
                shown += os.read(ours, 4096).decode()
            except OSError:  # the other end is closed
                break
            for question in [question for question in left if question in shown]:
                os.write(ours, f"{left.pop(question)}\n".encode())
        assert process.wait(timeout=60) == 0
    os.close(ours)
    assert left == {}
    return shown
