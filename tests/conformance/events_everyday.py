"""Queues and the log of a host that nothing happens to."""

import contextlib
import json
import re
import time
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from azure.core.exceptions import ResourceNotFoundError

from tests.conformance.events_stopping import Call
from tests.conformance.life import Life, at, start_by_hand, wait
from tests.conformance.raw_http import Answer, ask, get
from tests.conformance.running import Running


def queues(life: Life, _setup: Mapping[str, Any]) -> Mapping[str, object]:
    """Send messages as output, let the function take them, fail, and sleep."""
    with life.ready() as running:
        facts = _outputs(life, running)
        _send(running, "send", ["a", "b", ""])
        facts["taken"] = [note["body"] for note in life.wait_for("message done", 3)]
        facts["dequeue count"] = life.notes("message")[0]["dequeue_count"]
        failed = _send(running, "send?fail=1", ["never"])
        facts |= _by_hand(life, running) | _tries(life, running) | _slow(life, running)
        bodies = {note["body"] for note in life.notes("message")}
        facts["of a failed function"] = {"status": failed.status, "sent": "never" in bodies}
    return facts


def _send(running: Running, route: str, texts: list[str]) -> Answer:
    body = json.dumps(texts).encode()
    return ask(running.address, "POST", f"/api/{route}", body, Content_Type="application/json")


def _outputs(life: Life, running: Running) -> dict[str, object]:
    """Send to a queue that no function reads, and look before anything else happens."""
    with life.messages("-kept") as client:
        _send(running, "keep", ["first", "sécond"])
        kept = [message.content for message in client.receive_messages()]
        empty = _send(running, "keep", [])
        large = _send(running, "keep", ["x" * 65_536])
        return {
            "wire": [b64decode(each).decode() for each in kept],
            "empty list": {"status": empty.status, "messages": _number(client)},
            "too large": large.status,
        }


def _number(client: Any) -> int:  # noqa: ANN401  (a client of the SDK)
    return len(list(client.receive_messages()))


def _by_hand(life: Life, running: Running) -> dict[str, object]:
    answer = start_by_hand(running, "take", {"input": "by hand"})
    if answer.status != 202:
        return {"by hand": {"status": answer.status}}
    wait(lambda: _bodies(life).count("by hand"), "the message by hand")
    note = next(note for note in life.notes("message") if note["body"] == "by hand")
    told = {"dequeue_count": note["dequeue_count"], "has an id": note["id"] is not None}
    return {"by hand": {"status": answer.status, **told}}


def _bodies(life: Life) -> list[str]:
    return [note["body"] for note in life.notes("message")]


def _tries(life: Life, running: Running) -> dict[str, object]:
    _send(running, "send", ["fail"])
    wait(lambda: _bodies(life).count("fail") >= 5, "five tries")
    with life.messages("-poison") as client:
        poison: list[Any] = []

        def arrived() -> bool:
            with contextlib.suppress(ResourceNotFoundError):  # the host makes the queue
                poison.extend(client.receive_messages())
            return bool(poison)

        wait(arrived, "a message in the poison queue")
    tries = [note for note in life.notes("message") if note["body"] == "fail"]
    return {
        "tries": [note["dequeue_count"] for note in tries],
        "tries took": (at(tries[-1]) - at(tries[0])).total_seconds(),
        "poison": {
            "content": b64decode(poison[0].content).decode(),
            "dequeue count": poison[0].dequeue_count,
        },
    }


def _slow(life: Life, running: Running) -> dict[str, object]:
    sent = time.time()
    _send(running, "send", ["sleep 0.6", "sleep 0.3"])
    wait(lambda: "sleep 0.6" in _bodies(life), "the first message")
    with life.messages() as client:
        time.sleep(0.2)
        while_first = len(_bodies(life)), _bodies(life)[-1]
        visible = [each.content for each in client.peek_messages(5)]
    wait(lambda: "sleep 0.3" in _bodies(life), "the second message")
    first = next(note for note in life.notes("message") if note["body"] == "sleep 0.6")
    return {
        "taken after": at(first).timestamp() - sent,
        "one at a time": while_first[1] == "sleep 0.6",
        "hidden": [b64decode(each).decode() for each in visible] == ["sleep 0.3"],
    }


def logs(life: Life, _setup: Mapping[str, Any]) -> Mapping[str, object]:
    """Call functions at once, then functions that log, print and fail, with a key in the query."""
    with life.ready() as running:
        began = time.monotonic()
        calls = [Call(running, "/api/sleep?seconds=0.5") for _ in range(12)]
        answers = {call.done().status for call in calls}
        together = time.monotonic() - began if answers == {200} else -1
        get(running.address, "/api/talk?code=not-to-be-seen")
        get(running.address, "/api/raises?code=not-to-be-seen")
        get(running.address, "/api/nothing?code=not-to-be-seen")
        wait(lambda: "Executed 'Functions.raises'" in running.log(), "the end of raises in the log")
        wait(lambda: "printed line" in running.log(), "the printed line in the log")
        log = running.log()
    called = "This function was programmatically called via the host APIs."
    return {
        "twelve at once": together,
        "executing": _has(
            log, rf"Executing 'Functions\.talk' \(Reason='{called}', Id=[-\w]{{36}}\)"
        ),
        "executed": _has(
            log, r"Executed 'Functions\.talk' \(Succeeded, Id=[-\w]{36}, Duration=\d+ms\)"
        ),
        "failed": _has(log, r"Executed 'Functions\.raises' \(Failed, Id=[-\w]{36}, Duration="),
        "exception": _has(log, r"ValueError: text of the exception"),
        "one line": _has(log, r'\{"line": "one JSON line", "n": 1\}'),
        "category": _has(log, r'Function\.talk\.User\b[^\n]*\n?[^\n]*\{"line": "one JSON line"'),
        "traceback": _has(log, r"a logged exception\s[^\x00]{0,2000}KeyError: 'LOGGED'"),
        "print": _has(log, r"printed line"),
        "print category": _has(log, r"Host\.Function\.Console\b[^\n]*\n?[^\n]*printed line"),
        "path": "/api/talk" in log,
        "query": "not-to-be-seen" in log,
    }


def _has(log: str, pattern: str) -> bool:
    return re.search(pattern, log) is not None
