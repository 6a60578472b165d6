"""A host that stops loses nothing of what is still running."""

import subprocess
import sys
from pathlib import Path

from azure.storage.queue import QueueClient

from local.azurite import Azurite
from local.functions_host.queue_messages import encoded
from tests.functions_host.host_process import ROOT, environment

APP = """
import os, socket
import azure.functions as func

app = func.FunctionApp()

@app.timer_trigger(schedule="0 0 0 1 1 *", arg_name="timer")
@app.queue_output(queue_name="late", connection="AzureWebJobsStorage", arg_name="out")
def tick(timer: func.TimerRequest, out: func.Out[str]) -> None:
    wait()
    out.set("x")

@app.queue_trigger(queue_name="late", connection="AzureWebJobsStorage", arg_name="message")
def take(message: func.QueueMessage) -> None:
    wait()

def wait() -> None:
    with socket.create_connection(("127.0.0.1", int(os.environ["APP_PORT"]))) as client:
        client.recv(10)
"""


SCRIPT = """
import os, socket, sys, threading
import requests
from local.functions_host.local_host import LocalHost

with socket.create_server(("127.0.0.1", 0)) as teller:
    host = LocalHost(sys.argv[1], environment={"APP_PORT": str(teller.getsockname()[1])})
    with host:
        host.follow_queues()
        teller.accept()[0].close()  # the first message: the queue was polled
        requests.post(
            f"{host.url.removesuffix('/api')}/admin/functions/tick",
            headers={"x-functions-key": "local-master"},
            json={},
            timeout=20,
        ).raise_for_status()
        function, _ = teller.accept()
        stopping = threading.Thread(target=host.__exit__)
        stopping.start()
        stopping.join(0.5)
        assert stopping.is_alive()  # it waits for the function, and nothing else runs
        function.close()
        stopping.join()
"""


def test_outputs_of_a_function_that_is_still_running_are_sent(tmp_path: Path) -> None:
    """An administrator started it."""
    (tmp_path / "function_app.py").write_text(APP)
    (tmp_path / "host.json").write_text(
        '{"version": "2.0", "extensionBundle": {"id": "any", "version": "4.*"}}'
    )
    with (
        Azurite(services=("table", "queue")) as storage,
        QueueClient.from_connection_string(storage.tables, "late") as there,
    ):
        there.create_queue()
        there.send_message(encoded("first"))
        ran = subprocess.run(
            [sys.executable, "-c", SCRIPT, str(tmp_path)],
            env=environment(AzureWebJobsStorage=storage.tables),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert ran.returncode == 0, ran.stderr
        assert [each.content for each in there.peek_messages()] == [encoded("x")], ran.stderr
