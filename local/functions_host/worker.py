"""Drives the Python worker library in this process: the code that runs functions in Azure.

The library is the real one: the import of function_app.py, the check of each signature against its
bindings, the conversion of values, the thread pool, `async` functions, the texts of exceptions. It
has no public contract, so its version is pinned. **It keeps the indexed functions in module
globals, and Python keeps imported modules: one app per process.**
"""

import asyncio
import contextlib
import importlib
import json
import os
import sys
import threading
import uuid
from collections.abc import Coroutine, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import NamedTuple, Self, cast

from local.functions_host import rpc
from local.functions_host.errors import HostError, InvocationFailed


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
NOTHING: About = {}


class Returned(NamedTuple):
    """The result of a function: its return value, and its outputs by name."""

    value: rpc.TypedData | None
    outputs: Mapping[str, rpc.TypedData]


class Worker:
    """Indexes one app and runs its functions; use it in a `with` statement."""

    def __init__(self, app: Path) -> None:
        """Set the folder of the app; nothing is imported yet."""
        self._app = app
        self._names: dict[str, str] = {}  # the running functions, by invocation id
        self.functions: Mapping[str, Function] = {}

    def __enter__(self) -> Self:
        """Import and index the app. Raise `HostError` with the worker's text if that fails."""
        script = Path(os.environ.get("PYTHON_SCRIPT_FILE_NAME", "function_app.py"))
        if script.stem in sys.modules:
            raise HostError(
                f"{script.stem} is imported already, and a process can host only one app: "
                "start another process"
            )
        with contextlib.ExitStack() as stack:
            self._loop = stack.enter_context(_loop())
            # not earlier: the library reads the environment of the app when it is imported
            self._library: ModuleType = importlib.import_module("azure_functions_runtime")
            self._library.start_threadpool_executor()
            stack.callback(self._library.stop_threadpool_executor)
            self.functions = {function.name: function for function in self._indexed()}
            if not self.functions:
                raise HostError(f"the worker found no functions in {self._app / script}")
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Wait for the running functions, and stop the threads."""
        self._stack.close()

    def _indexed(self) -> Iterator[Function]:
        init = cast(
            "rpc.WorkerInitResponse",
            self._ask(
                "worker_init_request",
                rpc.WorkerInitRequest("4.0.0", function_app_directory=str(self._app)),
            ),
        )
        self._accept(init.result)
        found = cast("rpc.FunctionMetadataResponse", self._ask("functions_metadata_request", None))
        self._accept(found.result)
        for each in found.function_metadata_results or ():
            request = rpc.FunctionLoadRequest(each.function_id, each)
            self._accept(
                cast("rpc.FunctionLoadResponse", self._ask("function_load_request", request)).result
            )
            bindings = [json.loads(binding) for binding in each.raw_bindings]
            trigger = next(
                binding for binding in bindings if binding["type"].lower().endswith("trigger")
            )
            outputs = {
                str(binding["name"]): binding
                for binding in bindings
                if str(binding.get("direction", "")).lower() == "out"
            }
            yield Function(each.name, each.function_id, trigger, each.retry_options, outputs)

    def invoke(
        self,
        function: Function,
        value: rpc.TypedData,
        about: About = NOTHING,
        *,
        attempt: int = 0,
        attempts: int = 0,
    ) -> Returned:
        """Run a function; `attempt` counts retries, of `attempts` allowed. `about` is metadata.

        Raises:
            InvocationFailed: the function raised.
        """
        request = rpc.InvocationRequest(
            invocation_id=str(uuid.uuid4()),
            function_id=function.id,
            input_data=[rpc.ParameterBinding(str(function.trigger["name"]), value)],
            trigger_metadata=about,
            trace_context=rpc.RpcTraceContext(f"00-{uuid.uuid4().hex}-{uuid.uuid4().hex[:16]}-01"),
            retry_context=rpc.RetryContext(attempt, attempts),
        )
        self._names[request.invocation_id] = function.name
        try:
            response = cast(
                "rpc.InvocationResponse",
                self._ask("invocation_request", request, request.invocation_id),
            )
        finally:
            del self._names[request.invocation_id]
        failure = response.result.exception
        if failure is not None:
            raise InvocationFailed(failure.message, failure.stack_trace)
        outputs = {each.name: each.data for each in response.output_data if each.data is not None}
        return Returned(response.return_value, outputs)

    def running(self) -> str:
        """Return the name of the function that the caller runs in; empty outside of functions."""
        library = sys.modules.get("azure_functions_runtime")
        return self._names.get(library.invocation_id_cv.get(), "") if library else ""

    def _ask(self, verb: str, content: object, invocation_id: str | None = None) -> object:
        async def answer() -> object:
            # the library sets this for functions in threads; async functions run in this task
            self._library.invocation_id_cv.set(invocation_id)
            request = SimpleNamespace(
                request=SimpleNamespace(**{verb: content}),
                properties={"host": "127.0.0.1", "protos": rpc},
            )
            return await cast(
                "Coroutine[None, None, object]", getattr(self._library, verb)(request)
            )

        return asyncio.run_coroutine_threadsafe(answer(), self._loop).result()

    def _accept(self, result: rpc.StatusResult) -> None:
        if result.status != rpc.StatusResult.Success:
            failure = result.exception or rpc.RpcException("the worker does not say why")
            said, _, _ = failure.message.partition(" Current sys.path:")
            error = HostError(f"the app in {self._app} cannot be indexed: {said}")
            error.add_note(failure.stack_trace.rstrip())
            raise error


@contextlib.contextmanager
def _loop() -> Iterator[asyncio.AbstractEventLoop]:
    """Run an event loop in a thread of its own; cancel what still runs in it at the end."""
    started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def run() -> None:
        stop = asyncio.Event()
        started.set_result((asyncio.get_running_loop(), stop))
        await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(run()), name="worker-loop")
    thread.start()
    loop, stop = started.result()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
