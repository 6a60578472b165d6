"""The app of the conformance table: it answers as it is asked, and notes what it was given.

Notes are JSON lines in the file `CONFORMANCE_NOTES`, so that they outlive a worker that dies.
"""

import json
import logging
import os
import sys
import time
from datetime import UTC, datetime
from typing import List  # noqa: UP035  (the worker knows `func.Out[List[str]]` only)

import azure.functions as func

_log = logging.getLogger(__name__)

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)


def _note(kind: str, **facts: object) -> None:
    """Add a line to the notes, if the app has a file for them."""
    path = os.environ.get("CONFORMANCE_NOTES")
    if path:
        line = {"kind": kind, "at": datetime.now(UTC).isoformat(), "pid": os.getpid(), **facts}
        with open(path, "a", encoding="utf-8") as notes:  # noqa: PTH123  (one write, at the end)
            notes.write(json.dumps(line) + "\n")


def _seen(req: func.HttpRequest) -> func.HttpResponse:
    """Return what arrived."""
    body = req.get_body()
    seen = {
        "method": req.method,
        "url": req.url,
        "params": dict(req.params),
        "route": dict(req.route_params),
        "headers": dict(req.headers),
        "length": len(body),
        "body": body[:1000].decode("latin-1"),
    }
    return func.HttpResponse(json.dumps(seen), mimetype="application/json")


@app.route(route="echo", methods=["GET", "POST"])
def echo(req: func.HttpRequest) -> func.HttpResponse:
    """Return what arrived."""
    return _seen(req)


@app.route(route="any")
def any_method(req: func.HttpRequest) -> func.HttpResponse:
    """Return what arrived, for every method."""
    return _seen(req)


