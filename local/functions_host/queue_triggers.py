"""The queues of an app: the triggers, and the outputs, which are sent only after success."""

from collections.abc import Mapping

from azure.core.exceptions import AzureError

from local.functions_host import rpc
from local.functions_host.errors import (
    HostError,
    InvocationFailed,
    NoStorage,
    brief,
    indexing_error,
)
from local.functions_host.functions import Function, Off
from local.functions_host.queue_listener import QueueListener, Run
from local.functions_host.queue_messages import encoded, texts
from local.functions_host.queue_settings import QueueSettings
from local.functions_host.queue_storage import QueueStorage, send


class Queues:
    """The queues of an app: those of triggers and those of outputs."""

    def __init__(
        self,
        functions: Mapping[str, Function],
        run: Run,
        settings: QueueSettings,
        off: Off,
        no_storage: Off,
    ) -> None:
        """Set the functions; nothing is contacted yet.

        `off` gets each invalid one, and `no_storage` each whose storage is not set.
        """
        self._storage = QueueStorage()
        self._listeners: dict[str, QueueListener] = {}
        for name, function in functions.items():
            if function.kind != "queue":
                continue
            try:
                queue = self._storage.queue(function.trigger)
                poison = self._storage.poison(function.trigger)
            except NoStorage as error:
                no_storage(function, indexing_error(name, error))
            except (HostError, ValueError) as error:
                off(function, indexing_error(name, brief(error)))
            else:
                self._listeners[name] = QueueListener(function, run, queue, poison, settings)

    def __getitem__(self, name: str) -> QueueListener:
        """Return the listener of a function. Raise `KeyError` if there is none."""
        return self._listeners[name]

    def follow(self) -> None:
        """Start polling, until the host stops."""
        for listener in self._listeners.values():
            listener.start()

    def send(self, function: Function, outputs: Mapping[str, rpc.TypedData]) -> None:
        """Send a function's outputs. Raise `InvocationFailed` if that fails, as the host does."""
        for name, value in outputs.items():
            binding = function.outputs.get(name, {})
            if binding.get("type") != "queue":
                raise InvocationFailed(
                    f"The local host sends to queues only, and {name} is none.", ""
                )
            try:
                for text in texts(value):
                    queue = self._storage.queue(binding)
                    send(queue, encoded(text))
                    for listener in self._listeners.values():
                        if listener.queue.url == queue.url:
                            listener.notify()
            except (AzureError, HostError, ValueError) as error:
                raise InvocationFailed(f"{name} could not be sent: {brief(error)}", "") from None

    def stop(self) -> None:
        """Read no more messages."""
        for listener in self._listeners.values():
            listener.stop()

    def close(self) -> None:
        """Stop, wait for the running functions, and close the connections."""
        self.stop()
        for listener in self._listeners.values():
            listener.close()
        self._storage.close()
