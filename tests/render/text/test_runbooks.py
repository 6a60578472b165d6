import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from shared.config.runbook import parse
from shared.core.model.views import Request, ServiceView
from shared.core.model.vocabulary import Loss, Standing
from shared.core.model.watchlist import Claim, Runbook
from shared.render.text.card_markdown import MAX_CARD_BYTES
from shared.render.text.links import entra_credentials
from shared.render.text.ready_request import ReadyRequest
from shared.render.text.request import ready_request
from shared.render.text.runbooks import filled, for_card
from tests.render.cases import STOPGAP_ENDED, STOPGAP_GONE
from tests.support.notices import (
    APP,
    LIBCAL,
    NOW,
    ZONE,
    credential,
    service_view,
    unmatched,
)

PORTAL = entra_credentials(APP, None)
RUNBOOKS = Path(__file__).parents[3] / "runbooks"


def with_sections(view: ServiceView | None = None, /, **sections: str) -> ServiceView:
    view = view or service_view()
    return replace(view, service=replace(view.service, runbook=Runbook("a.md", sections)))


def card(view: ServiceView, *names: str) -> str:
    return for_card(view, names, now=NOW, zone=ZONE).markdown


def asked(view: ServiceView) -> ReadyRequest:
    ready = ready_request(Request((view,)), now=NOW, zone=ZONE)
    assert ready is not None
    return ready


def test_request_without_a_subject_gets_one() -> None:
    ready = asked(with_sections(Request="Please!"))
    assert (ready.subject, ready.text) == ("New client secret for LibCal", "Please!")


def test_service_without_a_runbook_has_no_sections() -> None:
    view = service_view(service=replace(LIBCAL, runbook=None))
    assert filled(view, "Create", now=NOW, zone=ZONE) == ""
    assert card(view, "Create") == ""


def test_card_joins_wrapped_lines_and_keeps_lists() -> None:
    view = with_sections(
        Create="1. Write `LibCal_*`\n   and the year.\n"
        "2. Open <https://entra.microsoft.com>.\n   - once\n"
    )
    assert card(view, "Create") == (
        "**Create**\n\n1. Write LibCal\\_\\* and the year.\n"
        "2. Open [https://entra.microsoft.com](https://entra.microsoft.com).\n   - once"
    )


def test_filled_section_on_a_card_is_inert() -> None:
    view = with_sections(
        service_view(app=replace(APP, name="{{DATE(x)}} <at>*")),
        Create="`{{app}}` at <{{portal_link}}>",
    )
    assert (
        card(view, "Create")
        == f"**Create**\n\n{{ {{DATE(x)}}}} \\< at\\>\\* at [https://entra.microsoft.com/…]({PORTAL})"
    )


def test_card_shows_only_sections_that_fit() -> None:
    view = with_sections(Install="x", Verify="y" * MAX_CARD_BYTES)
    assert card(view, "Install", "Verify") == "**Install**\n\nx"
    assert for_card(view, ("Install", "Verify"), now=NOW, zone=ZONE).left_out == ("Verify",)
    assert card(view, "Verify") == ""
    assert card(view, "Clean up") == ""


@pytest.mark.parametrize("service", ["LibCal", "LibStaffer"])
def test_shipped_runbooks_are_filled_completely(service: str) -> None:
    path = RUNBOOKS / f"{service.lower()}.md"
    runbook = parse(path.read_text("utf-8"), path.name)
    view = service_view(
        service=replace(LIBCAL, name=service, claim=Claim("name", f"{service}*"), runbook=runbook)
    )
    mail = asked(view)
    assert mail.subject == f"Please create a new client secret for {service}"
    assert all(
        words in mail.text
        for words in ("13 Dec 2026", f"\n- {service} 2028 (", "ends in 13d6", f"<{PORTAL}>")
    )
    assert len(quote(mail.subject + mail.text.replace("\n", "\r\n"))) < 1_700, (
        "it has to fit a mailto: link"
    )
    assert f"`{service} 2028`" in filled(view, "Create", now=NOW, zone=ZONE)
    assert all(
        "{{" not in filled(view, section, now=NOW, zone=ZONE) for section in runbook.sections
    )
    assert all(card(view, section) for section in runbook.sections), (
        "every section is short enough for a card"
    )


@pytest.mark.parametrize("name", ["libcal", "libstaffer"])
def test_request_hurries_when_the_old_secret_is_lost(
    name: str,
) -> None:
    runbook = parse((RUNBOOKS / f"{name}.md").read_text("utf-8"), name)

    def text(view: ServiceView) -> str:
        mail = asked(replace(view, service=replace(view.service, runbook=runbook)))
        assert all(line == line.strip() for line in mail.text.split("\n"))
        return mail.text

    leave = "leave the current secret in place until we confirm that LibCal syncs with the new one."
    expiring = text(service_view())
    assert "(for LibCal: its current client secret expires on 13 Dec 2026)\n" in expiring
    assert leave in expiring
    assert "hurry" not in expiring
    ended = text(service_view(Standing.EXPIRED, credential(ends=-3), over=Loss.EXPIRED))
    assert "its client secret expired on 19 Nov 2026, please hurry)" in ended
    gone = text(service_view(Standing.MISSING, over=Loss.DELETED))
    assert "its client secret was deleted, please hurry)" in gone
    assert all("in place" not in words for words in (ended, gone, text(unmatched())))
    assert "it has no client secret yet)" in text(unmatched())
    assert "does not expire)" in text(service_view(in_use=credential(ends=None)))


LOST = {
    "deleted": service_view(Standing.MISSING, over=Loss.DELETED),
    "expired": service_view(Standing.EXPIRED, credential(ends=-3), over=Loss.EXPIRED),
    "never there": unmatched(),
    "deleted, with an older one": STOPGAP_GONE,
    "expired, with an older one": STOPGAP_ENDED,
}
KEEPS = re.compile(r"[^.:\n]*\b(?:old|older) (?:client )?secret[^.]*\.")
"""A sentence about the old secret."""


@pytest.mark.parametrize("name", sorted(path.stem for path in RUNBOOKS.glob("*.md")))
@pytest.mark.parametrize("standing", LOST)
def test_shipped_steps_fit_a_service_without_its_old_secret(name: str, standing: str) -> None:
    runbook = parse((RUNBOOKS / f"{name}.md").read_text("utf-8"), name)
    view = replace(LOST[standing], service=replace(LIBCAL, runbook=runbook))
    for section in ("Request", "Create", "Install", "Verify"):
        text = " ".join(filled(view, section, now=NOW, zone=ZONE).split())
        for found in KEEPS.finditer(text):
            assert re.match(r"\W*(?:\d+\. )?If the old secret still exists\b", found[0]), found[0]


@pytest.mark.parametrize("name", sorted(path.stem for path in RUNBOOKS.glob("*.md")))
def test_shipped_steps_keep_an_old_secret_that_exists(name: str) -> None:
    runbook = parse((RUNBOOKS / f"{name}.md").read_text("utf-8"), name)
    view = service_view(service=replace(LIBCAL, runbook=runbook))
    assert "If the old secret still exists, leave it" in card(view, "Create")
    assert "If there is none, nothing is left to do." in card(view, "Clean up")
