"""Run the functions of the app side by side in one process, then one after the other.

The Functions host runs the synchronous functions of one instance in many threads. A process of its
own also shows the first use of everything that is imported or made then. Prints both results.
"""

import json
import re
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any

import azure.functions as func

from tests.support.app_routes import functions

TIME = re.compile(
    r"\d{8}T\d{6}Z|SEQUENCE:\d+|\d{4}-\d\d-\d\dT[0-9:.]+(Z|\+00:00)|\b\d\d?:\d\d(:\d\d)?\b|"
    r"\d+ (second|minute)s? ago|just now|\"seconds\": [0-9.]+"
)
READS = ("status", "page", "metrics", "calendar", "status_csv", "health", "status", "page")


def asked(name: str, method: str, headers: Mapping[str, str], **params: str) -> object:
    """Return the status and the body of an answer, without times."""
    request = func.HttpRequest(
        method, "http://127.0.0.1/api/x", headers=headers, params=params, route_params={}, body=b""
    )
    found = functions()[name].get_user_function()(request)
    text = found.get_body().decode()
    if name == "check":
        document = json.loads(text)
        return [found.status_code, document["outcome"], document["told"]]
    if name == "metrics":
        text = re.sub(
            r"^(lapsewatch_\S*(seconds|requests)\S*) .*$", r"\1", text, flags=re.MULTILINE
        )
    return [found.status_code, TIME.sub("TIME", text)]


def ticked(_: object = None) -> object:
    """Run the timer's function; return what it queued."""
    queued: list[Any] = []
    due: Any = type("Out", (), {"set": staticmethod(queued.append)})
    functions()["tick"].get_user_function()(timer=None, due=due)
    return queued


def received() -> object:
    """Run the function of the queue with the message of the only tenant."""
    return functions()["tenant"].get_user_function()(func.QueueMessage(body=b"own"))


def work(person: Mapping[str, str]) -> list[Callable[[], object]]:
    reads = [lambda name=name: asked(name, "GET", person) for name in READS]
    return [
        *reads,
        lambda: asked("status", "GET", {}, live="true"),
        lambda: asked("check", "POST", {}),
        ticked,
        received,
    ]


def together(calls: list[Callable[[], object]]) -> list[object]:
    """Return the result, or the error, of each call; all begin at once."""
    barrier, results = threading.Barrier(len(calls)), [None] * len(calls)
    found: list[object] = list(results)

    def run(number: int) -> None:
        barrier.wait()
        try:
            found[number] = calls[number]()
        except Exception as error:  # noqa: BLE001  (each is part of the result)
            found[number] = repr(error)

    threads = [threading.Thread(target=run, args=[number]) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def main() -> None:
    """Print what the calls return, side by side first."""
    calls = work({"x-ms-token-aad-id-token": sys.stdin.read()})
    first = together(calls)
    json.dump([first, [call() for call in calls]], sys.stdout)


if __name__ == "__main__":
    main()
