"""The status page as an HTTP response, with the result of a form if there is one."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from shared.config.setting_rules import PAGE_PATH
from shared.core.model.context import CheckContext
from shared.core.model.decision import Decision
from shared.core.model.listing import InventoryListing
from shared.core.results import Status
from shared.render.page import flash
from shared.render.page.history_query import NEWEST, WantedHistory
from shared.render.page.inventory_query import WHOLE, Wanted
from shared.render.page.page import PageData, page
from shared.web import response
from shared.web.done import Done
from shared.web.just_done import RECENT, just_done
from shared.web.visit import PageVisit


class ShownParts(NamedTuple):
    """What the page's address asks for."""

    part: Wanted = WHOLE
    """The part of the tenant's table."""
    history: WantedHistory = NEWEST
    """The part of a service's history."""
    listing: InventoryListing | None = None
    """Everything that expires, if somebody asked for it."""


NOTHING_ASKED = ShownParts()
NOTHING_SAVED = "Nothing was saved."


class Refusal(NamedTuple):
    """Why a form was refused."""

    why: str
    failed: str = NOTHING_SAVED
    """What it did not do."""


def status_page(
    visit: PageVisit,
    result: Done | flash.Receipt | Refusal | None = None,
    *,
    status: int = 200,
    shown: ShownParts = NOTHING_ASKED,
) -> response.HttpResponse:
    """Return the page as things are now.

    Args:
        visit: Who sees the page, and of which tenant.
        result: What the address says that a form did, the text about a form, or why it was refused.
        status: The HTTP status.
        shown: The parts of the page that its address asks for.
    """
    ledger = visit.watch.ledger
    histories = ledger.decisions(*visit.watch.watchlist.services)
    asked = isinstance(result, Done) and result.notice
    recent = ledger.decisions_since(visit.watch.clock() - RECENT) if asked else ()

    def html(now: Status, at: CheckContext) -> str:
        data = PageData(
            now,
            at,
            histories,
            visit.person,
            handing_over=visit.visitor if visit.hands_over else None,
            wanted=shown.part,
            history=shown.history,
            listing=shown.listing,
            tenant=visit.tenant,
            base=PAGE_PATH,
            page_url=visit.page_url,
        )
        if isinstance(result, Refusal):
            return page(replace(data, problem=flash.refusal(result.why), failed=result.failed))
        notice = _receipt(result, recent, data) if isinstance(result, Done) else result
        return page(replace(data, notice=notice))

    return response.page(visit.watch.shown_status(html), status, posts_to=visit.posts_to)


def _receipt(said: Done, recent: Sequence[Decision], data: PageData) -> flash.Receipt | None:
    """Return the answer to the form that was just sent, if the ledger has what it did.

    `recent` are the decisions made since `RECENT` before the page was asked for.
    """
    if not said.notice:
        return None
    done = just_done(said, data.person, recent, data.histories, data.at)
    if done is None:
        return None
    return flash.receipt(done.notice, done.service, data.status.judgement, data.at.watchlist)
