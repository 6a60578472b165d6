"""The cards and mails in the documents: `python -m tests.render.regenerate --pictures`."""

from dataclasses import replace
from pathlib import Path

from local.cards import picture, to_html
from shared.config.runbook import parse
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
    "card-install": "replaced_with_page",
    "card-introduction": "introduction_to_settle",
    "card-safe": "confirmed",
}
"""By the name of the picture: the case."""
UNFOLDED = "card-install"
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
        cards = [
            payload["attachments"][0]["content"]
            for payload in payloads(_with_labels(MESSAGES[case]), page_url=page_of(case))
        ]
        picture(to_html(cards, opened=name == UNFOLDED), PICTURES / f"{name}.png")
    for name, (case, dark) in DRAWN_MAILS.items():
        picture(_mail(case, dark=dark), PICTURES / f"{name}.png", width=WIDTH)


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
