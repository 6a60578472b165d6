"""The cards and mails in the documents: `python -m tests.render.regenerate --pictures`."""

from dataclasses import replace
from pathlib import Path

from local.cards import Card, picture, to_html
from local.simulation.build import CLIENT_ID, at, secret
from local.simulation.world import World
from shared.config.runbook import parse
from shared.config.watchlist import parse as parse_watchlist
from shared.core.model.message import Message, Notice
from shared.core.model.views import ServiceView, UnclaimedView, View
from shared.core.notify.requests import requests
from shared.render.card.card import payloads
from shared.render.mail.mail import mail
from tests.render.cases import MESSAGES, page_of
from tests.render.mail_cases import CHANNELS, MAILS, SENDER
from tests.render.page.page_cases import LABELS
from tests.support.notices import INSTALLER, PAGE_URL

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "pictures"
CARDS = {
    "card-expiring": "expiring_to_renewer",
    "card-introduction": "introduction_to_settle",
    "card-safe": "confirmed",
}
"""By the name of the picture: the case."""
SHIPPED = "card-install"
"""The picture of the readme: the watchlist and the runbook that ship."""
DRAWN_MAILS = {
    "mail-request": ("two_in_a_month_with_page", False),
    "mail-create": ("expiring_to_renewer", False),
    "mail-install-dark": ("replaced", True),
}
"""By the name of the picture: the case, and whether it is dark."""
WIDTH = 660
MEASURE = (
    "<script>document.body.dataset.height = "
    "document.body.firstElementChild.nextElementSibling.offsetHeight</script></body>"
)


def draw() -> None:
    """Draw the pictures of the documents, the mails with the shipped runbooks."""
    for name, case in CARDS.items():
        cards = _cards_of(_with_labels(MESSAGES[case]), page_of(case))
        picture(to_html(cards), PICTURES / f"{name}.png")
    picture(to_html(_cards_of(shipped())), PICTURES / f"{SHIPPED}.png")
    for name, (case, dark) in DRAWN_MAILS.items():
        picture(_mail(case, dark=dark), PICTURES / f"{name}.png", width=WIDTH)


def shipped() -> Message:
    """Return the message of the shipped watchlist when LibCal's new secret is ready to install."""
    settings = {"TEAMS_WEBHOOK_URL": "https://flow.example/x", "LIBAPPS_CLIENT_ID": CLIENT_ID}
    watched = parse_watchlist(
        (ROOT / "watchlist.toml").read_text("utf-8"),
        "watchlist.toml",
        settings,
        lambda name: (ROOT / name).read_text("utf-8"),
    )
    world = World(watched=watched, now=at("2026-08-15T13:05Z"))
    old = secret("cal24", "LibCal 2024", ends="2026-11-28T09:15Z", hint="q7X")
    other = secret("sta25", "LibStaffer 2025", ends="2027-11-20T02:00Z", hint="Zk2")
    addresses = watched.apps[0].redirect_uris
    world.tenant.put(old, other, redirect_uris=addresses)
    world.run("2026-11-20T18:00Z")
    starts, ends = "2026-11-20T17:00Z", "2028-11-20T17:00Z"
    new = secret("cal28", "LibCal 2028", starts=starts, ends=ends, hint="8~w")
    world.tenant.put(old, other, new, redirect_uris=addresses)
    world.run("2026-11-22T18:00Z")
    return world.inboxes["libapps"].heard[-1]


def _cards_of(message: Message, page_url: str = PAGE_URL) -> list[Card]:
    return [each["attachments"][0]["content"] for each in payloads(message, page_url=page_url)]


def _mail(case: str, *, dark: bool) -> str:
    labelled = _with_labels(MAILS[case])
    notices = tuple(map(_with_runbook, labelled.notices))
    channel = "libapps-admins" if notices[0].roles == INSTALLER else "its"
    asked = requests(each.view for each in notices if isinstance(each.view, ServiceView))
    message = replace(
        labelled, channel=channel, label=LABELS[channel], notices=notices, requests=asked
    )
    page = mail(
        message, to=("reader@example.org",), sender=SENDER, channels=CHANNELS, page_url=PAGE_URL
    ).html
    page = page.replace("(prefers-color-scheme: dark)", "all") if dark else page
    return page.replace("</body>", MEASURE)


def _with_labels(message: Message) -> Message:
    """Return a message whose services call their channels as people do."""
    notices = tuple(replace(each, view=_view_with_labels(each.view)) for each in message.notices)
    return replace(message, notices=notices, label=LABELS.get(message.channel, ""))


def _view_with_labels(view: View) -> View:
    if isinstance(view, ServiceView):
        return replace(view, service=replace(view.service, labels=LABELS))
    if isinstance(view, UnclaimedView):
        services = tuple(replace(each, labels=LABELS) for each in view.watched.services)
        return replace(view, watched=replace(view.watched, services=services))
    return view


def _with_runbook(notice: Notice) -> Notice:
    assert isinstance(notice.view, ServiceView)
    file = f"runbooks/{notice.view.service.id}.md"
    service = replace(
        notice.view.service, runbook=parse((ROOT / file).read_text(encoding="utf-8"), file)
    )
    return replace(notice, view=replace(notice.view, service=service))
