"""The ready mail with which an installer asks for a new secret: the runbook's *Request*."""

import re
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.core.model.views import ServiceView
from shared.render.text.escape import clean
from shared.render.text.filling import fill_plain
from shared.render.text.mailto import Mailto, mailto

_SUBJECT = re.compile(r"Subject:[ \t]*(.+?)[ \t]*(?:\n|\Z)\s*")


class RequestMail(NamedTuple):
    """Subject and text, in plain text, not escaped for any medium."""

    subject: str
    text: str


class Request(NamedTuple):
    """The mail, ready to send."""

    to: str
    """Empty if the watchlist does not name an address."""
    subject: str
    text: str
    link: Mailto | None


def request_mail(view: ServiceView, *, now: datetime, zone: ZoneInfo) -> RequestMail | None:
    """Return the subject and the text of *Request*; `None` without a runbook."""
    runbook = view.service.runbook
    if runbook is None:
        return None
    filled = fill_plain(runbook.sections.get("Request", ""), view, now=now, zone=zone)
    text = "\n".join(line.strip() for line in filled.split("\n"))  # a field may be empty
    subject = _SUBJECT.match(text)
    if subject is None:
        return RequestMail(f"New client secret for {clean(view.service.name)}", text)
    return RequestMail(subject[1], text[subject.end() :])


def ready_request(view: ServiceView, *, now: datetime, zone: ZoneInfo) -> Request | None:
    """Return the mail with its address and its mailto: link; `None` without a runbook."""
    mail = request_mail(view, now=now, zone=zone)
    if mail is None:
        return None
    to, subject = clean(view.service.request_to), clean(mail.subject, 200)
    text = mail.text.strip()
    return Request(to, subject, text, mailto(to, subject, text) if to else None)
