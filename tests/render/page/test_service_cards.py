"""The cards of services: their forms, the runbook, the request and the history."""

from dataclasses import replace

import pytest

from local.simulation.build import at as instant_of
from local.simulation.build import secret
from shared.core.model.decision import Decision, DecisionKind
from shared.core.model.memory import CredentialRecord, Memory
from shared.core.model.notification import Notification
from shared.core.model.views import ServiceView, View
from shared.core.model.vocabulary import Loss, Reason, Standing
from shared.render.page.page import page
from shared.render.text.naming import described
from tests.render.page.page_cases import ENDED, SAFE, STAFFER, WAITING, library, lived, single
from tests.render.page.parsed_page import ParsedPage, parsed
from tests.support.notices import (
    LIBCAL,
    NEW,
    NOW,
    PAT,
    ZONE,
    at,
    credential,
    service_view,
    unmatched,
)

MISSING = service_view(Standing.MISSING, over=Loss.DELETED)
ASSUMED = service_view(Standing.AWAITING_INSTALL, replacement=NEW, assumed=True)
UPCOMING = service_view(replacement=credential("LibCal 2026", 740, starts=9), upcoming=True)


def test_most_urgent_service_comes_first() -> None:
    late = replace(ENDED, service=replace(LIBCAL, id="late", name="Late"))
    shown = parsed(single(STAFFER, service_view(), late))
    ids = [given["id"] for given in shown.of("article")]
    assert ids == ["service-late", "service-libcal", "service-libstaffer"]


def test_confirm_form_carries_the_shown_credential() -> None:
    shown = parsed(single(WAITING))
    fields = {
        "service": "libcal",
        "key_id": NEW.key_id,
        "hint": "Zr2",
        "ends": "2028-11-14T09:15:00Z",
    }
    assert shown.sent("confirm") == [fields]
    assert "Confirm: I pasted Zr2… into LibCal and saw it sync" in shown.text


@pytest.mark.parametrize(
    ("ends", "field"),
    [("2028-11-14T09:15:00.123Z", "2028-11-14T09:15:00.123000Z"), (None, "")],
)
def test_confirm_form_carries_the_exact_end(ends: str | None, field: str) -> None:
    new = NEW._replace(ends=instant_of(ends) if ends is not None else None)
    shown = parsed(single(replace(WAITING, replacement=new)))
    assert shown.sent("confirm")[0]["ends"] == field


def test_assumed_credential_and_replacement_can_both_be_confirmed() -> None:
    shown = parsed(single(ASSUMED))
    assert [form["hint"] for form in shown.sent("confirm")] == ["Zr2", "q7X"]
    assert "Confirm: LibCal uses q7X…" in shown.text


def test_older_live_credential_has_an_undo_button() -> None:
    shown = parsed(single(replace(SAFE, leftovers=(credential(),))))
    assert [form["hint"] for form in shown.sent("confirm")] == ["q7X"]
    assert "Undo: LibCal still uses q7X…" in shown.text


def test_unclaimed_credential_can_replace_a_missing_one() -> None:
    unclaimed = credential("secret for sync", 500, hint="p0W", starts=-1)
    shown = parsed(single(replace(MISSING, candidates=(unclaimed,))))
    assert [form["hint"] for form in shown.sent("confirm")] == ["p0W"]


@pytest.mark.parametrize("view", [SAFE, service_view(), ENDED, UPCOMING, unmatched()])
def test_no_confirm_button_without_a_live_replacement(view: ServiceView) -> None:
    assert parsed(single(view)).sent("confirm") == []


def test_every_live_replacement_can_be_confirmed() -> None:
    world = library()
    world.tenant.add(
        secret(
            "cal25", "LibCal 2025", starts="2025-11-20T17:00Z", ends="2027-11-20T17:00Z", hint="m1D"
        )
    )
    world.check()
    assert [form["hint"] for form in parsed(lived(world)).sent("confirm")] == ["r2B", "m1D"]


