"""The page as a whole: well-formed, without inline code, and safe with hostile text."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from shared.core.model.check_record import Outcome
from shared.core.model.decision import Decision, DecisionKind
from shared.core.model.directory import AppRecord
from shared.core.model.memory import CredentialRecord, Memory
from shared.core.model.views import ServiceView, View
from shared.render.page.flash import Receipt
from shared.render.page.page import PageData, page
from shared.render.page.templates import assets, not_signed_in
from shared.render.text.headlines import summary
from shared.version import VERSION
from tests.render.cases import MESSAGES
from tests.render.page.page_cases import (
    GOOD,
    ROOT,
    SAFE,
    WAITING,
    library,
    lived,
    safe,
    single,
    stopped,
)
from tests.render.page.parsed_page import ParsedPage, parsed
from tests.support.hostile import unseen
from tests.support.notices import LIBCAL, NOW, PAT, ZONE, channel, credential, unclaimed

EVIL = "\"'><img src=x onerror=alert(1)><script>alert(1)</script>\u202e{{ 7*7 }}\ud800</form>"
FAILED = replace(GOOD, outcome=Outcome.FAILED, error="No token could be had.")
OWN_LINKS = ("https://", "mailto:", "#", "/api/page", "/.auth/logout")


def views_of(name: str) -> list[View]:
    message = MESSAGES[name]
    views = (*message.watching, *(notice.view for notice in message.notices))
    return list({view.item: view for view in views}.values())


@pytest.mark.parametrize("name", MESSAGES)
def test_page_is_well_formed_with_every_item(name: str) -> None:
    views = views_of(name)
    shown = parsed(single(*views))
    ids = [given["id"] for _, given in shown.tags if "id" in given]
    anchors = {link["href"][1:] for link in shown.of("a") if link["href"].startswith("#")}
    assert len(ids) == len(set(ids))
    assert anchors <= set(ids)
    for view in views:
        if isinstance(view, ServiceView) and view.app.usable:
            assert summary(view, now=NOW, zone=ZONE) in shown.text


@pytest.mark.parametrize("name", MESSAGES)
def test_page_has_no_inline_code_and_no_foreign_assets(name: str) -> None:
    shown = parsed(single(*views_of(name)))
    attributes = {key for _, given in shown.tags for key in given}
    assert not {key for key in attributes if key == "style" or key.startswith("on")}
    assert shown.of("style") == []
    assert [given["src"] for given in shown.of("script")] == ["/api/page/assets/page.js"]
    assert {given["href"] for given in shown.of("link")} == {"data:,", "/api/page/assets/page.css"}
    assert all(link["href"].startswith(OWN_LINKS) for link in shown.of("a"))
    assert "url(" not in assets()["page.css"][1]


@pytest.mark.parametrize(
    "made",
    [
        lambda: lived(library()),
        lambda: lived(safe()),
        lambda: lived(stopped()),
        lambda: single(SAFE, last_checks=FAILED, read=False),
    ],
    ids=["library", "safe", "stopped", "failed"],
)
def test_headings_are_in_order_and_inputs_have_labels(made: Callable[[], PageData]) -> None:
    shown = parsed(made())
    levels = [int(tag[1]) for tag, _ in shown.headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    labels = {given["for"] for given in shown.of("label") if "for" in given}
    inputs = [given for given in shown.of("input") if given.get("type") in {"date", "text"}]
    assert {given["id"] for given in inputs} == labels
    assert {tag for tag, _ in shown.tags} >= {"main", "header", "footer"}


def test_result_of_a_form_is_shown() -> None:
    done = replace(single(SAFE), notice=Receipt("Confirmed, thank you."))
    refused = replace(single(SAFE), problem="LibCal was already confirmed by Pat Example.")
    assert "Confirmed, thank you." in parsed(done).text
    assert "Nothing was saved. LibCal was already confirmed by Pat Example." in parsed(refused).text


def hostile_page() -> PageData:
    evil = credential(EVIL, 100, hint=EVIL)
    app = AppRecord("libcal", EVIL.replace("\ud800", ""), EVIL, EVIL, True, "", (), NOW)
    service = replace(LIBCAL, name=EVIL, breaks=EVIL, link="javascript:alert(1)", request_to=EVIL)
    view = replace(
        WAITING,
        service=service,
        app=app,
        in_use=evil,
        replacement=evil._replace(key_id=EVIL),
        candidates=(evil,),
    )
    person = replace(PAT, name=EVIL)
    decision = Decision(NOW, DecisionKind.ACKNOWLEDGE, person, ("libcal",), "k", EVIL)
    data = single(
        view,
        replace(unclaimed(evil), app=app),
        channel(EVIL),
        memory=Memory(credential_records={"k": CredentialRecord(evil, "libcal", NOW)}),
        decisions={"libcal": (decision,)},
        last_checks=replace(GOOD, outcome=Outcome.FAILED, error=EVIL, evidence=EVIL),
    )
    return replace(data, person=person, problem=EVIL)


def test_hostile_text_stays_text() -> None:
    html = page(hostile_page())
    shown = ParsedPage(html)
    assert html.encode("utf-8")
    assert len(shown.of("script")) == 1
    assert shown.of("img") == []
    assert not any(key.startswith("on") for _, given in shown.tags for key in given)
    assert "49" not in shown.text
    assert not any("javascript" in link["href"] for link in shown.of("a"))
    seen = EVIL.replace("\u202e", "").replace("\ud800", "\N{REPLACEMENT CHARACTER}")
    assert {form["hint"] for form in shown.sent("claim")} == {seen}
    assert unseen(html) == []


def test_not_signed_in_page_explains_how_to_set_up_sign_in() -> None:
    shown = ParsedPage(not_signed_in())
    assert "LAPSEWATCH_SIGN_IN_CLIENT_ID" in shown.text
    assert "LAPSEWATCH_SIGN_IN_ISSUER" in shown.text
    assert shown.of("script") == []


def test_page_is_under_60_kb() -> None:
    assert len(page(lived(library())).encode()) < 60_000


def test_pictures_of_the_docs_exist() -> None:
    pictures = Path(ROOT, "docs", "pictures")
    names = ("desktop", "dark", "phone", "safe", "stale", "tenant")
    assert all((pictures / f"page-{name}.png").is_file() for name in names)


def test_the_footer_has_the_version() -> None:
    assert f"by Lapsewatch {VERSION}." in parsed(single(SAFE)).text
