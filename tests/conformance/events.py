"""The events of the table: each runs hosts of its own and returns facts for its rows."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.conformance import (
    events_configuration,
    events_everyday,
    events_stopping,
    events_timers,
    events_worker,
)
from tests.conformance.life import Life

EVENTS: Mapping[str, Callable[[Life, Mapping[str, Any]], Mapping[str, object]]] = {
    "queues": events_everyday.queues,
    "logs": events_everyday.logs,
    "fast timer": events_timers.fast_timer,
    "first run": events_timers.first_run,
    "missed run": events_timers.missed_run,
    "two hosts": events_timers.two_hosts,
    "cut": events_stopping.cut,
    "open request": events_stopping.open_request,
    "deaths": events_worker.deaths,
    "exit 0": events_worker.exit_0,
    "timeout": events_worker.timeout,
    "wrong": events_configuration.wrong,
    "changed file": events_configuration.changed_file,
    "no storage": events_configuration.no_storage,
    "storage goes": events_configuration.storage_goes,
}