def test_pause_ends_with_the_credential_at_the_latest() -> None:
    shown = parsed(single(service_view(in_use=credential(ends=5))))
    (until,) = [given for given in shown.of("input") if given["name"] == "until"]
    range_and_value = (until["min"], until["value"], until["max"])
    assert range_and_value == ("2026-11-22", "2026-11-27", "2026-11-27")
    assert shown.sent("acknowledge") == [{"service": "libcal", "until": "2026-11-27", "why": ""}]


def test_pause_lasts_a_year_at_most_after_the_credential_expired() -> None:
    shown = parsed(single(ENDED))
    (until,) = [given for given in shown.of("input") if given["name"] == "until"]
    assert until["max"] == "2027-11-22"


def test_safe_service_has_no_pause_form() -> None:
    assert parsed(single(SAFE)).sent("acknowledge") == []


def test_request_mail_has_a_link_and_its_text() -> None:
    shown = parsed(single(service_view()))
    subject = "mailto:its-helpdesk@example.org?subject=New%20client%20secret%20for%20LibCal"
    mailto = [link["href"] for link in shown.of("a") if link["href"].startswith("mailto:")]
    assert mailto[0].startswith(subject)
    assert "Please create a new client secret for LibCal" in shown.text


def test_only_the_next_runbook_section_is_unfolded() -> None:
    html = page(single(service_view()))
    assert html.count("<details") > html.count('<details class="fold" open') == 1
    assert '<details class="fold" open>\n<summary><h4>Create</h4>' in html
    assert '<details class="fold" open>\n<summary><h4>Install</h4>' in page(single(WAITING))


def test_clean_up_is_hidden_until_the_newer_one_is_confirmed() -> None:
    """The runbook calls what expires sooner the old one: until then it is the one in use."""
    confirmed = service_view(
        in_use=credential("LibCal 2026", 20), confirmed=True, leftovers=(credential(ends=10),)
    )
    assert "Install" in section_titles(WAITING)
    for view in (WAITING, service_view(), ENDED, MISSING):
        assert "Clean up" not in section_titles(view)
    for view in (SAFE, confirmed):
        assert "Clean up" in section_titles(view)


def section_titles(view: View) -> list[str]:
    return [text for tag, text in parsed(single(view)).headings if tag == "h4"]


def test_history_has_decisions_and_messages_newest_first() -> None:
    sent = Notification("libcal", "its", at(-3), Standing.AWAITING_INSTALL, Reason.REPLACED)
    memory = Memory(
        credential_records={NEW.key_id: CredentialRecord(NEW, "libcal", at(-5))},
        notifications={("libcal", "its"): sent},
    )
    decisions = (
        Decision(at(-1), DecisionKind.CONFIRM, PAT, ("libcal",), NEW.key_id),
        Decision(at(-2), DecisionKind.ACKNOWLEDGE, PAT, ("libcal",), why="ticket 4711"),
        Decision(at(-4), DecisionKind.CLAIM, PAT, ("libcal", "libstaffer"), NEW.key_id),
        Decision(at(-5), DecisionKind.CONFIRM, None, ("libcal",), "unknown"),
    )
    html = page(single(SAFE, memory=memory, decisions={"libcal": decisions}))
    text = ParsedPage(html.split('<ol class="history inside">')[1].split("</ol>")[0]).text
    new = f"the {described(NEW, NOW, ZONE)}"
    assert text == (
        f"21 Nov 2026, 03:15 CST Pat Example confirmed that LibCal uses {new}. "
        "20 Nov 2026, 03:15 CST Pat Example snoozed reminders: ticket 4711. "
        "19 Nov 2026, 03:15 CST Sent to “its”: replacement found "
        f"18 Nov 2026, 03:15 CST Pat Example assigned {new} to LibCal and LibStaffer. "
        "17 Nov 2026, 03:15 CST Sign-ins showed that LibCal uses a deleted credential."
    )
