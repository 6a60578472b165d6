"""Graph's `sendMail` for MIME messages: it accepts what Exchange would, and keeps it.

Source: https://learn.microsoft.com/graph/api/user-sendmail. Exchange decides who may send as whom
(RBAC for Applications), so the token's roles do not count here.
"""

import json
from base64 import b64decode
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from html import escape
from threading import Lock

from werkzeug import Request, Response

from local.stand_in.graph_errors import GraphError, bad_request
from local.stand_in.graph_http import accepted
from local.stand_in.managed_identity import ManagedIdentity

STYLE = (
    "body{font:14px sans-serif;margin:2em auto;max-width:60em} "
    "iframe{width:100%;height:50em} pre{background:#eee;padding:1em}"
)


@dataclass(frozen=True, slots=True)
class Mail:
    """A sent mail: when (UTC), from which mailbox, and the message."""

    at: datetime
    sender: str
    message: EmailMessage


class MailSink:
    """Every mailbox of the tenant. Each address exists, except those in `absent`."""

    def __init__(self, identity: ManagedIdentity) -> None:
        """Create it empty; `identity` may send as its `mailboxes`."""
        self.absent = {"nobody@example.org"}
        self._identity = identity
        self._lock = Lock()
        self._mails: list[Mail] = []

    def mails(self) -> list[Mail]:
        """Return the sent mails, oldest first."""
        with self._lock:
            return list(self._mails)

    def clear(self) -> None:
        """Delete the sent mails."""
        with self._lock:
            self._mails.clear()

    def send(self, request: Request, address: str) -> Response:
        """Answer `POST /v1.0/users/<address>/sendMail` with 202. Raise `GraphError`."""
        self._admit(address)
        message = _message(request)
        if any(writer.casefold() != address.casefold() for writer in _addresses(message, "From")):
            raise GraphError(
                403,
                "ErrorSendAsDenied",
                "The user account which was used to submit this request does not have the right "
                "to send mail on behalf of the"
                " specified sending account.",
            )
        with self._lock:
            self._mails.append(Mail(datetime.now(UTC), address, message))
        return accepted(request)

    def _admit(self, address: str) -> None:
        if address.casefold() in map(str.casefold, self.absent):
            raise GraphError(404, "ErrorInvalidUser", f"The requested user '{address}' is invalid.")
        if address.casefold() not in map(str.casefold, self._identity.mailboxes):
            raise GraphError(
                403, "ErrorAccessDenied", "Access is denied. Check credentials and try again."
            )

    def show(self, request: Request) -> Response:
        """Answer `GET /mails`: a page, or JSON with `{at, sender, headers, text, html}`."""
        if request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html":
            return Response(_page(self.mails()), mimetype="text/html")
        return Response(
            json.dumps([_document(mail) for mail in self.mails()]), mimetype="application/json"
        )

    def forget(self, _request: Request) -> Response:
        """Answer `DELETE /mails`."""
        self.clear()
        return Response(status=204)


def _message(request: Request) -> EmailMessage:
    """Parse a MIME message in Base64. Raise `GraphError`."""
    not_base64 = bad_request(
        "Invalid base64 string for MIME content.", "ErrorMimeContentInvalidBase64String"
    )
    if request.mimetype != "text/plain":
        raise not_base64
    try:
        content = b64decode(b"".join(request.get_data().split()), validate=True)
    except ValueError:
        raise not_base64 from None
    message = message_from_bytes(content, policy=policy.default)
    if any(part.defects for part in message.walk()):
        raise bad_request("The MIME content is invalid.", "ErrorMimeContentInvalid")
    if not any("@" in address for address in _addresses(message, "To", "Cc", "Bcc")):
        raise bad_request(
            "At least one recipient isn't valid., "
            "A message can't be sent because it contains no recipients.",
            "ErrorInvalidRecipients",
        )
    return message


def _addresses(message: EmailMessage, *names: str) -> list[str]:
    return [address for name in names for _, address in getaddresses(message.get_all(name, []))]


def _content(message: EmailMessage, kind: str) -> str | None:
    """Return the text or the HTML of a message, if any."""
    part = message.get_body((kind,))
    return None if part is None else str(part.get_content())


def _document(mail: Mail) -> dict[str, object]:
    return {
        "at": mail.at.isoformat(),
        "sender": mail.sender,
        "headers": {name: str(value) for name, value in mail.message.items()},
        "text": _content(mail.message, "plain"),
        "html": _content(mail.message, "html"),
    }


def _page(mails: list[Mail]) -> str:
    """Return a page with each mail: its headers, its HTML in a frame without scripts, its text."""
    shown = [
        f"<h2>{escape(str(mail.message['Subject']))}</h2>"
        f"<pre>{escape(_headers(mail))}</pre>"
        f'<iframe sandbox srcdoc="{escape(_content(mail.message, "html") or "")}"></iframe>'
        f"<pre>{escape(_content(mail.message, 'plain') or '')}</pre>"
        for mail in mails
    ]
    head = f"<!doctype html><title>Mails</title><style>{STYLE}</style><h1>Mails: {len(mails)}</h1>"
    return head + "".join(shown)


def _headers(mail: Mail) -> str:
    return "".join(f"{name}: {value}\n" for name, value in mail.message.items())
