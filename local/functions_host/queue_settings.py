"""How queues are polled: `extensions.queues` of host.json, and the waits between polls.

Names and defaults are those of the host in Azure (azure-sdk-for-net, `QueuesOptions`).
"""

import os
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from local.functions_host.time_span import time_span

_DEVELOPMENT, _PRODUCTION = 2.0, 60.0
_SPREAD = 0.2


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """How many messages are worked on at once, and how long is waited; times in seconds."""

    batch: int = 16
    threshold: int = 8
    """A new batch is read when no more messages than this are being worked on."""
    tries: int = 5
    longest: float = _DEVELOPMENT
    """The longest wait between two polls of an empty queue."""
    pause: int = 0
    """How long a message is hidden after a failure."""
    shortest: float = 0.1
    """The first wait between two polls of an empty queue."""
    hidden: int = 600
    """How long a message is hidden from others while its function runs; renewed halfway."""


def queue_settings(given: Mapping[str, str], *, production: bool) -> QueueSettings:
    """Return the settings of queues in host.json, which are valid, or their defaults."""

    def seconds(name: str, default: float) -> float:
        return (time_span(given.get(name, "")) or timedelta(seconds=default)).total_seconds()

    batch = int(given.get("batchSize", 16))
    return QueueSettings(
        batch,
        int(given.get("newBatchThreshold", batch // 2 * (os.process_cpu_count() or 1))),
        int(given.get("maxDequeueCount", 5)),
        seconds("maxPollingInterval", _PRODUCTION if production else _DEVELOPMENT),
        int(seconds("visibilityTimeout", 0)),
    )


class Backoff:
    """The waits between polls: growing while a queue is empty, the shortest after a message.

    As `RandomizedExponentialBackoffStrategy` of azure-sdk-for-net.
    """

    def __init__(self, settings: QueueSettings) -> None:
        """Set the first and the longest wait."""
        self._settings, self._empty = settings, 0

    def wait(self, *, found: bool) -> float:
        """Return the seconds until the next poll; `found`: a message since the last wait."""
        if found:
            self._empty = 0
        spread = random.uniform(1 - _SPREAD, 1 + _SPREAD)  # noqa: S311  (no secret)
        more = spread * 2 ** min(self._empty - 1, 20) if self._empty else 0.0
        self._empty += 1
        return min(self._settings.shortest * (1 + more), self._settings.longest)