@app.route(route="headed", methods=["GET", "HEAD"])
def headed(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001  (the trigger's argument)
    """Answer GET and HEAD."""
    return func.HttpResponse("headed", headers={"ETag": '"1"'})


@app.route(route="page/{form}", methods=["GET"])
def page(req: func.HttpRequest) -> func.HttpResponse:
    """Return what arrived at a route with one parameter."""
    return _seen(req)


@app.route(route="page/assets/{file}", methods=["GET"])
def page_assets(req: func.HttpRequest) -> func.HttpResponse:
    """Return what arrived at a longer route that begins as the one above."""
    return _seen(req)


@app.route(route="status", methods=["GET"])
def status(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001  (the trigger's argument)
    """Answer on a route that another one continues."""
    return func.HttpResponse("status")


@app.route(route="status.csv", methods=["GET"])
def status_csv(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001  (the trigger's argument)
    """Answer on a route with a dot."""
    return func.HttpResponse("status.csv")


@app.route(route="health", methods=["GET"])
def health(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001  (the trigger's argument)
    """Answer."""
    return func.HttpResponse("healthy")


@app.route(route="keyed", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
def keyed(req: func.HttpRequest) -> func.HttpResponse:
    """Return what arrived with a function key."""
    return _seen(req)


@app.route(route="guarded", methods=["GET"], auth_level=func.AuthLevel.ADMIN)
def guarded(req: func.HttpRequest) -> func.HttpResponse:
    """Return what arrived with the master key."""
    return _seen(req)


@app.route(route="respond", methods=["POST"])
def respond(req: func.HttpRequest) -> func.HttpResponse:
    """Respond as the JSON document in the body describes."""
    wanted = req.get_json()
    response = func.HttpResponse(
        wanted.get("body", "x" * wanted.get("size", 0)),
        status_code=wanted.get("status", 200),
        **({"mimetype": wanted["mimetype"]} if "mimetype" in wanted else {}),
    )
    for name, value in wanted.get("headers", []):
        response.headers.add(name, value)
    return response


@app.route(route="raises", methods=["GET"])
def raises(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001  (the trigger's argument)
    """Raise an exception with a text."""
    raise ValueError("text of the exception")


@app.route(route="none", methods=["GET"])
def none(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001  (the trigger's argument)
    """Return nothing."""
    return None  # type: ignore[return-value]  # (the point of this function)


@app.route(route="text", methods=["GET"])
def text(req: func.HttpRequest) -> str:  # noqa: ARG001  (the trigger's argument)
    """Return a text."""
    return "text"


@app.route(route="talk", methods=["GET"])
def talk(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001  (the trigger's argument)
    """Write to the log, and print."""
    _log.info('{"line": "one JSON line", "n": 1}')
    print("printed line")  # noqa: T201  (the point of this function)
    try:
        os.environ["LOGGED"]
    except KeyError:
        _log.exception("a logged exception")
    return func.HttpResponse("talked")


@app.route(route="sleep", methods=["GET"])
def sleep(req: func.HttpRequest) -> func.HttpResponse:
    """Answer after some seconds."""
    _note("sleep")
    time.sleep(float(req.params["seconds"]))
    return func.HttpResponse(str(os.getpid()))


@app.route(route="place", methods=["GET"])
def place(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001  (the trigger's argument)
    """Return where the app runs."""
    here = os.path.realpath(os.path.dirname(__file__))  # noqa: PTH120  (as sys.path has it)
    where = {
        "cwd": os.path.realpath(os.getcwd()) == here,  # noqa: PTH109  (the same)
        "last on the path": os.path.realpath(sys.path[-1]) == here,
        "name": __name__,
        "hostname": os.environ.get("WEBSITE_HOSTNAME"),
    }
    return func.HttpResponse(json.dumps(where), mimetype="application/json")


@app.route(route="die", methods=["GET"])
def die(req: func.HttpRequest) -> func.HttpResponse:
    """End the worker, as a lack of memory would; or with the status of the query."""
    os._exit(int(req.params.get("status", "3")))


@app.route(route="send", methods=["POST"])
@app.queue_output(
    arg_name="out", queue_name="%CONFORMANCE_QUEUE%", connection="CONFORMANCE_STORAGE"
)
def send(req: func.HttpRequest, out: func.Out[List[str]]) -> func.HttpResponse:  # noqa: UP006  (as at the import)
    """Send the texts of the body as messages; then fail, if asked to."""
    out.set(req.get_json())
    if req.params.get("fail"):
        raise ValueError("it fails after it set its output")
    return func.HttpResponse("sent")


@app.route(route="keep", methods=["POST"])
@app.queue_output(
    arg_name="out", queue_name="%CONFORMANCE_QUEUE%-kept", connection="CONFORMANCE_STORAGE"
)
def keep(req: func.HttpRequest, out: func.Out[List[str]]) -> func.HttpResponse:  # noqa: UP006  (as at the import)
    """Send the texts of the body to a queue that no function reads."""
    out.set(req.get_json())
    return func.HttpResponse("kept")


@app.queue_trigger(
    arg_name="message", queue_name="%CONFORMANCE_QUEUE%", connection="CONFORMANCE_STORAGE"
)
def take(message: func.QueueMessage) -> None:
    """Note a message. Fail for `fail ...`, sleep for `sleep SECONDS`."""
    content = message.get_body().decode()
    _note("message", body=content, dequeue_count=message.dequeue_count, id=message.id)
    if content.startswith("fail"):
        raise ValueError(content)
    if content.startswith("sleep"):
        time.sleep(float(content.split()[1]))
    _note("message done", body=content)


@app.timer_trigger(schedule="%CONFORMANCE_SCHEDULE%", arg_name="timer")
def tick(timer: func.TimerRequest) -> None:
    """Note what the timer gave; sleep or fail as the settings say."""
    status = getattr(timer, "schedule_status", None)
    _note("tick", past_due=timer.past_due, status=status, schedule=getattr(timer, "schedule", None))
    time.sleep(float(os.environ.get("CONFORMANCE_TICK_SECONDS", "0")))
    if os.environ.get("CONFORMANCE_TICK_FAILS"):
        raise ValueError("the tick fails")
    _note("tick done")
