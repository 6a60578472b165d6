"""Runs functions in a worker process, and replaces it when it dies.

As the host in Azure does it (Azure/azure-functions-host, `RpcFunctionInvocationDispatcher`): what
runs in a process that dies fails, and the third death, each within 30 minutes of the one before,
ends the host. A function that runs too long takes the process with it, which is no death. The end
of a process with status 0 is not noticed, and calls wait for it until the host stops.
"""

import contextlib
import json
import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple, Self

from local.functions_host import rpc, worker_process
from local.functions_host.errors import HostError, HostStopped, InvocationFailed

MAX_DEATHS = 3
DEATHS_APART = 30 * 60
"""Seconds without a death after which earlier ones do not count."""
END_SECONDS = 5
"""How long a process in which nothing runs may take to end."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Function:
    """An indexed function."""

    name: str
    id: str
    trigger: Mapping[str, object]
    """The trigger, as the host reads it: `type`, `name`, and the fields of that type."""
    retry: rpc.RpcRetryOptions | None = None
    outputs: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """The outputs, by name."""

    @property
    def kind(self) -> str:
        """The kind of the trigger: `http`, `timer`, `queue` ..."""
        return str(self.trigger["type"]).lower().removesuffix("trigger")


type About = Mapping[str, rpc.TypedData]
type Off = Callable[[Function, str], None]
"""Turns a function off that cannot be registered, and says why."""
NOTHING: About = {}


class Returned(NamedTuple):
    """The result of a function: its return value, and its outputs by name."""

    value: rpc.TypedData | None
    outputs: Mapping[str, rpc.TypedData]


class Limits(NamedTuple):
    """The seconds that a function may run, and how long it may then take to end."""

    timeout: float | None = None
    grace: float = 10.0


class Worker:
    """Indexes one app and runs its functions; use it in a `with` statement."""

    def __init__(self, app: Path, limits: Limits, give_up: Callable[[], None]) -> None:
        """Set the folder of the app; `give_up` is called after the last death."""
        self._app, self._limits, self._give_up = app, limits, give_up
        self._deaths: list[float] = []
        self._guard = threading.Lock()
        self._stopping = threading.Event()
        self.functions: Mapping[str, Function] = {}

    def __enter__(self) -> Self:
        """Import and index the app. Raise `HostError` with the worker's text if that fails."""
        self._process = _Process(self._app)
        self._thread = threading.Thread(target=self._follow, name="worker")
        self._thread.start()
        try:
            self.functions = self._indexed()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End the process, in which nothing should run any more."""
        with self._guard:
            self._stopping.set()
            self._process.stop()
        self._thread.join(END_SECONDS)
        self._process.kill()
        self._thread.join()

    def kill(self) -> None:
        """End the process with all that runs in it: the host stops and does not wait longer."""
        with self._guard:
            self._stopping.set()
            self._process.kill()

    def _indexed(self) -> Mapping[str, Function]:
        try:
            found = self._process.indexed.result()
        except InvocationFailed as error:
            raise HostError(f"the app in {self._app} cannot be imported: {error}") from None
        if found.result.status != rpc.StatusResult.Success:
            failure = found.result.exception or rpc.RpcException("the worker does not say why")
            said, _, _ = failure.message.partition(" Current sys.path:")
            refusal = HostError(f"the app in {self._app} cannot be indexed: {said}")
            refusal.add_note(failure.stack_trace.rstrip())
            raise refusal
        functions = {each.name: _function(each) for each in found.function_metadata_results or ()}
        if not functions:
            script = os.environ.get("PYTHON_SCRIPT_FILE_NAME", "function_app.py")
            raise HostError(f"the worker found no functions in {self._app / script}")
        return functions

    def invoke(
        self,
        function: Function,
        value: rpc.TypedData,
        about: About = NOTHING,
        *,
        attempt: int = 0,
        attempts: int = 0,
        invocation_id: str = "",
    ) -> Returned:
        """Run a function; `attempt` counts retries, of `attempts` allowed. `about` is metadata.

        Raises:
            InvocationFailed: the function raised, took too long, or its process died.
            HostStopped: the host stopped before the function ended.
        """
        request = rpc.InvocationRequest(
            invocation_id=invocation_id or str(uuid.uuid4()),
            function_id=function.name,  # an id is valid in one process only
            input_data=[rpc.ParameterBinding(str(function.trigger["name"]), value)],
            trigger_metadata=about,
            trace_context=rpc.RpcTraceContext(f"00-{uuid.uuid4().hex}-{uuid.uuid4().hex[:16]}-01"),
            retry_context=rpc.RetryContext(attempt, attempts),
        )
        process = self._process
        response = self._in_time(function, process, process.call(request))
        failure = response.result.exception
        if failure is not None:
            raise InvocationFailed(failure.message, failure.stack_trace)
        outputs = {each.name: each.data for each in response.output_data if each.data is not None}
        return Returned(response.return_value, outputs)

    def _in_time(
        self, function: Function, process: "_Process", answer: Future[rpc.InvocationResponse]
    ) -> rpc.InvocationResponse:
        """Wait for an answer. End the process if there is none in time."""
        limit, grace = self._limits
        with contextlib.suppress(TimeoutError):
            return answer.result(limit)
        allowed = time.strftime("%H:%M:%S", time.gmtime(limit or 0))
        said = f"Timeout value of {allowed} exceeded by function 'Functions.{function.name}'"
        _log.error("%s. The worker is ended in %g s, unless the function ends.", said, grace)
        with contextlib.suppress(TimeoutError):
            return answer.result(grace)
        process.kill(timed_out=True)
        with contextlib.suppress(InvocationFailed):
            return answer.result()
        raise InvocationFailed(said)

    def _follow(self) -> None:
        """Pass answers on, and start a new process after a death, until the host stops."""
        while True:
            process = self._process
            status = process.follow()
            if not status:  # as in Azure, nobody notices
                self._stopping.wait()
            with self._guard:
                if self._stopping.is_set():
                    process.fail(HostStopped("the host stopped before the function ended"))
                    return
                failure = InvocationFailed(f"the worker process ended ({_words(status)})")
                _log.error("%s, with all that ran in it", failure)
                if not process.timed_out and self._dead():
                    process.fail(failure)
                    break
                self._process = _Process(self._app)
                process.fail(failure)
        _log.error("the worker died %d times: the host stops", MAX_DEATHS)
        self._give_up()

    def _dead(self) -> bool:
        """Note a death. Return whether it is the last one that the host accepts."""
        now = time.monotonic()
        if self._deaths and now - self._deaths[-1] > DEATHS_APART:
            self._deaths.clear()
        self._deaths.append(now)
        return len(self._deaths) == MAX_DEATHS


class _Process:
    """One worker process, and the calls that run in it."""

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
        _, status = os.waitpid(self._pid, 0)
        self._ended = True
        return os.waitstatus_to_exitcode(status)

    def fail(self, failure: Exception) -> None:
        """Fail all calls, present and future, after the process has ended."""
        with self._guard:
            self._failure = failure
        self._host.close()
        if not self.indexed.done():
            self.indexed.set_exception(failure)
        for answer in self._calls.values():
            answer.set_exception(failure)


def _function(found: rpc.RpcFunctionMetadata) -> Function:
    bindings = [json.loads(binding) for binding in found.raw_bindings]
    trigger = next(each for each in bindings if each["type"].lower().endswith("trigger"))
    outputs = {
        str(each["name"]): each
        for each in bindings
        if str(each.get("direction", "")).lower() == "out"
    }
    return Function(found.name, found.function_id, trigger, found.retry_options, outputs)


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


def _words(status: int) -> str:
    return signal.Signals(-status).name if status < 0 else f"exit status {status}"
