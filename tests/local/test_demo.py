"""The demo, as a newcomer starts it, once; its terminal and its acts on their own."""

import contextlib
import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs

import pytest
from werkzeug import Request, Response

from local import demo
from local.demo_parts import acts
from local.demo_parts.stage import Stage
from local.stand_in.loopback import Loopback
from local.stand_in.tenant import Tenant
from local.tenant import DEFAULT_PORT

ROOT = Path(__file__).parents[2]
DEMO = [sys.executable, "-m", "local.demo"]
STORY = """\
Act 1 of 4: two secrets expire soon
LibCal: secret expires in 6 days
No picture: CHROME failed (exit status 1): no display
Act 2 of 4: ITS has created the new secrets
LibCal: new secret ready to install
Act 3 of 4: Dana pastes the new secrets and confirms
LibCal: Dana presses “Confirm
LibCal is safe until
LibStaffer is safe until
Act 4 of 4: both services are safe
outcome ok, 0 messages due, 0 posted"""
PLAY = """\
import os, signal
from local.demo_parts.terminal import ended_once, play, use_lines

use_lines()
try:
    with ended_once():
        try:
            play([lambda: print("one"), lambda: print("two"), lambda: print("three")])
        finally:
            os.kill(os.getpid(), signal.SIGINT)
            print("cleaned up")
except KeyboardInterrupt:
    print("stopped")
"""
PAGE = """
<form method="post" action="/api/page/check"><button type="submit">Check now</button></form>
<form method="post" action="/api/page/confirm"><input type="hidden" name="key_id" value="new-2">
<input type="hidden" name="service" value="libstaffer"><input name="ends" value="2028">
<button type="submit" class="main">Confirm it</button></form>
<form method="post" action="/api/page/confirm"><input type="hidden" name="service" value="libcal">
<input type="hidden" name="key_id" value="new-1"><button type="submit">Confirm it</button></form>
"""
NEXT, LAST = "Press Enter for the next act, or Ctrl-C to end.", "Press Ctrl-C to end."


@contextlib.contextmanager
def taken(*ports: int) -> Iterator[None]:
    """Bind ports without listening: they look free and are not."""
    with contextlib.ExitStack() as stack:
        for port in ports:
            holder = stack.enter_context(socket.socket())
            with contextlib.suppress(OSError):  # another process has it, which has the same effect
                holder.bind(("127.0.0.1", port))
        yield


@pytest.mark.timeout(120)  # what a demo may take
def test_demo_plays_all_acts_without_a_terminal(tmp_path: Path) -> None:
    broken = tmp_path / "chrome"
    broken.write_text("#!/bin/sh\necho no display >&2\nexit 1\n", encoding="utf-8")
    broken.chmod(0o755)
    with taken(DEFAULT_PORT, 7071):
        environment = {
            **os.environ,
            "LAPSEWATCH_BROWSER": str(broken),
            "COLUMNS": "300",
            "HTTP_PROXY": "http://127.0.0.1:9",  # nothing listens there
        }
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
    assert ran.stdout.endswith("On a terminal it serves until Ctrl-C.\n")
    assert [line for line in ran.stdout.splitlines() if len(line) > 100] == []
    words = " ".join(ran.stdout.split()).replace(str(broken), "CHROME")
    assert re.search(".*".join(map(re.escape, STORY.splitlines())), words), ran.stdout
    assert len(set(re.findall(r"http://127\.0\.0\.1:\d+/api/page", words))) == 1


class OnATerminal:
    """A command with a terminal of its own."""

    def __init__(self, *command: str, typed: str = "") -> None:
        ours, theirs = pty.openpty()
        self._terminal = os.fdopen(ours, "r+b", buffering=0)
        self.types(typed)  # before it starts
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
        )
        os.close(theirs)

    def until(self, text: str) -> str:
        """Return what it prints, up to a text."""
        output = b""
        while text.encode() not in output:
            try:
                output += (read := self._terminal.read(1))
            except OSError:  # Linux reports the end like this
                read = b""
            assert read, output.decode()
        return output.decode()

    def types(self, text: str) -> None:
        """Type text."""
        self._terminal.write(text.encode())

    def interrupt(self) -> None:
        """Send what Ctrl-C sends, to everything that the terminal runs."""
        os.killpg(self._process.pid, signal.SIGINT)

    def status(self) -> int:
        """Return the exit status."""
        return self._process.wait(timeout=30)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self._process.kill()
        self._process.wait()
        self._terminal.close()


def test_enter_plays_the_next_act_and_ctrl_c_ends() -> None:
    """After the last act, Enter does nothing."""
    with OnATerminal(sys.executable, "-c", PLAY) as played:
        assert "two" not in played.until(NEXT)
        played.types("\n")
        assert "three" not in played.until(NEXT)
        played.types("\n")
        assert "three" in played.until(LAST)
        played.types("\n\n")
        played.interrupt()
        assert "Traceback" not in played.until("\nstopped\r\n")
        assert played.status() == 0


@pytest.mark.parametrize("keys", ["", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_demo_can_be_ended_between_acts(keys: str) -> None:
    """Enter that was pressed before the first act does not begin the second one."""
    with OnATerminal(sys.executable, "-c", PLAY, typed="\n") as played:
        played.until(NEXT)
        if keys:
            played.types(keys)
        else:
            played.interrupt()
        output = played.until("stopped\r\n")
        assert "two" not in output
        assert "cleaned up" in output  # although Ctrl-C was pressed again
        assert played.status() == 0


def test_demo_can_be_ended_while_it_starts() -> None:
    with OnATerminal(*DEMO) as started:
        started.until("It starts within seconds.\r\n")
        started.interrupt()
        assert "Traceback" not in started.until("\nstopped\r\n")
        assert started.status() == 0


def test_demo_confirms_only_what_nobody_has_confirmed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """LibCal was confirmed by hand. The form of LibStaffer is sent as the page has it."""
    in_use = {"libcal": "new-1", "libstaffer": "old-2"}
    received: list[dict[str, list[str]]] = []

    def answer(request: Request) -> Response:
        if request.path == "/api/status":
            return Response(json.dumps(status(in_use)), mimetype="application/json")
        if request.path == "/api/page":
            return Response(PAGE, mimetype="text/html")
        assert request.path == "/api/page/confirm"
        received.append(parse_qs(request.get_data(as_text=True)))
        return Response(status=303)

    host = Loopback(answer, 0)
    try:
        new = {"libcal": "new-1", "libstaffer": "new-2"}
        root = f"http://127.0.0.1:{host.port}"
        acts.confirmed(Stage(root, Tenant(), {}, {}, "Dana", ROOT, created=new))
    finally:
        host.stop()
    assert received == [{"service": ["libstaffer"], "key_id": ["new-2"], "ends": ["2028"]}]
    printed = " ".join(capsys.readouterr().out.split())
    assert "LibCal: already confirmed on the page" in printed
    assert "LibStaffer: Dana presses “Confirm it”." in printed


def status(in_use: dict[str, str]) -> dict[str, object]:
    """Return what the acts read of a status document."""
    names = {"libcal": "LibCal", "libstaffer": "LibStaffer"}
    return {
        "services": [
            {"id": service, "name": names[service], "in_use": {"key_id": key_id}}
            for service, key_id in in_use.items()
        ]
    }


def test_help_starts_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    with pytest.raises(SystemExit, match=r"^0$"):
        demo.main(["--help"])
    printed = capsys.readouterr().out
    assert printed.startswith("usage: python -m local.demo")
    assert max(map(len, printed.splitlines())) <= 100
    assert "listening on" not in printed
