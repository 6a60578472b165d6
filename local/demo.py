"""`make demo`: the real app, through the real worker library, against stand-ins on this machine; what happened is printed.

The tenant's story is the library's: LibCal's secret ends in 6 days, LibStaffer's in 20. The timer
is fired, the card is shown as it was posted, and a second run shows that nobody is told twice. At
the end the status page is open, and somebody is signed in to it.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import requests

from local.azurite import Azurite, AzuriteError
from local.browser import BrowserError
from local.cards import RendererMissing, picture, to_html
from local.stand_in.tenant import Tenant
from local.stop_signals import stop_signals
from local.tenant import DEFAULT_PORT

ROOT = Path(__file__).resolve().parents[1]
SHOWN = ROOT / "build" / "demo"
KEY = {"x-functions-key": "local"}
PERSON = "Dana Example"
"""Who is signed in to the page."""
TIMEOUT_SECONDS = 60.0
"""Seconds to wait for the host, and for a check."""
DRAWN_WITHIN = 20.0
"""Seconds that the browser may take, each of two times."""
ALL_WITHIN = 100
"""Seconds that the whole story may take."""


class DemoError(Exception):
    """The demo cannot go on. The text says why, and what to do."""


def main() -> int:
    """Run the demo; give the exit status."""
    SHOWN.mkdir(parents=True, exist_ok=True)
    try:
        with _limited(ALL_WITHIN), Azurite() as azurite, _tenant() as tenant:
            environment = (
                os.environ
                | dict(tenant.environment)
                | {
                    "LAPSEWATCH_TABLES": azurite.tables,
                    "LAPSEWATCH_SCHEDULE": "0 5 * * * *",
                    "LOCAL_FUNCTION_KEY": KEY["x-functions-key"],
                }
            )
            with _host(environment) as root:
                _tell_the_story(root, tenant, environment)
                _serve(root, tenant)
    except requests.RequestException as error:
        print(
            f"The local host did not answer: {error}. See {_short(SHOWN / 'host.log')}.",
            file=sys.stderr,
        )
        return 1
    except (AzuriteError, DemoError, RendererMissing) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped")
    return 0


def _tell_the_story(root: str, tenant: Tenant, environment: Mapping[str, str]) -> None:
    _title("1. The timer fires")
    requests.post(
        f"{root}/admin/functions/tick", headers=KEY, timeout=TIMEOUT_SECONDS
    ).raise_for_status()
    _wait_for_a_check(root)
    _title("2. How do we stand?   (python -m shared status)")
    status = subprocess.run(
        [sys.executable, "-m", "shared", "status"], cwd=ROOT, env=dict(environment), check=False
    )
    if status.returncode:
        raise DemoError(f"The command failed (exit status {status.returncode}).")
    _title("3. What Teams was sent")
    posted = tenant.posted("its")
    cards = [
        attachment["content"]
        for message in posted
        for attachment in cast("list[dict[str, Any]]", message.message["attachments"])
    ]
    for card in cards:
        print("\n".join(line for line in _lines(card) if line))
    _show(cards)
    _title("4. A second run, right after   (POST /api/check)")
    again = requests.post(f"{root}/api/check", headers=KEY, timeout=TIMEOUT_SECONDS).json()
    more = len(tenant.posted("its")) - len(posted)
    print(
        f"outcome {again['outcome']}, {len(again['told'])} messages due, {more} posted: everybody knows already, so nobody is told again."
    )
    if more or again["told"]:
        raise DemoError("That is wrong: somebody was told twice.")


def _lines(part: Any) -> Iterator[str]:  # noqa: ANN401  (a card, or a part of one)
    """Give what a card says, line by line; what only a button unfolds is left out."""
    match part:
        case {"isVisible": False}:
            return
        case {"type": "TextBlock", "text": text}:
            yield text
        case {"type": "RichTextBlock", "inlines": inlines}:
            yield "".join(inline["text"] for inline in inlines)
        case {"type": "ColumnSet", "columns": columns}:
            yield "  " + ": ".join(" ".join(_lines(column)) for column in columns)
        case {"body": items} | {"items": items}:
            for item in items:
                yield from _lines(item)


def _wait_for_a_check(root: str) -> None:
    """Wait until the first check is recorded: the timer runs in the background, as in Azure."""
    end = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < end:
        check: dict[str, Any] = requests.get(
            f"{root}/api/status", headers=KEY, timeout=TIMEOUT_SECONDS
        ).json()["check"]
        if check["outcome"] is not None:
            print(f"the check ended: {check['outcome']}")
            return
        time.sleep(0.2)
    raise DemoError(f"No check was recorded within {TIMEOUT_SECONDS:.0f} seconds.")


def _show(cards: list[dict[str, Any]]) -> None:
    """Write the cards as a page, and as a picture where there is a browser to draw it."""
    page = to_html(cards)
    (SHOWN / "card.html").write_text(page, encoding="utf-8")
    print(f"\nAs Teams shows it: {_short(SHOWN / 'card.html')}")
    try:
        picture(page, SHOWN / "card.png", within=DRAWN_WITHIN)
    except BrowserError as error:
        print(f"No picture of it: {error}")
    else:
        print(f"A picture of it:   {_short(SHOWN / 'card.png')}")


def _serve(root: str, tenant: Tenant) -> None:
    """On a terminal, leave everything running until Ctrl-C; otherwise say where it was and end."""
    _title("5. Try it yourself")
    page = f"{root}/api/page"
    answer = requests.get(page, timeout=TIMEOUT_SECONDS)
    if answer.status_code != requests.codes.ok or PERSON not in answer.text:
        raise DemoError(
            f"The page did not open for {PERSON} (HTTP {answer.status_code}); {_short(SHOWN / 'host.log')} says why."
        )
    print(f"  the status page, with {PERSON} signed in: {page}")
    print(
        f"  {root}/api/health\n  {root}/api/status?code=local\n  {root}/api/calendar.ics?code=local"
    )
    print(
        f"  what Teams was sent: {tenant.teams_url('its')}\n  what the app logged: {_short(SHOWN / 'host.log')}"
    )
    if sys.stdout.isatty():
        signal.alarm(0)  # from here on it takes as long as people like
        if (
            sys.platform == "darwin"
            or os.environ.get("DISPLAY")
            or os.environ.get("WAYLAND_DISPLAY")
        ):
            webbrowser.open(page)
        with stop_signals() as stopped:
            print("\nCtrl-C ends it.", flush=True)
            stopped()
        print("\nstopped")
    else:
        print("\nNot on a terminal, so this is the end; on a terminal it goes on until Ctrl-C.")


@contextlib.contextmanager
def _limited(seconds: int) -> Iterator[None]:
    """End what is done within, wherever it waits, with `DemoError` after so many seconds."""

    def end(_number: int, _frame: object) -> None:
        raise DemoError(
            f"The demo did not end within {seconds} seconds. See {_short(SHOWN / 'host.log')}."
        )

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def _tenant() -> Iterator[Tenant]:
    """Give the stand-in tenant, at the port that people expect or at any."""
    with contextlib.ExitStack() as stack:
        try:
            tenant = stack.enter_context(Tenant(port=_port(DEFAULT_PORT)))
        except OSError:  # somebody took it since it was looked at
            tenant = stack.enter_context(Tenant())
        yield tenant


@contextlib.contextmanager
def _host(environment: Mapping[str, str]) -> Iterator[str]:
    """Give the root of a local host, at the port that people expect or at any."""
    with contextlib.ExitStack() as stack:
        root = stack.enter_context(_host_at(_port(7071), environment))
        root = root or stack.enter_context(
            _host_at(0, environment)
        )  # somebody may have taken it since it was looked at
        if not root:
            raise DemoError(f"The local host did not start; {_short(SHOWN / 'host.log')} says why.")
        yield root


@contextlib.contextmanager
def _host_at(port: int, environment: Mapping[str, str]) -> Iterator[str]:
    """Give the root of a local host in a process of its own, as `func start` would be; empty if it did not start."""
    command = [
        sys.executable,
        "-m",
        "local.host",
        "--port",
        str(port),
        "--no-timers",
        "--signed-in",
        PERSON,
    ]
    log = (SHOWN / "host.log").open("w", encoding="utf-8")
    with (
        log,
        subprocess.Popen(  # noqa: S603  (our own module)
            command, cwd=ROOT, env=dict(environment), stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        assert process.stdout is not None
        try:
            root = ""
            for line in process.stdout:
                print(line.rstrip(), flush=True)
                if line.startswith("listening on "):
                    root = line.removeprefix("listening on ").strip().removesuffix("/api")
                    break
            yield root
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()


def _port(wanted: int) -> int:
    """Give the port that people expect, or 0 (any) where it is taken."""
    with socket.socket() as probe:
        return 0 if probe.connect_ex(("127.0.0.1", wanted)) == 0 else wanted


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _title(text: str) -> None:
    print(f"\n── {text} {'─' * max(3, 100 - len(text))}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
