"""A Teams channel behind a Workflows webhook: it accepts what the service would, and keeps it.

Like the service, it answers 202 with an empty body: the flow was started, maybe nothing was posted.
A flow that only the tenant can trigger wants a token of the managed identity, for Power Automate:
https://learn.microsoft.com/power-automate/oauth-authentication.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from threading import Lock
from time import time

from werkzeug import Request, Response

from local.stand_in.managed_identity import ManagedIdentity

FLOW_AUDIENCE = "https://service.flow.microsoft.com/"
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

    def __init__(self, identity: ManagedIdentity) -> None:
        """Create it empty; `identity` is whom the tenant's own flows admit."""
        self._identity = identity
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

    def post_to_own(self, request: Request, name: str) -> Response:
        """Answer `POST /flows/<name>`, a flow that only the tenant can trigger, as `post`.

        Without a token of the identity for Power Automate: 401 or 403.
        """
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.casefold() != "bearer" or "sig" in request.args:
            return _refused(401, "DirectApiAuthorizationRequired")
        grant = self._identity.grant(token)  # it recognises its own, as a signature would
        if grant is None or grant.expires <= time() or grant.resource != FLOW_AUDIENCE:
            return _refused(403, "MisMatchingOAuthClaims")
        return self.post(request, name)

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


def _refused(status: int, code: str) -> Response:
    document = {"error": {"code": code, "message": "The caller may not trigger this flow."}}
    return Response(json.dumps(document), status, mimetype="application/json")


def _mismatch(details: str) -> Response:
    message = (
        "The input body for trigger 'manual' of type 'Request' did not match its schema "
        f"definition. Error details: '{details}'."
    )
    document = {"error": {"code": "TriggerInputSchemaMismatch", "message": message}}
    return Response(json.dumps(document), 400, mimetype="application/json")
