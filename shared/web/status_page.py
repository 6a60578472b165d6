"""The status page as an HTTP response, with the result of a form if there is one."""

from shared.config.setting_rules import PAGE_PATH
from shared.core.model.context import CheckContext
from shared.core.results import Status
from shared.render.page import flash
from shared.render.page.inventory_query import WHOLE, Wanted
from shared.render.page.page import PageData, page
from shared.web import response
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
        result: What a form did, or the text about it.
        problem: Why a form was refused.
        status: The HTTP status.
        part: The part of the tenant's table to show.
    """
    watch = visit.watch
    histories = watch.ledger.decisions(*watch.watchlist.services)

    def html(now: Status, at: CheckContext) -> str:
        notice = (
            flash.receipt(result.notice, result.service, now.judgement, at.watchlist)
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
        return page(data)

    return response.page(watch.shown_status(html), status)
