"""Write the mail with which an installer asks for new secrets: a runbook's *Request*, or ours."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.core.model.views import Request
from shared.core.model.watchlist import REQUEST
from shared.core.notify.requests import request_of
from shared.render.text.card_markdown import card_markdown
from shared.render.text.dates import Moment, full_day
from shared.render.text.default_request import DEFAULT_REQUEST
from shared.render.text.escape import MAX_WATCHLIST_TEXT_CHARS, clean
from shared.render.text.filling import fill_markdown, fill_plain
from shared.render.text.joint_request import joint_request
from shared.render.text.links import entra_credentials
from shared.render.text.mailto import mailto
from shared.render.text.naming import renewer_label
from shared.render.text.new_secrets import how_many, service_names
from shared.render.text.ready_request import NewSecret, ReadyRequest, anchor
from shared.render.text.suggested_name import suggested_name

MAX_SUBJECT_CHARS = 200

_SUBJECT = re.compile(r"Subject:[ \t]*(.+?)[ \t]*(?:\n|\Z)\s*")


class Shown(NamedTuple):
    """The request of a notice."""

    request: Request
    first: bool
    """It stands here; otherwise it stands at an earlier notice of the message."""


def ready_request(
    request: Request, *, now: datetime, zone: ZoneInfo, page_url: str = ""
) -> ReadyRequest | None:
    """Return the mail with its address and its mailto: link; `None` if its text is empty.

    `page_url` is the status page's https address, or empty.
    """
    filled = fill_plain(_source(request), request, now=now, zone=zone)
    text = "\n".join(line.strip() for line in filled.split("\n"))  # a field may be empty
    subject = _SUBJECT.match(text)
    body = (text[subject.end() :] if subject else text).strip()
    if not body:
        return None
    to, names = clean(request.first.service.request_to), service_names(request)
    title = clean(subject[1] if subject else f"New client secret for {names}", MAX_SUBJECT_CHARS)
    link = mailto(to, title, body, _short(request, page_url)) if to else None
    new = tuple(_new_secrets(request, now, zone))
    task = joint_request(request, Moment(now, zone))
    ids = tuple(view.service.id for view in request.services)
    whom = renewer_label(request.first.service) or to
    return ReadyRequest(ids, names, to, title, body, link, whom, new, task, _note(request))


def request_for_card(request: Request, *, now: datetime, zone: ZoneInfo) -> str:
    """Return the text of the mail, without its subject, as the Markdown of a card."""
    text = _SUBJECT.sub("", _source(request), count=1)
    return card_markdown(fill_markdown(text, request, now=now, zone=zone).strip())


def requests_shown(items: Iterable[str], made: Sequence[Request]) -> Mapping[str, Shown]:
    """Return the request of each item whose readers have to make one, by item id.

    Each request stands once, at the first of its items.
    """
    shown: dict[str, Shown] = {}
    earlier: list[Request] = []
    for item in items:
        request = request_of(item, made)
        if request is not None:
            shown[item] = Shown(request, first=request not in earlier)
            earlier.append(request)
    return shown


def _new_secrets(request: Request, now: datetime, zone: ZoneInfo) -> Iterator[NewSecret]:
    for service in (view.service for view in request.services):
        name = suggested_name(service, now=now, zone=zone)
        yield NewSecret(service.id, clean(service.name), name)


def _note(request: Request) -> str:
    """Return what may have been asked for already, so that nobody asks for it twice."""
    notes = [
        f"{clean(view.service.name)} is snoozed until {full_day(given.until)}"
        f": “{clean(given.why, MAX_WATCHLIST_TEXT_CHARS)}”."
        for view in request.services
        if (given := view.acknowledged) is not None
    ]
    return " ".join(notes) if len(request.services) > 1 else ""


def _source(request: Request) -> str:
    runbook = request.runbook
    if runbook is None:
        return DEFAULT_REQUEST
    return runbook.sections.get(REQUEST, "")


def _short(request: Request, page_url: str) -> str:
    """Return what a link says if the whole text is too long for it."""
    first = request.first
    where = f"Entra: {entra_credentials(first.app, first.in_use)}"
    if page_url:
        where = f"The whole request: {page_url}#{anchor(first.service.id)}"
    return f"Please create {how_many(request)} for {service_names(request)}.\n{where}"
