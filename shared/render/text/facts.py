"""What people look for first stands in rows: until when, the next step, what breaks, and which credential it is about."""

from datetime import datetime
from zoneinfo import ZoneInfo

from shared.core.model.directory import Credential
from shared.core.model.inventory import Holder
from shared.core.model.message import Notice
from shared.core.model.views import (
    AppView,
    InventoryView,
    LeftoverView,
    Loss,
    ServiceView,
    UnclaimedView,
    View,
)
from shared.core.model.vocabulary import Standing
from shared.render.text.dates import when
from shared.render.text.escape import clean
from shared.render.text.inventory import app_name, has_name, owned_by
from shared.render.text.naming import capital, client_id_tail, described, listed
from shared.render.text.next_steps import next_step

MAX_TEXT_CHARS = 300
"""How much of a watchlist text (what breaks) is shown."""


def facts(notice: Notice, *, now: datetime, zone: ZoneInfo) -> list[tuple[str, str]]:
    """Give what people look for first, as pairs of a label and a text: until when, what breaks, the next step, which credential."""
    view = notice.view
    rows: list[tuple[str, str]] = []
    match view:
        case ServiceView():
            rows = _service_facts(view, now, zone)
        case UnclaimedView():
            rows = [
                ("Credential", capital(described(view.credential, now, zone))),
                ("App", _app_label(view)),
            ]
        case AppView():
            rows = [
                ("Affects", listed([clean(service.name) for service in view.watched.services])),
                ("App", _app_label(view)),
            ]
        case InventoryView():
            rows = _tenant_facts(view, now, zone)
        case LeftoverView():
            rows = [
                ("Old one", capital(described(view.credential, now, zone))),
                *(
                    [("In use", capital(described(view.owner.in_use, now, zone)))]
                    if view.owner.in_use
                    else []
                ),
            ]
        case _:
            pass
    step = next_step(view, notice.roles)
    return [*_ends(view, now, zone), *([("Next step", step)] if step else []), *rows]


def _ends(view: View, now: datetime, zone: ZoneInfo) -> list[tuple[str, str]]:
    """Give the row that says until when; none where the item has no end, or its credential is gone."""
    match view:
        case ServiceView(in_use=Credential() as counted) if view.loss != Loss.DELETED:
            pass
        case UnclaimedView(credential=counted) | LeftoverView(credential=counted):
            pass
        case InventoryView():
            counted = view.listed.credential
        case _:
            return []
    if counted.ends is None:
        return [("Ends", "Never: it does not expire")]
    return [("Ended" if counted.ends <= now else "Ends", capital(when(counted.ends, now, zone)))]


def _service_facts(view: ServiceView, now: datetime, zone: ZoneInfo) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    if view.standing != Standing.HEALTHY:
        rows.append(("What breaks", clean(view.service.breaks, MAX_TEXT_CHARS)))
    if view.in_use is not None:
        label = {
            Loss.NONE: "In use?" if view.assumed else "In use",
            Loss.DELETED: "Gone",
            Loss.EXPIRED: "Old one",
        }[view.loss]
        rows.append((label, capital(described(view.in_use, now, zone))))
    if view.replacement is not None:
        rows.append(("New", capital(described(view.replacement, now, zone))))
    rows.append(("App", _app_label(view)))
    return rows


def _tenant_facts(view: InventoryView, now: datetime, zone: ZoneInfo) -> list[tuple[str, str]]:
    kind = "App" if view.listed.holder == Holder.APPLICATION else "Enterprise app"
    rows = [
        ("Credential", capital(described(view.listed.credential, now, zone))),
        (
            kind,
            f"{app_name(view)} ({client_id_tail(view.listed.client_id) if has_name(view) else 'it has no name'})",
        ),
    ]
    if view.owned is not None:
        rows.append(("Owner", capital(owned_by(view.owned))))
        rows += (
            [("Reference", clean(view.owned.reference, MAX_TEXT_CHARS))]
            if view.owned.reference
            else []
        )
        rows += [("Notes", clean(view.owned.notes, MAX_TEXT_CHARS))] if view.owned.notes else []
    return rows


def _app_label(view: ServiceView | UnclaimedView | AppView) -> str:
    tail = client_id_tail(view.app.client_id)
    name = clean(view.app.name)
    return f"{name} ({tail})" if name else tail
