"""The status page as an HTTP response, with the result of a form if there is one."""

from collections.abc import Mapping, Sequence

from shared.config.setting_rules import PAGE_PATH
from shared.core.model.context import CheckContext
from shared.core.model.decision import Decision
from shared.render.page import flash
from shared.render.page.inventory_query import WHOLE, Wanted
from shared.render.page.page import PageData, page
from shared.web import response
from shared.web.just_done import RECENT, just_done
from shared.web.visit import Done, PageVisit


def status_page(
    visit: PageVisit,
    result: Done | flash.Receipt | None = None,
    *,
    problem: str = "",
    status: int = 200,
    part: Wanted = WHOLE,
) -> response.HttpResponse:
    """Return the page as things are now.

    Args:
        visit: Who sees the page, and of which tenant.
        result: What the address says that a form did, or the text about a form.
        problem: Why a form was refused.
        status: The HTTP status.
        part: The part of the tenant's table to show.
    """
    watch, now = visit.watch, visit.watch.status()
    watchlist, judgement = watch.watchlist, now.judgement
    at = CheckContext(watchlist, watch.ledger.load(), judgement.now, now.last_checks)
    histories = watch.ledger.decisions(*watchlist.services)
    if isinstance(result, Done):
        result = _confirmed(visit, result, histories, at)
    notice = (
        flash.receipt(result.notice, result.service, judgement, watchlist)
        if isinstance(result, Done)
        else result
    )
    data = PageData(
        now,
        at,
        histories,
        visit.person,
        notice,
        flash.refusal(problem),
        part,
        tenant=visit.tenant,
        base=PAGE_PATH,
    )
    return response.page(page(data), status)


def _confirmed(
    visit: PageVisit, said: Done, histories: Mapping[str, Sequence[Decision]], at: CheckContext
) -> Done | None:
    """Return what the form that was just sent did, if the ledger has it."""
    if not said.notice:
        return None
    recent = visit.watch.ledger.decisions_since(at.now - RECENT)
    return just_done(said, visit.person, recent, histories, at)
