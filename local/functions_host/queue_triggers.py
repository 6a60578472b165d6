"""Queue triggers: runs a function for each message, one at a time, and sends its outputs.

As the host in Azure does it (azure-sdk-for-net, `QueueListener`; learn.microsoft.com, "Azure Queue
storage trigger"): a message is deleted after its function succeeded; after a failure it is visible
again at once, and after five it goes to `QUEUE-poison`. Outputs are sent only after success. Texts
are in Base64 on the wire; a message that is not goes to `QUEUE-poison` at once. Different here: no
batches, whatever host.json says, and each queue is polled every half second. The binding's setting
holds the connection string of the storage.
"""

import contextlib
import json
import logging
import os
import re
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from azure.core.exceptions import AzureError, ResourceExistsError
from azure.storage.queue import QueueClient, QueueMessage

from local.functions_host import rpc
from local.functions_host.errors import HostError, HostStopped, InvocationFailed
from local.functions_host.worker import Function, Off

type Run = Callable[[Function, rpc.TypedData, Mapping[str, rpc.TypedData]], object]
"""Runs a function for a message and its metadata. Raises `InvocationFailed`."""

TRIES = 5
HIDDEN_SECONDS = 600
"""How long a message is invisible to others while its function runs."""

_NAME = re.compile(r"(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*")
_log = logging.getLogger(__name__)
_NAP, _PRODUCTION_NAP = 0.5, 60.0
_PATIENCE: dict[str, Any] = {
    "connection_timeout": 5,
    "read_timeout": 10,
    "retry_total": 0,
}  # the SDK would sleep for 15 s; the next poll tries again


class Queues:
    """The queues of an app: those of triggers and those of outputs."""

    def __init__(
        self, functions: Mapping[str, Function], run: Run, *, production: bool = False, off: Off
    ) -> None:
        """Set the functions; nothing is contacted yet. `off` is told of a queue's wrong name."""
        self._nap = _PRODUCTION_NAP if production else _NAP
        self._functions = []
        for function in functions.values():
            if function.kind == "queue":
                if _NAME.fullmatch(_place(function.trigger)[0]):
                    self._functions.append(function)
                else:
                    off(function, f"the queue {_place(function.trigger)[0]!r} has no valid name")
        self._run = run
        self._clients: dict[tuple[str, str], QueueClient] = {}
        self._guard = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="queues")

    def described(self, function: Function) -> str:
        """Return the queue of a function, and whether it is polled."""
        name, setting = _place(function.trigger)
        return name if os.environ.get(setting) else f"{name} (not run: {setting} is not set)"

    def follow(self) -> None:
        """Start polling, until the host stops."""
        self._thread.start()

    def send(self, function: Function, outputs: Mapping[str, rpc.TypedData]) -> None:
        """Send a function's outputs. Raise `InvocationFailed` if that fails, as the host does."""
        for name, value in outputs.items():
            binding = function.outputs.get(name, {})
            if binding.get("type") != "queue":
                raise InvocationFailed(
                    f"The local host sends to queues only, and {name} is none.", ""
                )
            texts = list(_texts(value))
            try:
                for text in texts:
                    encoded = b64encode(text.encode()).decode()
                    self._client(*_place(binding)).send_message(encoded)
            except (AzureError, HostError, ValueError) as error:
                raise InvocationFailed(f"{name} could not be sent: {_brief(error)}", "") from None

    def close(self) -> None:
        """Stop polling, wait for the running function, and close the connections."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        for client in self._clients.values():
            client.close()

    def _listen(self) -> None:
        told = ""
        while not self._stop.is_set():
            try:
                done, told = self._round(), ""
            except (AzureError, HostError, ValueError) as error:
                done = 0
                if told != _brief(error):
                    told = _brief(error)
                    _log.warning("the queues cannot be listened to: %s", told)
            if not done:
                self._stop.wait(self._nap)

    def _round(self) -> int:
        """Poll each queue once. Return the number of messages."""
        done = 0
        for function in self._functions:
            name, setting = _place(function.trigger)
            if not os.environ.get(setting):
                continue
            client = self._client(name, setting)
            message = client.receive_message(visibility_timeout=HIDDEN_SECONDS)
            if message is not None:
                self._handle(function, client, message, setting)
                done += 1
        return done

    def _handle(
        self, function: Function, client: QueueClient, message: QueueMessage, setting: str
    ) -> None:
        tries = message.dequeue_count or 1
        try:
            text = b64decode(message.content, validate=True).decode("utf-8", "replace")
        except ValueError:
            _log.error("a message of %s is not Base64, and is set aside", client.queue_name)
            self._set_aside(client, message, setting)
            return
        try:
            self._run(function, rpc.TypedData(string=text), _about(message))
        except HostStopped:  # the message stays hidden for the rest of its time
            return
        except InvocationFailed as error:
            _log.error(
                "%s failed, try %d of %d: %s\n%s",
                function.name,
                tries,
                TRIES,
                error,
                error.stack.rstrip(),
            )
            if tries < TRIES:
                client.update_message(message, visibility_timeout=0)
                return
            self._set_aside(client, message, setting)
            return
        client.delete_message(message)

    def _set_aside(self, client: QueueClient, message: QueueMessage, setting: str) -> None:
        """Move a message to the poison queue, as it came."""
        self._client(f"{client.queue_name}-poison", setting).send_message(message.content)
        client.delete_message(message)

    def _client(self, name: str, setting: str) -> QueueClient:
        """Return the queue, created if missing. Raise `HostError`, `ValueError`, `AzureError`."""
        with self._guard:
            known = self._clients.get((setting, name))
            if known is None:
                if not os.environ.get(setting):
                    raise HostError(
                        f"the setting {setting} is not set, and the queue {name} is in its storage"
                    )
                known = QueueClient.from_connection_string(os.environ[setting], name, **_PATIENCE)
                with contextlib.suppress(ResourceExistsError):
                    known.create_queue()
                self._clients[setting, name] = known
            return known


def _place(binding: Mapping[str, object]) -> tuple[str, str]:
    """Return a binding's queue, and the setting with its storage."""
    return str(binding["queueName"]), str(binding.get("connection") or "AzureWebJobsStorage")


def _texts(value: rpc.TypedData) -> Iterator[str]:
    """Return the messages in an output: one for a text, several for an array."""
    if value.string is not None:
        yield value.string
    elif value.bytes is not None:
        yield value.bytes.decode("utf-8", "replace")
    elif value.json is not None:
        content = json.loads(value.json)
        for each in content if isinstance(content, list) else [content]:
            yield each if isinstance(each, str) else json.dumps(each)


def _about(message: QueueMessage) -> dict[str, rpc.TypedData]:
    """Return the metadata of a message."""
    instants: dict[str, datetime | None] = {
        "InsertionTime": message.inserted_on,
        "ExpirationTime": message.expires_on,
        "NextVisibleTime": message.next_visible_on,
    }
    return {
        "Id": rpc.TypedData(string=message.id),
        "PopReceipt": rpc.TypedData(string=message.pop_receipt),
        "DequeueCount": rpc.TypedData(json=str(message.dequeue_count or 1)),
        **{
            name: rpc.TypedData(json=json.dumps(instant.isoformat()))
            for name, instant in instants.items()
            if instant is not None
        },
    }


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
