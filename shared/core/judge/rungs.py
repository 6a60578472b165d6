"""The reminders that a credential can reach."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from shared.core.model.days import days_between
from shared.core.model.directory import Credential


def reachable_rungs(
    ladder: Sequence[int], credential: Credential, zone: ZoneInfo
) -> tuple[int, ...]:
    """Return the rungs, largest first, that are shorter than the whole life of a credential.

    A pipeline that creates a secret for ten days each day never lets one reach 30 days: it has
    fewer from the start. If no rung is shorter, there is one at half of the life. Of a credential
    that lives a day at most, only the expiry is reported.
    """
    starts, ends = credential.starts, credential.ends
    if starts is None or ends is None or starts > ends:
        return tuple(ladder)
    life = days_between(starts, ends, zone)
    shorter = tuple(rung for rung in ladder if rung < life)
    return shorter or ((life // 2,) if life > 1 else ())
