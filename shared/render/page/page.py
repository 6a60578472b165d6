"""The status page: one HTML document that works without a script.

Its forms carry what was shown, and post to `{base}/confirm`, `/acknowledge`, `/claim`, `/check`,
`/hand-over`, `/show-value` and `/withdraw`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from shared.core.model.context import CheckContext
from shared.core.model.decision import Decision, Person
from shared.core.model.listing import InventoryListing
from shared.core.model.visitor import Visitor
from shared.core.model.vocabulary import Severity
from shared.core.notify.requests import requests
from shared.core.results import Status
from shared.render.instant import instant
from shared.render.page import decided, other_items
from shared.render.page.age import age_text
from shared.render.page.flash import Receipt
from shared.render.page.hand_over import with_hand_over
from shared.render.page.history_part import HistoryLinks, history_part
from shared.render.page.history_query import NEWEST, WantedHistory
from shared.render.page.inventory import inventory_section, urgent_ones
from shared.render.page.inventory_query import WHOLE, Wanted
from shared.render.page.listing import listing_section
from shared.render.page.next_task import next_task, requests_once
from shared.render.page.recipients import recipients
from shared.render.page.runbook import request
from shared.render.page.section import Section, section
from shared.render.page.services import Card, card
from shared.render.page.templates import BASE, render, tenant_url
from shared.render.page.todos import todos
from shared.render.page.verdict import verdict
from shared.render.text.dates import clock, full_day
from shared.render.text.escape import clean
from shared.render.text.links import https
from shared.render.text.urgency import most_urgent_first
from shared.render.timeline.timeline import timeline

MAX_PROBLEM_CHARS = 2000


@dataclass(frozen=True, slots=True)
class PageData:
    """The data of a page."""

    status: Status
    at: CheckContext
    """The watchlist and the memory by which the status was judged, at the same instant."""
    histories: Mapping[str, Sequence[Decision]]
    """Decisions by service id; a service without decisions may be missing."""
    person: Person
    notice: Receipt | None = None
    """The result of the form that was just sent."""
    problem: str = ""
    """Why a form was refused."""
    failed: str = "Nothing was saved."
    """What a refused form did not do."""
    handing_over: Visitor | None = None
    """Who sees the page, where new secrets are handed over; `None`: they are not."""
    wanted: Wanted = WHOLE
    """The part of the tenant's table to show."""
    history: WantedHistory = NEWEST
    """The part of a service's history to show."""
    listing: InventoryListing | None = None
    """Everything that expires, if somebody asked for it."""
    tenant: str = ""
    """The tenant's key in links; empty if there is only one."""
    base: str = BASE
    """The path of the page; its assets are at `{base}/assets/`."""
    page_url: str = ""
    """The whole address of the page, for mails; empty if unknown."""


def page(data: PageData) -> str:
    """Return the page as HTML, to be sent as UTF-8."""
    status, at, zone = data.status, data.at, data.at.watchlist.zone
    cards, unread = _cards(data), other_items.unread(status, at)
    others = _others(data)
    sections = {name: section(items) for name, items in others.items()}
    to_do = sum(
        _needs_attention(item) for name in others for item in others[name] if name != "apps"
    )
    assumed = sum(each.turn is not None and each.severity == Severity.OK for each in cards)
    last_success = status.last_checks.last_success
    first = next_task(cards, [*unread, *_to_do(sections)])
    return render(
        "page.html.j2",
        base=data.base,
        query=tenant_url("", data.tenant),
        tenant_key=data.tenant,
        tenant_name=clean(at.watchlist.name),
        person=clean(data.person.name),
        data=data,
        problem=clean(data.problem, MAX_PROBLEM_CHARS),
        verdict=verdict(status, at, to_do + assumed),
        beside=urgent_ones(status.inventory),
        troubles=list(other_items.troubles(status, at)),
        checked=age_text(last_success, at.now) if last_success is not None else "",
        checked_stamp=instant(last_success),
        next=first,
        ignored=decided.ignored(status, at),
        todos=todos(cards, [*unread, *_to_do(sections)]),
        picture=_picture(data) if cards else "",
        cards=requests_once(cards, first),
        unread=unread,
        sections=sections,
        tenant=inventory_section(status.inventory, data.wanted, at, data.base, key=data.tenant),
        everything=listing_section(data.listing, at.watchlist, data.base, key=data.tenant),
        recipients=recipients(at.watchlist),
        zone=zone.key,
        generated=f"{full_day(at.now.astimezone(zone).date())}, {clock(at.now, zone)}",
        generated_stamp=instant(at.now),
    )


def _others(data: PageData) -> dict[str, list[other_items.Item]]:
    """Return the items that are not services, by the id of their section."""
    status, at = data.status, data.at
    return {
        "apps": other_items.apps(status, at),
        "unclaimed": other_items.unclaimed(status, at),
        "leftovers": other_items.leftovers(status, at),
        "watcher": other_items.watcher(status, at),
    }


def _to_do(sections: Mapping[str, Section]) -> list[other_items.Item]:
    """Return the shown items that need attention; every app with a problem does."""
    return [
        item
        for name, each in sections.items()
        for item in each.items
        if name == "apps" or _needs_attention(item)
    ]


def _needs_attention(item: other_items.Item) -> bool:
    return item.severity != Severity.OK and item.turn is not None


def _cards(data: PageData) -> list[Card]:
    views = sorted(
        data.status.judgement.services,
        key=lambda view: (not view.app.usable, most_urgent_first(view)),
    )
    links = HistoryLinks(data.history, data.base, data.tenant)
    made = requests(views)
    cards = []
    for view in views:
        history = history_part(view, data.histories.get(view.item, ()), data.at, links)
        asked = request(view, made, data.at, https(data.page_url))
        made_card = card(view, history, data.status, data.at, asked)
        if data.handing_over is not None:
            made_card = with_hand_over(
                made_card, view, data.handing_over, data.at, data.base, tenant=data.tenant
            )
        cards.append(made_card)
    return cards


def _picture(data: PageData) -> Markup:
    svg = timeline(data.status.judgement, data.at, standalone=False)
    return Markup(svg)  # noqa: S704  (the XML library has escaped it)
