"""Links to the part of the status page that a message is about.

The anchors are `SERVICE-request`, `SERVICE-install` and `SERVICE-confirm`, and those of the page's
sections. A page without the part opens at its top.
"""

from shared.core.model.inventory import InventoryView
from shared.core.model.message import Message, Notice
from shared.core.model.views import AppView, LeftoverView, ServiceView, UnclaimedView, View
from shared.core.model.vocabulary import Role, Standing
from shared.core.model.watchlist import REQUEST
from shared.render.text.ready_request import anchor
from shared.render.text.wording import words_for

_TO_CONFIRM = {Standing.HEALTHY, Standing.AWAITING_INSTALL}


def page_link(message: Message, page_url: str) -> str:
    """Return the address of the page at the part of the first notice; empty without a page."""
    if not page_url or not message.notices:
        return page_url
    first = min(message.notices, key=lambda notice: notice.order)
    return part_link(first, page_url) or page_url


def part_link(notice: Notice, page_url: str) -> str:
    """Return the address of the part of the page about a notice; empty without one."""
    part = _part(notice)
    return f"{page_url}#{part}" if page_url and part else ""


def _part(notice: Notice) -> str:
    view = notice.view
    match view:
        case ServiceView():
            return _part_of_service(view, notice)
        case _:
            return _section(view)


def _part_of_service(view: ServiceView, notice: Notice) -> str:
    service = view.service.id
    if view.assumed and view.standing in _TO_CONFIRM and view.handed_over is None:
        return f"{service}-confirm"
    if view.handed_over is not None and not view.handed_over.opened:
        return f"service-{service}"  # the button that shows the value is above the steps
    needed = words_for(view).runbook_sections().get(Role.INSTALLER, ())
    if REQUEST in needed and notice.roles != {Role.RENEWER}:
        return anchor(service)
    return f"{service}-install" if "Install" in needed else f"service-{service}"


def _section(view: View) -> str:
    match view:
        case UnclaimedView():
            return "unclaimed"
        case AppView():
            return "apps"
        case LeftoverView():
            return "leftovers"
        case InventoryView():
            return "tenant"
        case _:
            return ""
