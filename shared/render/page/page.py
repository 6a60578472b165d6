"""The status page: everything that a person needs, as one HTML document that works without a script.

All text is escaped by the template; there is no inline style or script, so a strict Content-Security-Policy holds. Forms
carry what was shown, and post to `{base}/confirm`, `/acknowledge`, `/claim` and `/check`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from shared.core.model.context import CheckContext
from shared.core.model.decision import Decision, Person
from shared.core.model.vocabulary import Severity
from shared.core.results import Status
from shared.render.feeds.document_parts import instant
from shared.render.page import other_items
from shared.render.page.flash import Receipt
from shared.render.page.inventory import WHOLE, Wanted, inventory_section, urgent_ones
from shared.render.page.other_items import Item
from shared.render.page.services import Card, card
from shared.render.page.timeline import timeline
from shared.render.page.verdict import age_text, urgency, verdict
from shared.render.text.dates import clock, full_day
from shared.render.text.escape import clean

BASE = "/api/page"
_HERE = Path(__file__).parent
_ASSETS = {"page.css": "text/css", "page.js": "text/javascript"}


@dataclass(frozen=True, slots=True)
class PageData:
    """What a page is made of."""

    status: Status
    at: CheckContext
    """The watchlist and the memory that the status was judged by, at the same instant."""
    histories: Mapping[str, Sequence[Decision]]
    """By service id; a service without one has no decisions."""
    person: Person
    notice: Receipt | None = None
    """What was just done."""
    problem: str = ""
    """Why a decision was not recorded."""
    wanted: Wanted = WHOLE
    """Which part of the tenant's table is shown."""
    tenant: str = ""
    """Names the tenant in every link, where there are several."""
    base: str = BASE
    """The path at which the page is served; assets are at `{base}/assets/`."""


class Todo(NamedTuple):
    """A line of the list of what needs attention, with its place on the page."""

    anchor: str
    severity: Severity
    badge: str
    text: str
    whose: str


def page(data: PageData) -> str:
    """Give the page as HTML, to be sent as UTF-8."""
    status, at = data.status, data.at
    zone = at.watchlist.zone
    services = sorted(
        status.judgement.services,
        key=lambda view: (not view.app.usable, -view.severity.rank, urgency(view)),
    )
    cards = [card(view, data.histories.get(view.item, ()), status, at) for view in services]
    unread, unclaimed, apps = (
        other_items.unread(status, at),
        other_items.unclaimed(status, at),
        other_items.apps(status, at),
    )
    leftovers, watcher = other_items.leftovers(status, at), other_items.watcher(status, at)
    other_things = [
        item
        for item in (*unclaimed, *leftovers, *watcher)
        if item.severity != Severity.OK and item.turn is not None
    ]
    assumed = sum(each.turn is not None and each.severity == Severity.OK for each in cards)
    html = (
        _environment()
        .get_template("page.html.j2")
        .render(
            base=data.base,
            query=f"?tenant={quote(data.tenant, safe='')}" if data.tenant else "",
            tenant_key=data.tenant,
            tenant_name=clean(at.watchlist.name),
            person=clean(data.person.name),
            notice=data.notice,
            problem=data.problem,
            verdict=verdict(status, at, len(other_things) + assumed),
            beside=urgent_ones(status.inventory),
            troubles=list(other_items.troubles(status, at)),
            checked=age_text(status.last_checks.last_success, at.now)
            if status.last_checks.last_success is not None
            else "",
            checked_stamp=instant(status.last_checks.last_success),
            todos=_todos(cards, [*unread, *apps, *other_things]),
            picture=Markup(timeline(status.judgement, at, standalone=False)) if cards else "",  # noqa: S704  (escaped by its XML library)
            cards=cards,
            unread=unread,
            unclaimed=unclaimed,
            apps=apps,
            leftovers=leftovers,
            watcher=watcher,
            tenant=inventory_section(
                status.inventory, data.wanted, zone, data.base, key=data.tenant
            ),
            zone=zone.key,
            generated=f"{full_day(at.now.astimezone(zone).date())}, {clock(at.now, zone)}",
            generated_stamp=instant(at.now),
        )
    )
    return _sendable(html)


def which_tenant(names: Mapping[str, str], base: str = BASE) -> str:
    """Give the page that asks which tenant is meant; `names` by what names it in a link."""
    links = [
        (f"{base}?tenant={quote(key, safe='')}", clean(name), key) for key, name in names.items()
    ]
    return _sendable(
        _environment().get_template("which_tenant.html.j2").render(base=base, links=links)
    )


def not_signed_in(base: str = BASE) -> str:
    """Give the page for somebody who is not signed in, which says how to switch sign-in on."""
    return _environment().get_template("not_signed_in.html.j2").render(base=base)


@cache
def assets() -> Mapping[str, tuple[str, str]]:
    """Give the files that the page refers to, by name: the media type and the text of each."""
    return MappingProxyType(
        {name: (kind, (_HERE / name).read_text(encoding="utf-8")) for name, kind in _ASSETS.items()}
    )


def _todos(cards: Sequence[Card], items: Sequence[Item]) -> list[Todo]:
    """Give what needs attention, most urgent first; what is well is only in its card."""
    mine = [
        Todo(
            f"service-{each.id}",
            each.severity,
            each.badge,
            each.headline,
            each.turn.whose if each.turn is not None else "",
        )
        for each in cards
        if each.severity != Severity.OK or each.turn is not None
    ]
    others = [
        Todo(
            each.id,
            each.severity,
            each.badge,
            each.headline,
            each.turn.whose if each.turn is not None else "",
        )
        for each in items
    ]
    return sorted((*mine, *others), key=lambda todo: -todo.severity.rank)


def _sendable(html: str) -> str:
    """Replace what UTF-8 cannot carry."""
    return html.encode("utf-8", "replace").decode("utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
