"""The value of a secret on standard input: what is taken, what is refused, and what is shown."""

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from shared.cli.value_input import MAX_BYTES, read_value
from shared.core.decisions import Refused

ROOT = Path(__file__).parents[2]
VALUE = "canary-pasted~1.aB"
READ = (
    "from shared.cli.value_input import read_value; value = read_value().reveal(); "
    "print(len(value), value.startswith('can'))"
)


def piped(monkeypatch: pytest.MonkeyPatch, data: bytes) -> io.BytesIO:
    stream = io.BytesIO(data)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stream))
    return stream


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
@pytest.mark.parametrize("beginning", ["", "\N{BYTE ORDER MARK}"])
def test_one_line_break_at_the_end_is_taken_off(
    monkeypatch: pytest.MonkeyPatch, beginning: str, ending: str
) -> None:
    piped(monkeypatch, f"{beginning}{VALUE}{ending}".encode())
    assert read_value().reveal() == VALUE


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no value"),
        (b"\n", "no value"),
        (b"\r\n", "no value"),
        (f"{VALUE}\n\n".encode(), "line break"),
        (f"{VALUE[:9]}\n{VALUE[9:]}\n".encode(), "line break"),
        (f"{VALUE[:9]}\r\n{VALUE[9:]}".encode(), "line break"),
        (f"{VALUE}\r".encode(), "line break"),
        (VALUE.encode("utf-16"), "UTF-8"),
        (b"canary\xe9\xff", "UTF-8"),
        (b"canary-" + b"x" * MAX_BYTES, "too long"),
        (("canary" + "é" * MAX_BYTES).encode(), "too long"),
        (b"\n" * 5000, "too long"),
    ],
)
def test_other_input_is_refused_with_a_sentence_without_it(
    monkeypatch: pytest.MonkeyPatch, data: bytes, why: str
) -> None:
    piped(monkeypatch, data)
    with pytest.raises(Refused, match=why) as refused:
        read_value()
    assert "canary" not in str(refused.value)


def test_input_without_an_end_is_not_read_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = piped(monkeypatch, b"x" * 1_000_000)
    with pytest.raises(Refused, match="too long"):
        read_value()
    assert stream.tell() < 2 * MAX_BYTES


def test_closed_standard_input_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(Refused, match="closed"):
        read_value()


def test_a_terminal_does_not_show_what_is_typed() -> None:
    ours, theirs = pty.openpty()
    program = subprocess.Popen(
        [sys.executable, "-c", READ],
        cwd=ROOT,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    with program:
        while b"not shown): " not in shown:
            shown += os.read(ours, 1000)
        os.write(ours, f"{VALUE}\n".encode())
        assert program.wait(timeout=30) == 0
    shown += os.read(ours, 1000)
    os.close(ours)
    assert f"{len(VALUE)} True".encode() in shown
    assert b"canary" not in shown
