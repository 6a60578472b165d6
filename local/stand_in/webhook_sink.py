"""A receiver of signed webhooks, such as a ticket system: it verifies and keeps each id once."""

import json
from base64 import b64encode
from collections import defaultdict
from threading import Lock

from standardwebhooks import Webhook, WebhookVerificationError
from werkzeug import Request, Response

SIGNING_SECRET = f"whsec_{b64encode(b'canary-signing-secret-of-the-desk').decode()}"
"""Of every receiver of the stand-in; tests search all output for it."""


class WebhookSink:
    """Any number of receivers, each with its own name."""

    def __init__(self) -> None:
        """Create it empty."""
        self._lock = Lock()
        self._received: defaultdict[str, dict[str, object]] = defaultdict(dict)

    def received(self, name: str) -> list[object]:
        """Return the documents of a receiver, oldest first, each id once."""
        with self._lock:
            return list(self._received[name].values())

    def take(self, request: Request, name: str) -> Response:
        """Answer `POST /webhooks/<name>`: 204, or 401 for a wrong signature."""
        try:
            document = Webhook(SIGNING_SECRET).verify(request.get_data(), dict(request.headers))
        except WebhookVerificationError as error:
            return Response(str(error), 401)
        with self._lock:
            self._received[name].setdefault(request.headers["webhook-id"], document)
        return Response(status=204)

    def show(self, _request: Request, name: str) -> Response:
        """Answer `GET /webhooks/<name>`: a list of the documents."""
        return Response(json.dumps(self.received(name)), mimetype="application/json")
