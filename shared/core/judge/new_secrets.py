"""Secrets that were just created, and those whose value nobody knows."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from shared.core.judge.schedule import CLOCKS_DIFFER
from shared.core.model.directory import Credential, Kind
from shared.core.model.hand_over import READS_LAG, HandOver, HandOverState
from shared.core.model.memory import Memory
from shared.core.model.watchlist import WatchedApp


def with_new_secrets(
    credentials: Iterable[Credential], watched: WatchedApp, memory: Memory, now: datetime
) -> tuple[Credential, ...]:
    """Return the credentials of an app, completed with those of its hand-overs of a moment ago.

    What `addPassword` returned counts as a reading, and so does what a value was checked against.
    """
    read = tuple(credentials)
    present = {each.key_id for each in read}
    return (*read, *(each for each in _new(watched, memory, now) if each.key_id not in present))


def is_of_unknown_value(credential: Credential, memory: Memory) -> bool:
    """Return whether nobody knows the value of a secret, or not yet: no service can get it."""
    return any(
        credential.key_id in each.without_value
        or (each.state == HandOverState.RENEWING and is_the_new(credential, each))
        for each in memory.hand_overs.values()
    )


def is_the_new(credential: Credential, record: HandOver) -> bool:
    """Return whether a secret is the one that `renew` asked for: same name, end in same second."""
    asked, ends = record.credential, credential.ends
    if credential.kind != Kind.SECRET or credential.name != asked.name:
        return False
    if ends is None or asked.ends is None:
        return False
    return ends.replace(microsecond=0) == asked.ends.replace(microsecond=0)


def _new(watched: WatchedApp, memory: Memory, now: datetime) -> Iterator[Credential]:
    for service in watched.services:
        record = memory.hand_overs.get(service.id)
        if record is not None and record.key_id and -CLOCKS_DIFFER <= now - record.at < READS_LAG:
            yield record.credential
