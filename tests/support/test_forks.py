"""What is forked is a process like any other: its own arguments, environment, outputs, and end."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.forks import Forked, Forks

SAY = """
import json, os, sys
imported = "json.tool" in sys.modules
print(json.dumps([__name__, sys.argv[1:], dict(os.environ), os.getpid(), imported]))
print("on the side", file=sys.stderr)
sys.exit(3)
"""
STAY = """
import time
time.sleep(60)
"""


@pytest.fixture
def forks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Forks]:
    (tmp_path / "say.py").write_text(SAY)
    (tmp_path / "stay.py").write_text(STAY)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    forks = Forks(["json.tool"])
    yield forks
    forks.close()


@pytest.fixture
def start(forks: Forks, tmp_path: Path) -> Callable[..., Forked]:
    def started(*run: str, **environment: str) -> Forked:
        with (tmp_path / "out").open("w") as out, (tmp_path / "err").open("w") as err:
            return forks.start(*run, environment=environment, out=out, err=err)

    return started


def test_process_gets_its_arguments_and_environment_only(
    start: Callable[..., Forked], tmp_path: Path
) -> None:
    first, second = start("say", "a", "b c", ONE="1"), start("say")
    assert (first.wait(30), second.wait(30), first.poll()) == (3, 3, 3)
    again = start("say", "a", "b c", ONE="1")
    assert again.wait(30) == 3
    assert json.loads((tmp_path / "out").read_text()) == [
        "__main__",
        ["a", "b c"],
        {"ONE": "1"},
        again.pid,
        True,
    ]
    assert (tmp_path / "err").read_text() == "on the side\n"
    assert len({first.pid, second.pid, again.pid, os.getpid()}) == 4


def test_a_signal_ends_it_and_is_its_status(start: Callable[..., Forked]) -> None:
    process = start("stay")
    with pytest.raises(TimeoutError, match="runs after"):
        process.wait(0.1)
    assert process.poll() is None
    process.terminate()
    assert process.wait(30) == -signal.SIGTERM
    process.kill()  # as with any process that has ended: nothing happens


def test_what_runs_ends_with_what_it_was_forked_from(
    forks: Forks, start: Callable[..., Forked]
) -> None:
    process = start("stay")
    forks.close()
    assert process.wait(30) == -signal.SIGKILL
