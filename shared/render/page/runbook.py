"""The runbook on a service's card: its sections, filled in, and the request mail."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup

from shared.core.model.context import CheckContext
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Standing
from shared.core.model.watchlist import RUNBOOK_SECTIONS
from shared.render.text.escape import clean
from shared.render.text.mailto import Mailto, mailto
from shared.render.text.markdown import html_for_page
from shared.render.text.request import request_mail
from shared.render.text.runbooks import filled

CREATE, REQUEST, CLEAN_UP = "Create", "Request", "Clean up"
VERIFY = "Verify"
OF_PIPELINES = (CREATE, VERIFY)
"""The sections about a service that no person installs."""
MAX_SUBJECT_CHARS = 200


class Section(NamedTuple):
    """A section of the runbook, filled in."""

    title: str
    html: Markup
    when: str
    """`next`: needed now; `then`: needed after that; empty: not needed now."""

    @property
    def is_open(self) -> bool:
        """Whether it is unfolded: the next step, and the check that belongs to it."""
        return self.when == "next" or (self.when == "then" and self.title == VERIFY)


class RequestMail(NamedTuple):
    """The mail with which the installer asks for a new secret."""

    to: str
    """Empty if the watchlist names no addressee."""
    subject: str
    text: str
    link: Mailto | None


def sections(view: ServiceView, needed: Sequence[str], at: CheckContext) -> Iterator[Section]:
    """Yield the needed sections in their order, then the others; never the request mail."""
    possible = OF_PIPELINES if view.service.by_pipeline else RUNBOOK_SECTIONS
    others = [
        title
        for title in possible
        if title not in needed and (title != CLEAN_UP or _can_clean_up(view))
    ]
    for title in (*needed, *others):
        if title == REQUEST:
            continue
        markdown = filled(view, title, now=at.now, zone=at.watchlist.zone).strip()
        if markdown:
            yield Section(title, html_for_page(markdown), _when(title, needed))


def request(view: ServiceView, at: CheckContext) -> RequestMail | None:
    """Return the request mail; `None` if the runbook has none, or if no person installs."""
    if view.service.by_pipeline:
        return None
    ready = request_mail(view, now=at.now, zone=at.watchlist.zone)
    text = ready.text.strip() if ready is not None else ""
    if ready is None or not text:
        return None
    to, subject = clean(view.service.request_to), clean(ready.subject, MAX_SUBJECT_CHARS)
    return RequestMail(to, subject, text, mailto(to, subject, text) if to else None)


def _when(title: str, needed: Sequence[str]) -> str:
    if title not in needed:
        return ""
    return "next" if title == needed[0] else "then"


def _can_clean_up(view: ServiceView) -> bool:
    """Before a newer credential is confirmed, "the old one" would be the one in use."""
    expiring_with_old_ones = view.standing == Standing.EXPIRING and bool(view.leftovers)
    return view.standing == Standing.HEALTHY or expiring_with_old_ones
