"""The demo, as a newcomer starts it. Only one runs at a time: it takes the usual ports."""

import contextlib
import os
import pty
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.tenant import DEFAULT_PORT

ROOT = Path(__file__).parents[2]
DEMO = [sys.executable, "-m", "local.demo"]


@contextlib.contextmanager
def taken(*ports: int) -> Iterator[None]:
    """Bind ports without listening: they look free and are not."""
    with contextlib.ExitStack() as stack:
        for port in ports:
            holder = stack.enter_context(socket.socket())
            with contextlib.suppress(OSError):  # another process has it, which has the same effect
                holder.bind(("127.0.0.1", port))
        yield


@pytest.mark.timeout(300)  # for two demos
def test_demo_runs_and_on_a_terminal_serves_until_ctrl_c(tmp_path: Path) -> None:
    broken = tmp_path / "chrome"
    broken.write_text("#!/bin/sh\necho no display >&2\nexit 1\n", encoding="utf-8")
    broken.chmod(0o755)
    with taken(DEFAULT_PORT, 7071):
        environment = {**os.environ, "LAPSEWATCH_BROWSER": str(broken)}
        ran = subprocess.run(
            DEMO,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert ran.returncode == 0, ran.stderr
    assert f"No picture: {broken} failed (exit status 1): no display\n" in ran.stdout
    assert ran.stdout.endswith("On a terminal it serves until Ctrl-C.\n")
    for output in (ran.stdout, on_a_terminal()):
        assert "the check has ended: ok" in output
        assert "LibCal: secret expires in 6 days" in output
        assert "outcome ok, 0 messages due, 0 posted" in output


def on_a_terminal() -> str:
    """Run the demo on a terminal until Ctrl-C and return its output."""
    ours, theirs = pty.openpty()
    without_display = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DISPLAY", "WAYLAND_DISPLAY"}
    }
    without_display["LAPSEWATCH_BROWSER"] = "none"
    with (
        os.fdopen(ours, encoding="utf-8", errors="replace") as terminal,
        subprocess.Popen(
            DEMO,
            cwd=ROOT,
            env=without_display,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        ) as demo,
    ):
        os.close(theirs)
        output = ""
        try:
            while "Press Ctrl-C to stop." not in output:
                output += (line := terminal.readline())
                assert line, output
            os.killpg(demo.pid, signal.SIGINT)  # Ctrl-C reaches everything that the terminal runs
            assert demo.wait(timeout=30) == 0
        finally:
            demo.kill()
        assert terminal.readline() + terminal.readline() == "\nstopped\n"
    return output
