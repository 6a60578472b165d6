"""A small app for the tests of the local host: timers, all access levels, failures."""

import json
import logging
import os
import socket

import azure.functions as func
from pages import pages  # type: ignore[import-not-found]  # (beside this file, as in Azure, and not a module of the project)

_log = logging.getLogger(__name__)
RUNS: list[dict[str, object]] = []

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
app.register_functions(pages)


@app.timer_trigger(schedule="%SAMPLE_SCHEDULE%", arg_name="timer", use_monitor=True)
@app.retry(strategy="fixed_delay", max_retry_count="2", delay_interval="00:00:00")
def tick(timer: func.TimerRequest, context: func.Context) -> None:
    """Fail as often as the setting says, then note the run."""
    status = timer.schedule_status  # type: ignore[attr-defined]  # (the class that arrives has it)
    retry = context.retry_context.retry_count
    print(f"tick: past due {timer.past_due}, retry {retry}")  # noqa: T201  (what an app prints stays as it is)
    _log.info("the tick runs")
    if retry < int(os.environ.get("SAMPLE_FAILURES", "0")):
        raise RuntimeError("Graph is down")
    RUNS.append({"past_due": timer.past_due, "retry": retry, "last": status.get("Last")})


@app.route(route="items/{kind:alpha}/{id:int?}", methods=["GET", "POST"])
async def items(req: func.HttpRequest) -> func.HttpResponse:
    """Return what arrived."""
    _log.warning("items are read")
    seen = {
        "params": dict(req.route_params),
        "query": dict(req.params),
        "headers": {
            name: value for name, value in req.headers.items() if name.startswith("x-seen")
        },
        "body": req.get_body().decode(),
        "method": req.method,
    }
    return func.HttpResponse(
        json.dumps(seen),
        mimetype="application/json",
        status_code=201 if req.method == "POST" else 200,
    )


@app.route(route="runs", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def runs(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001  (a trigger's parameter)
    """Return the runs of the timer."""
    return func.HttpResponse(json.dumps(RUNS), mimetype="application/json")


@app.route(route="keep", methods=["GET"], auth_level=func.AuthLevel.ADMIN)
def keep(req: func.HttpRequest) -> str:  # noqa: ARG001  (a trigger's parameter)
    """Answer with bare text."""
    return "kept"


@app.route(route="slow", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def slow(req: func.HttpRequest) -> func.HttpResponse:
    """Answer when a client at that port of 127.0.0.1 permits it."""
    with socket.create_connection(("127.0.0.1", int(req.params["port"]))) as teller:
        return func.HttpResponse(teller.recv(100))


@app.route(route="broken", auth_level=func.AuthLevel.ANONYMOUS)
def broken(req: func.HttpRequest) -> func.HttpResponse:
    """Raise."""
    raise ValueError(f"nothing works, {req.method}")
