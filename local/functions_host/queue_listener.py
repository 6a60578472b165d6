"""One queue trigger: runs a function for each message of a queue.

As the host in Azure does it (azure-sdk-for-net, `QueueListener`; learn.microsoft.com, "Azure Queue
storage trigger"): a message is hidden while its function runs and deleted after success; after a
failure it is visible again at once, and after five it goes to `QUEUE-poison`. So does a message
that is not Base64, at once. The queue is polled again at once after a message, and ever later while
it is empty.
"""

import contextlib
import logging
import threading
from base64 import b64decode
from collections.abc import Callable, Mapping
from functools import partial

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.queue import QueueClient, QueueMessage

from local.functions_host import rpc
from local.functions_host.errors import Interrupted, InvocationFailed, brief
from local.functions_host.functions import Function
from local.functions_host.queue_messages import metadata
from local.functions_host.queue_settings import Backoff, QueueSettings
from local.functions_host.queue_storage import send
from local.functions_host.renewal import renewed

type Run = Callable[[Function, rpc.TypedData, Mapping[str, rpc.TypedData]], object]
"""Runs a function for a message and its metadata. Raises `InvocationFailed`."""

_log = logging.getLogger(__name__)


class QueueListener:
    """The messages of one queue, and the function that they run."""

    def __init__(
        self,
        function: Function,
        run: Run,
        queue: QueueClient,
        poison: QueueClient | None,
        settings: QueueSettings,
    ) -> None:
        """Set the queues; nothing is contacted yet."""
        self._function, self._run, self._settings = function, run, settings
        self.queue, self._poison = queue, poison
        self._awake = threading.Event()
        self._stopped = False
        self._running: list[threading.Thread] = []
        self._room = threading.Condition()
        self._thread = threading.Thread(target=self._listen, name=f"queue {queue.queue_name}")

    def start(self) -> None:
        """Start polling, until `stop`."""
        self._thread.start()

    def notify(self) -> None:
        """Poll at once: the host has sent a message to the queue."""
        self._awake.set()

    def stop(self) -> None:
        """Read no more messages."""
        with self._room:
            self._stopped = True
            self._room.notify_all()
        self._awake.set()

    def close(self) -> None:
        """Stop, and wait for the running functions."""
        self.stop()
        if self._thread.is_alive():
            self._thread.join()
        for thread in list(self._running):
            thread.join()

    def _listen(self) -> None:
        backoff, found, told = Backoff(self._settings), False, False
        while not self._stopped:
            self._awake.clear()
            try:
                messages, told = self._read(), False
            except (AzureError, ValueError) as error:
                messages = []
                if not told:
                    _log.warning(
                        "the queue %s cannot be read, and is tried again: %s",
                        self.queue.queue_name,
                        brief(error),
                    )
                told = True
            for message in messages:
                self._start(message)
            if messages:
                found = True
                with self._room:
                    self._room.wait_for(self._has_room)
            elif not self._stopped:
                self._awake.wait(backoff.wait(found=found))
                found = False

    def _read(self) -> list[QueueMessage]:
        """Return a batch of messages; none if the queue does not exist yet."""
        with contextlib.suppress(ResourceNotFoundError):
            batch, hidden = self._settings.batch, self._settings.hidden
            return list(
                self.queue.receive_messages(
                    messages_per_page=batch, max_messages=batch, visibility_timeout=hidden
                )
            )
        return []

    def _has_room(self) -> bool:
        return self._stopped or len(self._running) <= self._settings.threshold

    def _start(self, message: QueueMessage) -> None:
        def run() -> None:
            try:
                self._handle(message)
            except AzureError as error:
                _log.error(
                    "the result of %s cannot be stored in the queue %s: %s",
                    self._function.name,
                    self.queue.queue_name,
                    brief(error),
                )
            finally:
                with self._room:
                    self._running.remove(thread)
                    self._room.notify_all()

        thread = threading.Thread(target=run, name=f"message of {self.queue.queue_name}")
        with self._room:
            self._running.append(thread)
        thread.start()

    def _handle(self, message: QueueMessage) -> None:
        tries, most = message.dequeue_count or 1, self._settings.tries
        if tries > most:  # a host was killed in each of them
            self._set_aside(message)
            return
        try:
            text = b64decode(message.content, validate=True).decode("utf-8", "replace")
        except ValueError:
            _log.error("a message of %s is not Base64", self.queue.queue_name)
            self._set_aside(message)
            return
        try:
            with renewed(
                partial(self._hide, message),
                self._settings.hidden,
                f"hide a message of {self.queue.queue_name}",
            ):
                self._run(self._function, rpc.TypedData(string=text), metadata(text, message))
        except Interrupted:
            return  # it stays hidden until its time is over, and comes again then
        except InvocationFailed as error:
            _log.error(
                "%s failed, try %d of %d: %s\n%s",
                self._function.name,
                tries,
                most,
                error,
                error.stack.rstrip(),
            )
            if self._poison is None:
                return  # hidden for a time, so that it is not tried again and again at once
            if tries < most:
                self.queue.update_message(message, visibility_timeout=self._settings.pause)
            else:
                self._set_aside(message)
        else:
            self.queue.delete_message(message)

    def _hide(self, message: QueueMessage) -> None:
        """Hide a message from others again."""
        with contextlib.suppress(AzureError):  # the next time, or it comes again
            hidden = self.queue.update_message(message, visibility_timeout=self._settings.hidden)
            message.pop_receipt = hidden.pop_receipt

    def _set_aside(self, message: QueueMessage) -> None:
        """Move a message to the poison queue, as it came; a poison queue itself has none."""
        if self._poison is None:
            return
        _log.warning(
            "Message has reached MaxDequeueCount of %d. Moving message to queue '%s'.",
            self._settings.tries,
            self._poison.queue_name,
        )
        send(self._poison, str(message.content))
        self.queue.delete_message(message)
