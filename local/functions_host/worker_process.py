"""The worker: a process of its own, with the code that runs Python functions in Azure.

The library (`azure_functions_runtime`) is the real one: the import of function_app.py, the check of
each signature against its bindings, the conversion of values, the thread pool, `async` functions,
the texts of exceptions. It has no public contract, so its version is pinned. The first message to
the host names the functions; after it come the answers, in the order in which the calls end.
"""

import asyncio
import atexit
import contextlib
import importlib
import os
import signal
import sys
import traceback
from collections.abc import Coroutine
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import NoReturn, cast

from local.functions_host import log, rpc

THREADS = "PYTHON_THREADPOOL_THREAD_COUNT"


def run(host: Connection, app: Path) -> NoReturn:
    """Run the functions of `app` until the host is gone and nothing runs; end this process."""
    status: object = 1
    try:
        _leave_the_host(host)
        os.environ.setdefault(THREADS, "1000")  # as the host in Azure does
        script = os.environ.get("PYTHON_SCRIPT_FILE_NAME", "function_app.py")
        os.chdir(app)
        # last in the path, as in Azure; another app's script must not be imported instead
        sys.path[:] = [each for each in sys.path if not Path(each, script).is_file()] + [str(app)]
        asyncio.new_event_loop().run_until_complete(_Functions(host, app).serve())
        status = 0
    except SystemExit as ended:  # a function that calls `sys.exit`
        status = ended.code or 0
    except BaseException:  # noqa: BLE001  (nothing may return into a copy of the host)
        traceback.print_exc()
    finally:
        atexit._run_exitfuncs()  # noqa: SLF001  (as multiprocessing does)
        sys.stderr.flush()
        os._exit(status & 255 if isinstance(status, int) else 1)


def _leave_the_host(host: Connection) -> None:
    """Drop what a forked process has of its parent: signals and open files."""
    atexit._clear()  # noqa: SLF001  (as multiprocessing does: its temporary folders are its own)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the host, which then stops this
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.closerange(3, host.fileno())
    os.closerange(host.fileno() + 1, os.sysconf("SC_OPEN_MAX"))


class _Functions:
    """The functions of one app, in the library."""

    def __init__(self, host: Connection, app: Path) -> None:
        self._host, self._app = host, app
        self._ids: dict[str, str] = {}
        self._names: dict[str, str] = {}  # the running functions, by invocation id
        # not earlier: the library reads the environment of the app when it is imported
        self._library: ModuleType = importlib.import_module("azure_functions_runtime")
        log.of_functions(lambda: self._names.get(self._library.invocation_id_cv.get(), ""))

    async def serve(self) -> None:
        """Index the app, and run what the host asks for."""
        self._library.start_threadpool_executor()
        found = await self._index()
        self._ids = {each.name: each.function_id for each in found.function_metadata_results or ()}
        self._host.send(found)
        loop = asyncio.get_running_loop()
        gone = asyncio.Event()
        running: set[asyncio.Task[None]] = set()

        def receive() -> None:
            request: rpc.InvocationRequest | None = None
            with contextlib.suppress(EOFError, OSError):
                request = self._host.recv()
            if request is None:  # the host stops, or was killed
                loop.remove_reader(self._host.fileno())
                gone.set()
                return
            task = loop.create_task(self._answer(request))
            running.add(task)
            task.add_done_callback(running.discard)

        loop.add_reader(self._host.fileno(), receive)
        await gone.wait()
        while running:
            await asyncio.wait(running)

    async def _index(self) -> rpc.FunctionMetadataResponse:
        request = rpc.WorkerInitRequest("4.0.0", function_app_directory=str(self._app))
        init = cast("rpc.WorkerInitResponse", await self._ask("worker_init_request", request))
        if init.result.status != rpc.StatusResult.Success:
            return rpc.FunctionMetadataResponse(result=init.result)
        found = await self._ask("functions_metadata_request", None)
        return cast("rpc.FunctionMetadataResponse", found)

    async def _answer(self, request: rpc.InvocationRequest) -> None:
        # the library sets this for functions in threads; async functions run in this task
        self._library.invocation_id_cv.set(request.invocation_id)
        self._names[request.invocation_id] = request.function_id
        request.function_id = self._ids[request.function_id]  # a new one in each process
        response = await self._ask("invocation_request", request)
        del self._names[request.invocation_id]
        with contextlib.suppress(OSError):  # the host was killed
            self._host.send(response)

    async def _ask(self, verb: str, content: object) -> object:
        request = SimpleNamespace(
            request=SimpleNamespace(**{verb: content}),
            properties={"host": "127.0.0.1", "protos": rpc},
        )
        answer = cast("Coroutine[None, None, object]", getattr(self._library, verb)(request))
        return await answer
