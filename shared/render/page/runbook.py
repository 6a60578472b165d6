"""The runbook on a service's card: its sections, filled in, and the request mail."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup

from shared.core.model.context import CheckContext
from shared.core.model.views import Request, ServiceView
from shared.core.model.vocabulary import Standing
from shared.core.model.watchlist import CREATE, REQUEST, RUNBOOK_SECTIONS
from shared.core.notify.requests import request_of
from shared.render.text.markdown import html_for_page
from shared.render.text.ready_request import ReadyRequest
from shared.render.text.request import ready_request
from shared.render.text.runbooks import filled

CLEAN_UP, VERIFY = "Clean up", "Verify"
OF_PIPELINES = (CREATE, VERIFY)
"""The sections about a service that no person installs."""


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


def request(
    view: ServiceView, made: Sequence[Request], at: CheckContext, page_url: str = ""
) -> ReadyRequest | None:
    """Return the request that asks for a service too, else one for it alone.

    `None` if there is nothing to ask for and no runbook, or if no person installs.
    """
    if view.service.by_pipeline:
        return None
    found = request_of(view.service.id, made)
    if found is None and view.service.runbook is not None:
        found = Request((view,))
    if found is None:
        return None
    return ready_request(found, now=at.now, zone=at.watchlist.zone, page_url=page_url)


def _when(title: str, needed: Sequence[str]) -> str:
    if title not in needed:
        return ""
    return "next" if title == needed[0] else "then"


def _can_clean_up(view: ServiceView) -> bool:
    """Before a newer credential is confirmed, "the old one" would be the one in use."""
    expiring_with_old_ones = view.standing == Standing.EXPIRING and bool(view.leftovers)
    return view.standing == Standing.HEALTHY or expiring_with_old_ones
