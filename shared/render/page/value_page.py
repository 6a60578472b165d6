"""The page that shows the value of a new secret to the person who opened it."""

from typing import NamedTuple

from shared.core.hand_over.offer import REOPEN
from shared.core.model.context import CheckContext
from shared.core.model.hand_over import HandOver
from shared.core.model.secret import Secret
from shared.core.results import Status
from shared.render.page.confirm_form import confirms
from shared.render.page.runbook import VERIFY, sections
from shared.render.page.templates import render, tenant_url
from shared.render.text.dates import clock
from shared.render.text.escape import clean
from shared.render.text.naming import called
from shared.render.text.wording import words_for

BESIDE = ("Install", VERIFY)
"""The sections of the runbook that are shown with the value."""


class Shown(NamedTuple):
    """What is shown, and to whom."""

    record: HandOver
    value: Secret
    person: str
    """The name of the reader."""
    base: str
    """The path of the page."""
    tenant: str
    """The tenant's key in links; empty if there is only one."""


class ServiceNamed(NamedTuple):
    """The service, as the forms need it."""

    id: str
    name: str


def value_page(shown: Shown, status: Status, at: CheckContext) -> str:
    """Return the page with the value: the only place where it is written out.

    It is there even if the app of its service cannot be evaluated now.
    """
    record = shown.record
    found = [each for each in status.judgement.services if each.service.id == record.service]
    buttons = [each for view in found for each in confirms(view, at)]
    return render(
        "value.html.j2",
        base=shown.base,
        query=tenant_url("", shown.tenant),
        tenant_name=clean(at.watchlist.name),
        person=clean(shown.person),
        card=ServiceNamed(record.service, clean(at.watchlist.services[record.service].name)),
        secret=called(record.credential),
        value=shown.value.reveal(),
        about=_about(record, at),
        sections=[
            each for view in found for each in sections(view, BESIDE, at) if each.title in BESIDE
        ],
        links=[
            link
            for view in found
            for link in words_for(view).links()
            if link.url == view.service.link
        ],
        confirms=[each for each in buttons if each.shown.key_id == record.key_id],
    )


def _about(record: HandOver, at: CheckContext) -> str:
    last = clock(record.opened[0].at + REOPEN, at.watchlist.zone)
    return (
        "This page shows it until you leave or reload it. After that, you can open it again until "
        f"{last}. The history shows that you opened it."
    )
