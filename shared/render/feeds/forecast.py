"""A forecast, for programs and for people: programs get all of it; people get one line for each thing that is said on a day.

The quiet line of the week is counted in the table and not listed: a hundred of them would hide the rest.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from shared.core.model.message import Message
from shared.core.model.vocabulary import Reason, Severity
from shared.core.results import Forecast
from shared.render.feeds.document_parts import Json, instant
from shared.render.feeds.documents import items_of
from shared.render.text.headlines import headline, is_weekly, title


class ForecastRow(NamedTuple):
    """One thing that is said on one local day, to one channel or to several alike. Plain text; each medium escapes it."""

    day: date
    what: str
    reason: Reason
    severity: Severity
    channels: tuple[str, ...]


class ForecastRows(NamedTuple):
    """The table, oldest first, and how many quiet lines of the week are not in it."""

    listed: tuple[ForecastRow, ...]
    weekly: int


def forecast_document(found: Forecast) -> Json:
    """Give everything that is forecast, and the apps of which nothing can be, as JSON."""
    zone = found.at.watchlist.zone
    return {
        "generated_at": instant(found.at.now),
        "until": found.until.isoformat(),
        "unread": [{"client_id": app.client_id, "name": app.name} for app in found.unread],
        "messages": [
            {
                "on": message.now.astimezone(zone).date().isoformat(),
                "at": instant(message.now),
                "channel": message.channel,
                "introduction": message.introduction,
                "items": items_of(message),
            }
            for message in found.messages
        ],
    }


def forecast_rows(messages: Sequence[Message]) -> ForecastRows:
    """Give the table of a forecast."""
    spoken = [message for message in messages if not is_weekly(message)]
    channels: dict[tuple[date, str, Reason, Severity], list[str]] = {}
    for message in spoken:
        for line in _lines(message):
            channels.setdefault(line, []).append(message.channel)
    return ForecastRows(
        tuple(ForecastRow(*line, tuple(names)) for line, names in channels.items()),
        len(messages) - len(spoken),
    )


def _lines(message: Message) -> Iterator[tuple[date, str, Reason, Severity]]:
    day = message.now.astimezone(message.zone).date()
    if message.introduction:
        yield day, title(message), Reason.INTRODUCED, Severity.OK
    for notice in message.notices:
        yield (
            day,
            headline(notice, now=message.now, zone=message.zone),
            notice.reason,
            notice.severity,
        )
