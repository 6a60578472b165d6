"""The queues of a storage account: which one a binding means, and the connections to them."""

import contextlib
import os
import threading
from collections.abc import Mapping
from typing import Any

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.queue import QueueClient

from local.functions_host.errors import NoStorage
from local.functions_host.queue_messages import MAX_NAME, queue_name
from local.functions_host.settings import resolved

_PATIENCE: dict[str, Any] = {
    "connection_timeout": 5,
    "read_timeout": 10,
    "retry_total": 0,
}  # the SDK would sleep for 15 s; the next poll tries again


class QueueStorage:
    """Connections to queues, one for each."""

    def __init__(self) -> None:
        """Connect to nothing yet."""
        self._clients: dict[tuple[str, str], QueueClient] = {}
        self._guard = threading.Lock()

    def queue(self, binding: Mapping[str, object]) -> QueueClient:
        """Return the queue of a binding. Raise `HostError` or `ValueError` if it is not valid."""
        name = queue_name(resolved(str(binding["queueName"])))
        return self._queue(_connection(str(binding.get("connection") or "Storage")), name)

    def poison(self, binding: Mapping[str, object]) -> QueueClient | None:
        """Return the queue for messages that fail; `None` if it is one, or its name is long."""
        name = f"{self.queue(binding).queue_name}-poison"
        if name.endswith("-poison-poison") or len(name) > MAX_NAME:
            return None
        return self._queue(_connection(str(binding.get("connection") or "Storage")), name)

    def _queue(self, connection: str, name: str) -> QueueClient:
        with self._guard:
            if (connection, name) not in self._clients:
                self._clients[connection, name] = QueueClient.from_connection_string(
                    connection, name, **_PATIENCE
                )
            return self._clients[connection, name]

    def close(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            client.close()


def send(queue: QueueClient, content: str) -> None:
    """Send a message; the queue is created if missing. Raise `AzureError`."""
    try:
        queue.send_message(content)
    except ResourceNotFoundError:
        with contextlib.suppress(ResourceExistsError):
            queue.create_queue()
        queue.send_message(content)


def _connection(name: str) -> str:
    """Return a connection string: the setting may have the prefix AzureWebJobs, or not."""
    found = os.environ.get(f"AzureWebJobs{name}") or os.environ.get(name)
    if not found:
        raise NoStorage(
            f"Storage account connection string 'AzureWebJobs{name}' does not exist. "
            "Make sure that it is a defined App Setting."
        )
    return found
