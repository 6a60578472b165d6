"""A link in a mail leads to an absolute https address, or opens a new mail in which nothing can act: all of it is percent-encoded."""

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote, urlencode

from shared.core.judged import AppView, LeftoverView, ServiceView, TenantView, UnclaimedView, View
from shared.core.memory import AppSighting
from shared.core.model import Service
from shared.render.escape import clean
from shared.render.links import entra_authentication, entra_credentials, entra_of, https

LONGEST_MAILTO = 1_800
"""Characters; Windows cuts longer addresses, at about 2,000."""


class Link(NamedTuple):
    """What a button says, and where it leads."""

    title: str
    url: str


class Mailto(NamedTuple):
    """A link that opens a new mail."""

    url: str
    complete: bool
    """The text is in it."""


def mailto(to: str, subject: str, text: str) -> Mailto:
    """Give the link to a new mail; without the text, or even without the subject, where the link would be too long."""
    fields = {"subject": clean(subject, 200), "body": "\r\n".join(text.splitlines())}
    while True:
        query = urlencode(fields, quote_via=quote, safe="", errors="replace")
        url = f"mailto:{quote(to, safe='@')}{'?' * bool(query)}{query}"
        if len(url) < LONGEST_MAILTO or not fields:
            return Mailto(url, complete="body" in fields)
        fields.popitem()


def links(view: View) -> Iterator[Link]:
    """Give the places where people work on an item."""
    match view:
        case ServiceView():
            yield from _of_service(view.app, view.service)
        case LeftoverView():
            yield from _of_service(view.owner.app, view.owner.service)
        case UnclaimedView():
            yield Link("Open in Entra", entra_credentials(view.app.client_id))
        case TenantView():
            yield Link("Open in Entra", entra_of(view.listed))
        case AppView(aspect="redirect_uris"):
            yield Link("Open in Entra", entra_authentication(view.app.client_id))
        case _:
            pass


def _of_service(app: AppSighting, service: Service) -> Iterator[Link]:
    if app.found:
        yield Link("Open in Entra", entra_credentials(app.client_id))
    if https(service.link):
        yield Link(f"Open {clean(service.name)}", service.link)
