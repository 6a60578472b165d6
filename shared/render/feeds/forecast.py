"""A forecast as JSON for programs, and as rows for people.

People get one row for each notice on a day. Messages with the weekly status are counted and not
listed, because a hundred of them would hide the rest.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from shared.core.model.message import Message
from shared.core.model.vocabulary import Reason, Severity
from shared.core.results import Forecast
from shared.render.feeds.document_parts import Json
from shared.render.feeds.message_items import items_of
from shared.render.instant import instant
from shared.render.text.headlines import headline, is_weekly, title


class ForecastRow(NamedTuple):
    """One notice on one local day, to one or more channels; plain text, not escaped."""

    day: date
    what: str
    reason: Reason
    severity: Severity
    channels: tuple[str, ...]
    """As people call them."""


class ForecastRows(NamedTuple):
    """The rows, oldest first, and the number of weekly messages that are not listed."""

    listed: tuple[ForecastRow, ...]
    weekly: int


def forecast_document(found: Forecast) -> Json:
    """Return every forecast message as JSON, and the apps that have not been read yet."""
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
    """Return the rows of a forecast; a notice to several channels is one row."""
    notable = [message for message in messages if not is_weekly(message)]
    channels: dict[tuple[date, str, Reason, Severity], list[str]] = {}
    for message in notable:
        for notice in _notices(message):
            channels.setdefault(notice, []).append(message.to)
    rows = (ForecastRow(*notice, tuple(names)) for notice, names in channels.items())
    return ForecastRows(tuple(rows), len(messages) - len(notable))


def _notices(message: Message) -> Iterator[tuple[date, str, Reason, Severity]]:
    day = message.now.astimezone(message.zone).date()
    if message.introduction:
        yield day, title(message), Reason.INTRODUCED, Severity.OK
    for notice in message.notices:
        text = headline(notice, now=message.now, zone=message.zone)
        yield day, text, notice.reason, notice.severity
