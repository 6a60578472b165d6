"""A Teams channel behind a Workflows webhook: it accepts what the service would, and keeps it.

Like the service, it answers 202 with an empty body: the flow was started, maybe nothing was posted.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from threading import Lock

from werkzeug import Request, Response

CARD_TYPE = "application/vnd.microsoft.card.adaptive"


@dataclass(frozen=True, slots=True)
class Posted:
    """A received message: when (UTC), HTTP headers, size in bytes, and JSON document."""

    at: datetime
    headers: Mapping[str, str]
    size: int
    message: Mapping[str, object]


class TeamsSink:
    """Any number of channels, each with its own name."""

    def __init__(self) -> None:
        """Create it empty."""
        self._lock = Lock()
        self._posted: defaultdict[str, list[Posted]] = defaultdict(list)

    def posted(self, name: str) -> list[Posted]:
        """Return the messages of the channel, oldest first."""
        with self._lock:
            return list(self._posted[name])

    def clear(self, name: str) -> None:
        """Delete the messages of the channel."""
        with self._lock:
            self._posted.pop(name, None)

    def post(self, request: Request, name: str) -> Response:
        """Answer `POST /teams/<name>`: 202, or 400 as from the trigger's schema."""
        try:
            message = _message(request)
        except ValueError as error:
            return _mismatch(str(error))
        arrived = Posted(datetime.now(UTC), dict(request.headers), len(request.get_data()), message)
        with self._lock:
            self._posted[name].append(arrived)
        return Response(status=202)

    def show(self, _request: Request, name: str) -> Response:
        """Answer `GET /teams/<name>`: a list of `{at, headers, size, message}`, oldest first."""
        listed = [asdict(posted) | {"at": posted.at.isoformat()} for posted in self.posted(name)]
        return Response(json.dumps(listed), mimetype="application/json")

    def forget(self, _request: Request, name: str) -> Response:
        """Answer `DELETE /teams/<name>`."""
        self.clear(name)
        return Response(status=204)


def _message(request: Request) -> dict[str, object]:
    """Parse a Workflows message. Raise `ValueError` with the service's words."""
    message = request.get_json(silent=True)
    if not isinstance(message, dict):
        raise ValueError("Invalid type. Expected Object but got Null.")  # noqa: TRY004  (the caller sent it, the program is not at fault)
    attachments = message.get("attachments")
    if message.get("type") != "message":
        raise ValueError(f'Value {json.dumps(message.get("type"))} is not "message".')
    if not isinstance(attachments, list) or not attachments:
        raise ValueError("Required properties are missing from object: attachments.")
    for attachment in attachments:
        if not isinstance(attachment, dict) or attachment.get("contentType") != CARD_TYPE:
            raise ValueError(f"An attachment's contentType is not {CARD_TYPE}.")
        content = attachment.get("content")
        if not isinstance(content, dict) or content.get("type") != "AdaptiveCard":
            raise ValueError("An attachment's content is not an AdaptiveCard.")
    return message


def _mismatch(details: str) -> Response:
    message = (
        "The input body for trigger 'manual' of type 'Request' did not match its schema "
        f"definition. Error details: '{details}'."
    )
    document = {"error": {"code": "TriggerInputSchemaMismatch", "message": message}}
    return Response(json.dumps(document), 400, mimetype="application/json")
