"""The demo, as a newcomer starts it, once; its terminal and its acts on their own."""

import contextlib
import html
import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs

import pytest
from werkzeug import Request, Response

from local import demo
from local.demo_parts import acts
from local.demo_parts.processes import DemoError
from local.demo_parts.stage import Stage
from local.stand_in.created_values import MARK
from local.stand_in.loopback import Loopback
from local.stand_in.tenant import Tenant
from local.tenant import DEFAULT_PORT
from shared.core.model.secret import Secret

ROOT = Path(__file__).parents[2]
DEMO = [sys.executable, "-m", "local.demo"]
STORY = """\
Act 1 of 4: two secrets expire soon
LibCal: secret expires in 6 days
No picture: CHROME failed (exit status 1): no display
Act 2 of 4: ITS creates the new secrets and hands them over
LibCal: Sam pastes 8~w… and presses “Hand the value over”.
LibStaffer: Sam pastes mP_… and presses “Hand the value over”.
LibCal: the new secret is ready
Act 3 of 4: Dana opens the new secrets, installs and confirms them
LibCal: Dana presses “Show the value once”, installs the value, and presses “Confirm
LibStaffer: Dana presses “Show the value once”, installs the value, and presses “Confirm
LibCal is safe until
LibStaffer is safe until
The vault is empty again.
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
VALUE = Secret("mP_8Q~made-up&value")
KEPT = {"key_id": "new-2", "opened": []}
PAGE = """
<form method="post" action="/api/page/show-value"><input type="hidden" name="key_id" value="new-2">
<input type="hidden" name="service" value="libstaffer"><button type="submit">Show it</button></form>
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
    log = (demo.SHOWN / "host.log").read_text(encoding="utf-8")
    assert MARK not in ran.stdout + ran.stderr + log


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


@dataclass
class PlayedPage:
    """A host whose LibCal was confirmed by hand; LibStaffer's value is in the vault."""

    kept: dict[str, Any] | None
    shown: str = VALUE.reveal()
    received: list[tuple[str, dict[str, list[str]]]] = field(default_factory=list)

    def answer(self, request: Request) -> Response:
        name = request.path.rpartition("/")[2]
        if name == "status":
            return Response(json.dumps(self.status()), mimetype="application/json")
        if request.method == "POST":
            self.received.append((name, parse_qs(request.get_data(as_text=True))))
            value = f'<textarea id="value" readonly>{html.escape(self.shown)}</textarea>'
            return Response(value, 200 if name == "show-value" else 303, mimetype="text/html")
        return Response(PAGE, mimetype="text/html")

    def status(self) -> dict[str, object]:
        """Return what the acts read of a status document."""
        rows = [("libcal", "LibCal", "new-1", None), ("libstaffer", "LibStaffer", "old", self.kept)]
        return {
            "services": [
                {"id": service, "name": name, "in_use": {"key_id": key_id}, "hand_over": kept}
                for service, name, key_id, kept in rows
            ]
        }

    def play(self, folder: Path) -> None:
        """Play the third act on it."""
        (folder / "host.log").touch()
        new = {"libcal": "new-1", "libstaffer": "new-2"}
        host = Loopback(self.answer, 0)
        root, values = f"http://127.0.0.1:{host.port}", {"libstaffer": VALUE}
        try:
            with Tenant(hand_over=True) as tenant:
                acts.confirmed(Stage(root, tenant, {}, {}, "Dana", folder, new, values))
        finally:
            host.stop()


@pytest.mark.parametrize(
    ("kept", "words", "opened"),
    [
        (KEPT, "Dana presses “Show it”, installs the value, and", True),
        (KEPT | {"opened": [{"by": "Dana"}]}, "Dana has opened the value on the page", False),
        (None, "Dana finds no value in the vault any more, and", False),
    ],
    ids=["ready", "opened by hand", "withdrawn by hand"],
)
def test_demo_does_only_what_nobody_has_done(
    kept: dict[str, Any] | None,
    words: str,
    opened: bool,  # noqa: FBT001  (a case)
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Forms are sent as the page has them."""
    page = PlayedPage(kept)
    page.play(tmp_path)
    new = {"service": ["libstaffer"], "key_id": ["new-2"]}
    shows = [("show-value", new)] if opened else []
    assert page.received == [*shows, ("confirm", new | {"ends": ["2028"]})]
    printed = " ".join(capsys.readouterr().out.split())
    assert "LibCal: already confirmed on the page" in printed
    assert f"LibStaffer: {words}" in printed
    assert "presses “Confirm it”." in printed
    assert VALUE.reveal() not in printed


def test_demo_fails_if_another_value_is_shown(tmp_path: Path) -> None:
    with pytest.raises(DemoError, match="did not show the value"):
        PlayedPage(KEPT, shown="another").play(tmp_path)


def test_demo_fails_if_a_value_is_found_elsewhere(tmp_path: Path) -> None:
    kept = KEPT | {"by": VALUE.reveal()}
    with pytest.raises(DemoError, match=r"^A new value was found in the status\.$"):
        PlayedPage(kept).play(tmp_path)


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
