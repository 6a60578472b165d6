"""Whether a person may open a value now; if not, a sentence that says why and what to do."""

from datetime import datetime
from typing import NamedTuple

from shared.core.decisions import Refused
from shared.core.hand_over.offer import can_open
from shared.core.model.decision import Person
from shared.core.model.hand_over import HandOver, HandOverState
from shared.core.model.watchlist import Service, Watchlist

NOTHING_SHOWN = "Nothing was shown."


class Opener(NamedTuple):
    """Who wants to open a value, and how many openings the page showed."""

    person: Person
    seen: int


def require_open(
    service: Service,
    record: HandOver | None,
    opener: Opener,
    watchlist: Watchlist,
    now: datetime,
) -> HandOver:
    """Return the record of a value that a person may open now. Raises `Refused`."""
    name = service.name
    if record is None or not record.kept:
        raise Refused(f"{_not_kept(name, record)} {NOTHING_SHOWN}")
    if record.until <= now:
        raise Refused(
            f"The time is over in which the value of {name} may be opened. {NOTHING_SHOWN}"
        )
    if not can_open(record, opener.person, now):
        raise Refused(_opened(service, record, watchlist, now))
    if opener.seen != len(record.opened):
        raise Refused(
            f"The value of {name} was opened since this page was loaded. {NOTHING_SHOWN} "
            "Open the status page again: if you opened the value, it shows it again for a short "
            "time."
        )
    return record


def _not_kept(name: str, record: HandOver | None) -> str:
    if record is None or record.state in {HandOverState.DONE, HandOverState.ENDING}:
        return f"No value of {name} is kept here, so there is nothing to open."
    return f"The value of {name} is not ready yet."


def _opened(service: Service, record: HandOver, watchlist: Watchlist, now: datetime) -> str:
    first = record.opened[0]
    local, today = first.at.astimezone(watchlist.zone), now.astimezone(watchlist.zone)
    day = "" if local.date() == today.date() else f" on {local.day} {local:%b %Y}"
    renewers = " or ".join(watchlist.label(channel) for channel in service.renewer)
    return (
        f"The value of {service.name} was opened by {first.by.name}{day} at {local:%H:%M}; "
        f"if that was not right, ask {renewers} for a new secret. {NOTHING_SHOWN}"
    )
