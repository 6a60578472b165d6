"""Workers that die, end, or run too long."""

import contextlib
import time
from collections.abc import Mapping
from typing import Any

from tests.conformance.events_stopping import Call
from tests.conformance.life import Life, wait
from tests.conformance.raw_http import ERRORS, get
from tests.conformance.running import Running


def deaths(life: Life, _setup: Mapping[str, Any]) -> Mapping[str, object]:
    """Let the worker die three times."""
    with life.ready() as running:
        beside = Call(running, "/api/sleep?seconds=30")
        life.wait_for("sleep", 1)
        first = Call(running, "/api/die").done()
        next_one = Call(running, "/api/health").done()
        pid = life.notes("sleep")[0]["pid"]
        other = get(running.address, "/api/sleep?seconds=0").body.decode()
        Call(running, "/api/die").done()
        after_second = Call(running, "/api/health").done()
        Call(running, "/api/die").done()
        status, seconds = running.ended(20)
    return {
        "call": {"status": first.status, "seconds": first.seconds},
        "call beside it": beside.done().status,
        "next call": {"status": next_one.status, "seconds": next_one.seconds},
        "another process": other != str(pid),
        "after the second": after_second.status,
        "after the third": {"status": status, "seconds": seconds},
    }


def exit_0(life: Life, _setup: Mapping[str, Any]) -> Mapping[str, object]:
    """Let the worker end with status 0, which the host does not notice."""
    with life.ready() as running:
        calls = [Call(running, "/api/die?status=0", 2)]
        time.sleep(0.5)
        calls.append(Call(running, "/api/health", 1.5))
        answers = [call.done().status for call in calls]
        return {"answers": [answer or 0 for answer in answers], "host ended": _ended(running)}


def _ended(running: Running) -> bool:
    return running.ended(0.1)[0] is not None


def timeout(life: Life, _setup: Mapping[str, Any]) -> Mapping[str, object]:
    """Let a function run longer than `functionTimeout`, beside another one and a timer."""
    file = life.app / "host.json"
    file.write_text(file.read_text("utf-8").replace("00:00:20", "00:00:01"), "utf-8")
    with life.ready(CONFORMANCE_SCHEDULE="* * * * * *") as running:
        call = Call(running, "/api/sleep?seconds=60")
        [note] = life.wait_for("sleep", 1)
        time.sleep(0.5)
        beside = Call(running, "/api/sleep?seconds=60")
        call.done()
        with contextlib.suppress(*ERRORS):
            health = get(running.address, "/api/health").status
        wait(lambda: life.notes("tick")[-1]["pid"] != note["pid"], "a tick in the new worker")
        log = running.log()
    said = "Timeout value of 00:00:01 exceeded by function 'Functions.sleep'"
    return {
        "status": call.status,
        "seconds": life.as_if(call.seconds),
        "beside it": beside.done().status,
        "said": said in log,
        "health": health,
    }
