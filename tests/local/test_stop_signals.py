"""The first signal stops a process that waits for it, whichever thread receives it."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local.stop_signals import NUMBERS

ROOT = Path(__file__).parents[2]

ANOTHER_THREAD = """
import signal, sys, threading, time
from local.stop_signals import stop_signals

def deliver():
    time.sleep(0.2)  # the main thread waits by then; if it does not, this test is only less strict
    signal.pthread_kill(threading.get_ident(), int(sys.argv[1]))

with stop_signals() as stopped:
    threading.Thread(target=deliver, daemon=True).start()
    stopped()
print("stopped")
"""

TWICE = """
import os, sys
from local.stop_signals import stop_signals

with stop_signals() as stopped:
    os.kill(os.getpid(), int(sys.argv[1]))
    stopped()
    os.kill(os.getpid(), int(sys.argv[2]))
print("went on")
"""


def ran(script: str, *numbers: signal.Signals) -> tuple[int, str]:
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, *(str(int(number)) for number in numbers)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert run.stderr == ""
    return run.returncode, run.stdout


@pytest.mark.parametrize("number", NUMBERS)
def test_a_signal_that_another_thread_receives_stops_it(number: signal.Signals) -> None:
    assert ran(ANOTHER_THREAD, number) == (0, "stopped\n")


@pytest.mark.parametrize("first", NUMBERS)
@pytest.mark.parametrize("second", NUMBERS)
def test_early_signal_stops_and_a_second_one_kills(
    first: signal.Signals, second: signal.Signals
) -> None:
    assert ran(TWICE, first, second) == (-second, "")


def test_afterwards_signals_do_what_they_did() -> None:
    script = (
        "import os, sys; from local.stop_signals import stop_signals\n"
        "with stop_signals(): pass\n"
        "os.kill(os.getpid(), int(sys.argv[1]))"
    )
    assert ran(script, signal.SIGTERM) == (-signal.SIGTERM, "")
