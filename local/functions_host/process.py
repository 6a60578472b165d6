"""One worker process, as the host sees it."""

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from concurrent.futures import Future
from multiprocessing.connection import Connection
from pathlib import Path

from local.functions_host import rpc, worker_process
from local.functions_host.errors import InvocationFailed


class Process:
    """A process, and the calls that run in it."""

    def __init__(self, app: Path) -> None:
        """Start it: a fork is quicker, but safe only while this process has one thread."""
        self._host, worker = multiprocessing.Pipe()
        with worker:
            alone = threading.active_count() == 1
            self._pid = _forked(worker, app) if alone else _spawned(worker, app)
        self._guard, self._sending = threading.Lock(), threading.Lock()
        self._calls: dict[str, Future[rpc.InvocationResponse]] = {}
        self._failure: Exception | None = None
        self._ended = self.timed_out = False
        self.indexed: Future[rpc.FunctionMetadataResponse] = Future()

    def call(self, request: rpc.InvocationRequest) -> Future[rpc.InvocationResponse]:
        """Start a call, as soon as the app is indexed. Return where its answer comes."""
        self.indexed.result()
        answer: Future[rpc.InvocationResponse] = Future()
        with self._guard:
            if self._failure:
                raise self._failure
            self._calls[request.invocation_id] = answer
        self._send(request)
        return answer

    def stop(self) -> None:
        """Let the process end when nothing runs in it."""
        self._send(None)

    def _send(self, message: rpc.InvocationRequest | None) -> None:
        # not under the lock of the calls: the worker may send an answer first
        with self._sending, contextlib.suppress(OSError):  # it is dead, and `follow` notices
            self._host.send(message)

    def kill(self, *, timed_out: bool = False) -> None:
        """Kill the process, unless it has ended."""
        self.timed_out = timed_out
        if not self._ended:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)

    def follow(self) -> int:
        """Pass answers on until the process ends. Return its exit status, or minus its signal."""
        with contextlib.suppress(EOFError, OSError):
            self.indexed.set_result(self._host.recv())
            while True:
                response: rpc.InvocationResponse = self._host.recv()
                self._calls.pop(response.invocation_id).set_result(response)
        _, ended = os.waitpid(self._pid, 0)
        self._ended = True
        status = os.waitstatus_to_exitcode(ended)
        if not self.indexed.done():
            self.indexed.set_exception(InvocationFailed(died(status)))
        return status

    def fail(self, failure: Exception) -> None:
        """Fail all calls, present and future, after the process has ended."""
        with self._guard:
            self._failure = failure
        with self._sending:
            self._host.close()
        for answer in self._calls.values():
            answer.set_exception(failure)


def _forked(worker: Connection, app: Path) -> int:
    pid = os.fork()
    if not pid:
        worker_process.run(worker, app)
    return pid


def _spawned(worker: Connection, app: Path) -> int:
    script = (
        f"import sys; sys.path[:] = {sys.path!r}; "
        "from multiprocessing.connection import Connection; from pathlib import Path; "
        "from local.functions_host import worker_process; "
        f"worker_process.run(Connection({worker.fileno()}), Path({str(app)!r}))"
    )
    os.set_inheritable(worker.fileno(), True)
    options = [f"-W{each}" for each in sys.warnoptions]
    return os.posix_spawn(sys.executable, [sys.executable, *options, "-c", script], os.environ)


def died(status: int) -> str:
    """Return a sentence about a process that ended with this status."""
    how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
    return f"the worker process ended ({how})"
