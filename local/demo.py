"""`make demo`: run the real app on this machine, against stand-ins, and print what happens.

In the stand-in tenant LibCal's secret expires in 6 days, LibStaffer's in 20. The demo fires the
timer, shows the card that was posted, and shows that a second check sends nothing. At the end it
serves the status page, with a person signed in.
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
LOG = "build/demo/host.log"
KEY, MASTER_KEY = {"x-functions-key": "local"}, {"x-functions-key": "local-master"}
PERSON = "Dana Example"
"""The person who is signed in to the page."""
TIMEOUT_SECONDS = 60.0
"""Seconds to wait for the host, and for a check."""
MAX_DRAWING_SECONDS = 20.0
"""Limit for the browser; it is started twice."""
MAX_DEMO_SECONDS = 100
"""Limit for the whole demo, until it waits for Ctrl-C."""


class DemoError(Exception):
    """The demo failed. The text says why and what to do."""


def main() -> int:
    """Run the demo and return the exit status."""
    SHOWN.mkdir(parents=True, exist_ok=True)
    try:
        with _limited(MAX_DEMO_SECONDS), Azurite() as azurite, _tenant() as tenant:
            environment = {
                **os.environ,
                **tenant.environment,
                "LAPSEWATCH_TABLES": azurite.tables,
                "LAPSEWATCH_SCHEDULE": "0 5 * * * *",
                "LOCAL_FUNCTION_KEY": KEY["x-functions-key"],
                "LOCAL_MASTER_KEY": MASTER_KEY["x-functions-key"],
            }
            with _host(environment) as root:
                _show_checks(root, tenant, environment)
                _serve(root, tenant)
    except requests.RequestException as error:
        print(f"The local host did not answer: {error}. See {LOG}.", file=sys.stderr)
        return 1
    except (AzuriteError, DemoError, RendererMissing) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped")
    return 0


def _show_checks(root: str, tenant: Tenant, environment: Mapping[str, str]) -> None:
    _title("1. The timer fires")
    requests.post(
        f"{root}/admin/functions/tick", headers=MASTER_KEY, json={}, timeout=TIMEOUT_SECONDS
    ).raise_for_status()
    _wait_for_a_check(root)
    _title("2. The status   (python -m shared status)")
    status = subprocess.run(
        [sys.executable, "-m", "shared", "status"], cwd=ROOT, env=dict(environment), check=False
    )
    if status.returncode:
        raise DemoError(f"The command failed (exit status {status.returncode}).")
    _title("3. The message in Teams")
    posted = tenant.posted("its")
    cards = [
        attachment["content"]
        for message in posted
        for attachment in cast("list[dict[str, Any]]", message.message["attachments"])
    ]
    for card in cards:
        print("\n".join(line for line in _lines(card) if line))
    _show(cards)
    _title("4. A second check   (POST /api/check)")
    again = requests.post(f"{root}/api/check", headers=KEY, timeout=TIMEOUT_SECONDS).json()
    more = len(tenant.posted("its")) - len(posted)
    result = f"outcome {again['outcome']}, {len(again['told'])} messages due, {more} posted"
    if more or again["told"]:
        raise DemoError(f"The second check sent a message again: {result}.")
    print(f"{result}: everyone has been notified already.")


def _lines(part: Any) -> Iterator[str]:  # noqa: ANN401  (a card, or a part of one)
    """Yield the lines of a card, without the parts that a button unfolds."""
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
    """Wait for the result of the first check: the timer runs in the background, as in Azure."""
    end = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < end:
        check: dict[str, Any] = requests.get(
            f"{root}/api/status", headers=KEY, timeout=TIMEOUT_SECONDS
        ).json()["check"]
        if check["outcome"] is not None:
            print(f"the check has ended: {check['outcome']}")
            return
        time.sleep(0.2)
    raise DemoError(f"The check did not end within {TIMEOUT_SECONDS:.0f} seconds. See {LOG}.")


def _show(cards: list[dict[str, Any]]) -> None:
    """Write the cards as an HTML page and, if there is a browser, as a picture."""
    page = to_html(cards)
    (SHOWN / "card.html").write_text(page, encoding="utf-8")
    print(f"\nAs Teams shows it: {_short(SHOWN / 'card.html')}")
    try:
        picture(page, SHOWN / "card.png", within=MAX_DRAWING_SECONDS)
    except BrowserError as error:
        print(f"No picture: {error}")
    else:
        print(f"A picture:         {_short(SHOWN / 'card.png')}")


def _serve(root: str, tenant: Tenant) -> None:
    """Print the addresses. On a terminal, serve until Ctrl-C."""
    _title("5. Try it yourself")
    page = f"{root}/api/page"
    answer = requests.get(page, timeout=TIMEOUT_SECONDS)
    if answer.status_code != requests.codes.ok or PERSON not in answer.text:
        raise DemoError(
            f"The page did not open for {PERSON} (HTTP {answer.status_code}). See {LOG}."
        )
    print(f"  the status page, with {PERSON} signed in: {page}")
    for path in ("health", "status?code=local", "calendar.ics?code=local"):
        print(f"  {root}/api/{path}")
    print(f"  messages in Teams: {tenant.teams_url('its')}")
    print(f"  log of the app: {LOG}")
    if sys.stdout.isatty():
        signal.alarm(0)  # people may look as long as they like
        if (
            sys.platform == "darwin"
            or os.environ.get("DISPLAY")
            or os.environ.get("WAYLAND_DISPLAY")
        ):
            webbrowser.open(page)
        with stop_signals() as stopped:
            print("\nPress Ctrl-C to stop.", flush=True)
            stopped()
        print("\nstopped")
    else:
        print("\nThe demo stops here. On a terminal it serves until Ctrl-C.")


@contextlib.contextmanager
def _limited(seconds: int) -> Iterator[None]:
    """Raise `DemoError` in the body after this time, wherever it waits."""

    def end(_number: int, _frame: object) -> None:
        raise DemoError(f"The demo did not finish within {seconds} seconds. See {LOG}.")

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def _tenant() -> Iterator[Tenant]:
    """Yield the stand-in tenant at its usual port, or at any if that is taken."""
    with contextlib.ExitStack() as stack:
        try:
            tenant = stack.enter_context(Tenant(port=_port(DEFAULT_PORT)))
        except OSError:  # taken since it was probed
            tenant = stack.enter_context(Tenant())
        yield tenant


@contextlib.contextmanager
def _host(environment: Mapping[str, str]) -> Iterator[str]:
    """Yield the root of a local host at its usual port, or at any if that is taken."""
    with contextlib.ExitStack() as stack:
        root = stack.enter_context(_host_at(_port(7071), environment))
        if not root:  # the port may have been taken since it was probed
            root = stack.enter_context(_host_at(0, environment))
        if not root:
            raise DemoError(f"The local host did not start. See {LOG}.")
        yield root


@contextlib.contextmanager
def _host_at(port: int, environment: Mapping[str, str]) -> Iterator[str]:
    """Run a local host in its own process. Yield its root, empty if it did not start."""
    options = ["--port", str(port), "--no-timers", "--signed-in", PERSON]
    command = [sys.executable, "-m", "local.host", *options]
    log = (ROOT / LOG).open("w", encoding="utf-8")
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
    """Return the usual port, or 0 (any) if it is taken."""
    with socket.socket() as probe:
        return 0 if probe.connect_ex(("127.0.0.1", wanted)) == 0 else wanted


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _title(text: str) -> None:
    print(f"\n── {text} {'─' * max(3, 100 - len(text))}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
