"""Secrets that were just created, and those whose value nobody knows."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from shared.core.judge.schedule import CLOCKS_DIFFER
from shared.core.model.directory import Credential
from shared.core.model.memory import Memory
from shared.core.model.watchlist import WatchedApp

GRACE = timedelta(minutes=15)
"""How long Graph's reads may lag behind a secret that was created."""


def with_new_secrets(
    credentials: Iterable[Credential], watched: WatchedApp, memory: Memory, now: datetime
) -> tuple[Credential, ...]:
    """Return the credentials of an app, completed with those of its hand-overs of a moment ago.

    What `addPassword` returned counts as a reading, and so does what a value was checked against.
    """
    read = tuple(credentials)
    present = {each.key_id for each in read}
    return (*read, *(each for each in _new(watched, memory, now) if each.key_id not in present))


def of_unknown_value(memory: Memory) -> frozenset[str]:
    """Return the key ids of secrets whose value nobody knows: no service can get them."""
    return frozenset().union(*(each.without_value for each in memory.hand_overs.values()))


def _new(watched: WatchedApp, memory: Memory, now: datetime) -> Iterator[Credential]:
    for service in watched.services:
        record = memory.hand_overs.get(service.id)
        if record is not None and record.key_id and -CLOCKS_DIFFER <= now - record.at < GRACE:
            yield record.credential
