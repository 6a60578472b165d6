"""Apps with mistakes, and hosts without their storage."""

import re
from collections.abc import Mapping
from typing import Any

from local.azurite import Azurite
from tests.conformance.life import Life, wait
from tests.conformance.raw_http import get
from tests.conformance.running import HostFailed

ADDED = """

@app.route(route="added")
def added(req: func.HttpRequest) -> str:
    return ""
"""


def wrong(life: Life, setup: Mapping[str, Any]) -> Mapping[str, object]:
    """Run an app with mistakes: `append` to its code, another `host_json`, other `settings`.

    `until` is what `health` answers at last.
    """
    code = life.app / "function_app.py"
    code.write_text(code.read_text("utf-8") + setup.get("append", ""), "utf-8")
    if "host_json" in setup:
        (life.app / "host.json").write_text(setup["host_json"], "utf-8")
    with life.running(**setup.get("settings", {})) as running:
        running.until("/api/health", setup["until"], 40)
        answers = {path: get(running.address, path) for path in ("/", "/api/health", "/api/echo")}
        names = [*setup.get("functions", ()), "health"]
        if setup.get("functions"):
            wait(lambda: "in error" in running.log(), "a function in error in the log", 5)
        log = running.log()
        routes = {path: get(running.address, path).status for path in setup.get("paths", ())}
        alive = running.ended(0)[0] is None
    health = answers["/api/health"]
    return {
        "statuses": {path: answer.status for path, answer in answers.items()} | routes,
        "health": health.body.decode("utf-8", "replace"),
        "in error": {name: _in_error(name, log) for name in names},
        "runs": alive,
    }


def _in_error(name: str, log: str) -> bool:
    return re.search(rf"The '{re.escape(name)}' function is in error: \S", log) is not None


def changed_file(life: Life, _setup: Mapping[str, Any]) -> Mapping[str, object]:
    """Add a function to the app of a running host."""
    code = life.app / "function_app.py"
    with life.ready() as running:
        code.write_text(code.read_text("utf-8") + ADDED, "utf-8")
        try:
            running.until("/api/added", 200, 30)
        except HostFailed:
            return {"answers with the new code": False}
        return {"answers with the new code": True}


def no_storage(life: Life, _setup: Mapping[str, Any]) -> Mapping[str, object]:
    """Start a host whose storage is out of reach."""
    storage = re.sub(r":\d+/", ":9/", life.storage)
    with life.running(AzureWebJobsStorage=storage) as running:
        status, seconds = running.ended(90)
        return {"status": -1 if status is None else status, "seconds": seconds}


def storage_goes(life: Life, _setup: Mapping[str, Any]) -> Mapping[str, object]:
    """Take the storage away from a running host."""
    with Azurite(services=("table", "blob", "queue")) as azurite:
        life.storage = azurite.tables
        with life.ready() as running:
            azurite.kill()
            status, seconds = running.ended(90)
            return {"status": -1 if status is None else status, "seconds": seconds}
