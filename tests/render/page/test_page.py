"""The status page: what its first sentence says, what its forms carry, and that nothing from outside can act in it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Route

from local.simulation.build import at as instant_of
from local.simulation.build import secret
from local.simulation.world import inventory_world
from shared.core.model.check_record import LastChecks, Outcome
from shared.core.model.decision import Decision, DecisionKind
from shared.core.model.memory import AppRecord, CredentialRecord, Memory
from shared.core.model.notification import Notification
from shared.core.model.views import ServiceView, View
from shared.core.model.vocabulary import Loss, Reason, Severity, Standing
from shared.core.results import InventoryStatus
from shared.render.page import inventory
from shared.render.page.flash import Receipt
from shared.render.page.inventory import inventory_section
from shared.render.page.page import PageData, assets, not_signed_in, page
from shared.render.text.headlines import summary
from tests.render.cases import MESSAGES
from tests.render.page.page_cases import GOOD, ROOT, library, lived, safe, single, stopped, tenant
from tests.render.page.page_pictures import SITE, opened
from tests.support.browser import chromium
from tests.support.notices import (
    APP,
    LIBCAL,
    LIBSTAFFER,
    NEW,
    NOW,
    PAT,
    ZONE,
    app_view,
    at,
    channel,
    credential,
    inventory_view,
    leftover,
    removed,
    service_view,
    unclaimed,
    unmatched,
)

VOID = {"meta", "link", "input", "br", "hr"}
EVIL = "\"'><img src=x onerror=alert(1)><script>alert(1)</script>\u202e{{ 7*7 }}\ud800</form>"
SAFE = service_view(Standing.HEALTHY, NEW, confirmed=True)
WAITING = service_view(Standing.AWAITING_INSTALL, replacement=NEW)
STAFFER = service_view(
    Standing.HEALTHY, credential("LibStaffer 2025", 300, hint="K9_"), service=LIBSTAFFER
)
ENDED = service_view(Standing.EXPIRED, credential(ends=-3), over=Loss.EXPIRED)
PARTIAL = replace(GOOD, outcome=Outcome.PARTIAL, error="its: the Teams webhook answered 404.")
FAILED = LastChecks(NOW, NOW - timedelta(hours=20), NOW, Outcome.FAILED, "No token could be had.")
STALE = LastChecks(NOW, NOW - timedelta(days=3), NOW - timedelta(days=3), Outcome.OK)


class Found(HTMLParser):
    """What a browser finds: elements, words by element, and whether every element is closed in its order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, Mapping[str, str]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.forms: list[tuple[str, list[tuple[str, str]]]] = []
        self.headings: list[tuple[str, str]] = []
        self.feed(html)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "form":
            self.forms.append((given["action"], []))
        if tag == "input":
            self.forms[-1][1].append((given["name"], given.get("value", "")))
        if tag in {"h1", "h2", "h3", "h4", "h5"}:
            self.headings.append((tag, ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self.open and self.open[-1] == (self.headings[-1][0] if self.headings else ""):
            self.headings[-1] = (self.headings[-1][0], self.headings[-1][1] + data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def of(self, tag: str) -> list[Mapping[str, str]]:
        return [given for name, given in self.tags if name == tag]

    def sent(self, action: str) -> list[dict[str, str]]:
        """Give what each form for an action carries."""
        return [dict(fields) for to, fields in self.forms if to == f"/api/page/{action}"]


def found(data: PageData) -> Found:
    return Found(page(data))


def first_sentence(data: PageData) -> str:
    """Give the heading, whose word stands in an element of its own."""
    html = page(data)
    return " ".join(
        "".join(Found(html.split('<h1 id="answer">')[1].split("</h1>")[0]).words).split()
    )


def views_of(name: str) -> list[View]:
    message = MESSAGES[name]
    return list(
        {
            view.item: view
            for view in (*message.watching, *(notice.view for notice in message.notices))
        }.values()
    )


@pytest.mark.parametrize("name", MESSAGES)
def test_whatever_can_be_told_is_on_the_page_which_is_well_formed(name: str) -> None:
    views = views_of(name)
    shown = found(single(*views))
    ids = [given["id"] for _, given in shown.tags if "id" in given]
    assert len(ids) == len(set(ids))
    assert [
        link["href"]
        for link in shown.of("a")
        if link["href"].startswith("#") and link["href"][1:] not in ids
    ] == []
    for view in views:
        if isinstance(view, ServiceView) and view.app.usable:
            assert summary(view, now=NOW, zone=ZONE) in shown.text


@pytest.mark.parametrize("name", MESSAGES)
def test_nothing_is_inline_and_nothing_comes_from_elsewhere(name: str) -> None:
    html = page(single(*views_of(name)))
    shown = Found(html)
    assert [
        given
        for _, given in shown.tags
        if "style" in given or any(key.startswith("on") for key in given)
    ] == []
    assert shown.of("style") == []
    assert [given["src"] for given in shown.of("script")] == ["/api/page/assets/page.js"]
    assert {given["href"] for given in shown.of("link")} == {"data:,", "/api/page/assets/page.css"}
    assert all(
        link["href"].startswith(("https://", "mailto:", "#", "/api/page")) for link in shown.of("a")
    )
    assert "url(" not in assets()["page.css"][1]


@pytest.mark.parametrize(
    "data",
    [
        lived(library()),
        lived(safe()),
        lived(stopped()),
        single(SAFE, last_checks=FAILED, read=False),
    ],
)
def test_headings_descend_in_order_and_inputs_have_labels(data: PageData) -> None:
    shown = found(data)
    levels = [int(tag[1]) for tag, _ in shown.headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    labels = {given["for"] for given in shown.of("label") if "for" in given}
    assert {
        given["id"] for given in shown.of("input") if given.get("type") in {"date", "text"}
    } == labels
    assert {tag for tag, _ in shown.tags} >= {"main", "header", "footer"}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (single(SAFE), "Yes. LibCal is safe until 14 Nov 2028."),
        (
            single(SAFE, STAFFER),
            "Yes. LibCal and LibStaffer are safe; the first to end is LibStaffer's, on 18 Sep 2027.",
        ),
        (
            single(SAFE, unclaimed()),
            "Yes. LibCal is safe until 14 Nov 2028. One thing is left to settle.",
        ),
        (single(service_view()), "Not yet. LibCal: secret ends in 21 days (13 Dec)."),
        (
            single(WAITING, STAFFER),
            "Not yet. LibCal: the new secret waits to be installed; the old one ends in 21 days (13 Dec).",
        ),
        (single(unmatched()), "Not yet. LibCal: no secret on the app matches its claim."),
        (single(ENDED), "No. LibCal: secret ended 3 days ago (19 Nov)."),
        (
            single(service_view(Standing.MISSING, over=Loss.DELETED)),
            "No. LibCal: the secret in use is gone from the app.",
        ),
        (
            single(service_view(), replace(ENDED, service=LIBSTAFFER)),
            "No. LibStaffer: secret ended 3 days ago (19 Nov). LibCal needs attention too.",
        ),
        (
            single(SAFE, app_view("the redirect URI x is missing", aspect="redirect_uris")),
            "Not yet. LibApps Outlook sync: a redirect URI is missing.",
        ),
        (
            single(
                replace(SAFE, app=replace(APP, disabled="it is disabled")),
                app_view("it is disabled"),
            ),
            "No. LibApps Outlook sync: the app cannot be signed in to.",
        ),
        (
            single(service_view(), last_checks=STALE, stale=True),
            "Not yet. LibCal: secret ends in 21 days (13 Dec). And the last good check was 3 days ago.",
        ),
    ],
)
def test_the_first_sentence_answers_whether_we_are_safe(data: PageData, sentence: str) -> None:
    assert first_sentence(data) == sentence


@pytest.mark.parametrize(
    ("data", "loud"),
    [
        (
            single(SAFE, last_checks=STALE, stale=True),
            "The last good check was 3 days ago. It began on 19 Nov 2026, 08:00 CST",
        ),
        (single(SAFE, last_checks=FAILED), "The last check failed. No token could be had."),
        (
            single(SAFE, last_checks=PARTIAL),
            "The last check was only partly done. its: the Teams webhook answered 404.",
        ),
        (single(last_checks=LastChecks()), "No check has ended well yet."),
        (
            single(last_checks=GOOD, read=False),
            "LibApps Outlook sync has not been read yet. Nothing is known of LibCal and LibStaffer.",
        ),
        (
            single(SAFE, memory=Memory(apps={"libcal": replace(APP, read_at=at(-2))})),
            "LibApps Outlook sync was not read in the last check. What is shown of LibCal and LibStaffer was read 2 days ago",
        ),
    ],
)
def test_nobody_is_called_safe_while_something_is_not_known(data: PageData, loud: str) -> None:
    assert first_sentence(data).startswith("Not certain.")
    assert loud in found(data).text
    assert "alert" in [given.get("role") for given in found(data).of("div")]


def test_a_service_that_was_safe_when_it_was_last_read_is_said_to_have_been() -> None:
    picture = re.compile(r"<figure.*?</figure>", re.DOTALL)
    text = Found(picture.sub("", page(single(SAFE, last_checks=STALE, stale=True)))).text
    assert "LibCal was safe when it was last read" in text
    assert "LibCal is safe" not in text
    assert "“safe” means: was safe then" in text


def test_a_service_that_was_never_read_is_named() -> None:
    text = found(single(read=False)).text
    assert "LibCal is not known yet" in text
    assert "LibStaffer is not known yet" in text


def test_the_most_urgent_service_comes_first() -> None:
    shown = found(
        single(
            STAFFER, service_view(), replace(ENDED, service=replace(LIBCAL, id="late", name="Late"))
        )
    )
    assert [given["id"] for given in shown.of("article")] == [
        "service-late",
        "service-libcal",
        "service-libstaffer",
    ]


def test_the_confirmation_carries_what_was_shown() -> None:
    shown = found(single(WAITING))
    carried = {
        "service": "libcal",
        "key_id": NEW.key_id,
        "hint": "Zr2",
        "ends": "2028-11-14T09:15:00Z",
    }
    assert shown.sent("confirm") == [carried]
    assert "Confirm: I pasted Zr2… into LibCal and saw it sync" in shown.text
    assert "press Confirm below" in shown.text


def test_an_end_is_carried_exactly_or_as_nothing() -> None:
    fine = NEW._replace(ends=instant_of("2028-11-14T09:15:00.123Z"))
    never = NEW._replace(ends=None)
    assert (
        found(single(replace(WAITING, replacement=fine))).sent("confirm")[0]["ends"]
        == "2028-11-14T09:15:00.123000Z"
    )
    assert found(single(replace(WAITING, replacement=never))).sent("confirm")[0]["ends"] == ""


def test_what_is_only_assumed_can_be_confirmed_as_either() -> None:
    assumed = service_view(Standing.AWAITING_INSTALL, replacement=NEW, assumed=True)
    shown = found(single(assumed))
    assert [form["hint"] for form in shown.sent("confirm")] == ["Zr2", "q7X"]
    assert "Confirm: LibCal uses q7X…" in shown.text


def test_an_older_credential_that_is_live_can_be_confirmed_again() -> None:
    shown = found(single(replace(SAFE, leftovers=(credential(),))))
    assert [form["hint"] for form in shown.sent("confirm")] == ["q7X"]
    assert "Undo: LibCal still uses q7X…" in shown.text


def test_an_unclaimed_credential_can_be_confirmed_where_one_is_missing() -> None:
    stray = credential("secret for sync", 500, hint="p0W", starts=-1)
    shown = found(single(service_view(Standing.MISSING, over=Loss.DELETED, candidates=(stray,))))
    assert [form["hint"] for form in shown.sent("confirm")] == ["p0W"]


@pytest.mark.parametrize(
    "view",
    [
        SAFE,
        service_view(),
        ENDED,
        service_view(replacement=credential("LibCal 2026", 740, starts=9), upcoming=True),
        unmatched(),
    ],
)
def test_where_nothing_can_be_confirmed_there_is_no_button(view: ServiceView) -> None:
    assert found(single(view)).sent("confirm") == []


def test_of_several_live_ones_every_one_can_be_confirmed() -> None:
    world = library()
    world.tenant.add(
        secret(
            "cal25", "LibCal 2025", starts="2025-11-20T17:00Z", ends="2027-11-20T17:00Z", hint="m1D"
        )
    )
    world.check()
    assert [form["hint"] for form in found(lived(world)).sent("confirm")] == ["r2B", "m1D"]


def test_an_acknowledgement_ends_with_the_credential_at_the_latest() -> None:
    shown = found(single(service_view(in_use=credential(ends=5))))
    (until,) = [given for given in shown.of("input") if given["name"] == "until"]
    assert (until["min"], until["value"], until["max"]) == (
        "2026-11-22",
        "2026-11-27",
        "2026-11-27",
    )
    assert shown.sent("acknowledge") == [{"service": "libcal", "until": "2026-11-27", "why": ""}]
    assert "max" not in next(
        given for given in found(single(ENDED)).of("input") if given["name"] == "until"
    )
    assert found(single(SAFE)).sent("acknowledge") == []


def test_an_unclaimed_credential_is_one_services_or_several_or_nobodys() -> None:
    mine, nobodys = (
        fields for to, fields in found(single(SAFE, unclaimed())).forms if to.endswith("claim")
    )
    assert [value for name, value in mine if name == "choice"] == ["libcal", "libstaffer"]
    assert [value for name, value in nobodys if name == "choice"] == ["none"]
    assert dict(mine)["hint"] == dict(nobodys)["hint"] == "a_b"
    assert dict(mine)["ends"] == "2027-12-27T09:15:00Z"


def test_the_request_can_be_sent_and_the_next_section_is_open() -> None:
    shown = found(single(service_view()))
    mailto = [link["href"] for link in shown.of("a") if link["href"].startswith("mailto:")]
    assert mailto[0].startswith(
        "mailto:its-helpdesk@example.org?subject=New%20client%20secret%20for%20LibCal"
    )
    assert "Please create a new client secret for LibCal" in shown.text
    html = page(single(service_view()))
    assert html.count("<details") > html.count('<details class="fold" open') == 1
    assert '<details class="fold" open>\n<summary><h4>Create</h4>' in html
    assert '<details class="fold" open>\n<summary><h4>Install</h4>' in page(single(WAITING))


def test_the_history_says_who_decided_what_and_who_was_told() -> None:
    told = Notification("libcal", "its", at(-3), Standing.AWAITING_INSTALL, Reason.REPLACED)
    memory = Memory(
        credential_records={NEW.key_id: CredentialRecord(NEW, "libcal", at(-5))},
        notifications={("libcal", "its"): told},
    )
    decisions = (
        Decision(at(-1), DecisionKind.CONFIRM, PAT, ("libcal",), NEW.key_id),
        Decision(at(-2), DecisionKind.ACKNOWLEDGE, PAT, ("libcal",), why="ticket 4711"),
        Decision(at(-4), DecisionKind.CLAIM, PAT, ("libcal", "libstaffer"), NEW.key_id),
    )
    html = page(single(SAFE, memory=memory, decisions={"libcal": decisions}))
    text = Found(html.split('<ol class="history inside">')[1].split("</ol>")[0]).text
    assert text == (
        "21 Nov 2026, 03:15 CST Pat Example confirmed that LibCal uses the secret “LibCal 2026” (begins with Zr2, ends 14 Nov 2028). "
        "20 Nov 2026, 03:15 CST Pat Example acknowledged it: ticket 4711. "
        "19 Nov 2026, 03:15 CST Channel “its” was told that a new one exists. "
        "18 Nov 2026, 03:15 CST Pat Example claimed the secret “LibCal 2026” (begins with Zr2, ends 14 Nov 2028) for LibCal and LibStaffer."
    )


def test_what_ails_the_watcher_the_apps_and_what_is_left_over_has_its_place() -> None:
    data = single(
        SAFE,
        leftover(1),
        channel("it answered 404"),
        removed(),
        app_view("it is disabled"),
        last_checks=replace(GOOD, evidence="no licence"),
    )
    text = found(data).text
    assert "LibCal: its old secret ends tomorrow (23 Nov, 03:15 CST)" in text
    assert "Channel “libapps-admins” could not be reached since 21 Nov" in text
    assert "Sign-ins could not be read, so they prove nothing no licence" in text
    assert "“libwizard” is no longer watched" in text
    assert "LibApps Outlook sync: the app cannot be signed in to" in text


def test_a_leftover_that_can_be_deleted_is_said_once() -> None:
    shown = found(single(SAFE, leftover(40), leftover(40, deletable=True)))
    assert len([given for given in shown.of("article") if given["id"].startswith("leftover")]) == 1
    assert "can be deleted" in shown.text


def test_how_to_clean_up_is_not_shown_before_the_newer_one_is_confirmed() -> None:
    """The runbook calls what ends sooner the old one: until then it is the one in use."""

    def titles(*views: View) -> list[str]:
        return [words for tag, words in found(single(*views)).headings if tag == "h4"]

    assert "Install" in titles(WAITING)
    for early in (
        WAITING,
        service_view(),
        ENDED,
        service_view(Standing.MISSING, over=Loss.DELETED),
    ):
        assert "Clean up" not in titles(early)
    short = service_view(
        in_use=credential("LibCal 2026", 20), confirmed=True, leftovers=(credential(ends=10),)
    )
    assert "Clean up" in titles(SAFE)
    assert "Clean up" in titles(short)


def test_what_was_done_and_what_was_refused_are_said() -> None:
    assert (
        "Confirmed, thank you."
        in found(replace(single(SAFE), notice=Receipt("Confirmed, thank you."))).text
    )
    refused = found(replace(single(SAFE), problem="LibCal was already confirmed by Pat Example."))
    assert "Nothing was recorded. LibCal was already confirmed by Pat Example." in refused.text


def test_names_from_outside_are_only_text() -> None:
    hostile = credential(EVIL, 100, hint=EVIL)
    app = AppRecord("libcal", EVIL.replace("\ud800", ""), EVIL, EVIL, True, "", (), NOW)
    service = replace(LIBCAL, name=EVIL, breaks=EVIL, link="javascript:alert(1)", request_to=EVIL)
    view = replace(
        WAITING,
        service=service,
        app=app,
        in_use=hostile,
        replacement=hostile._replace(key_id=EVIL),
        candidates=(hostile,),
    )
    memory = Memory(credential_records={"k": CredentialRecord(hostile, "libcal", NOW)})
    decisions = {
        "libcal": (
            Decision(
                NOW, DecisionKind.ACKNOWLEDGE, replace(PAT, name=EVIL), ("libcal",), "k", EVIL
            ),
        )
    }
    loud = replace(GOOD, outcome=Outcome.FAILED, error=EVIL, evidence=EVIL)
    data = single(
        view,
        replace(unclaimed(hostile), app=app),
        channel(EVIL),
        memory=memory,
        decisions=decisions,
        last_checks=loud,
    )
    html = page(replace(data, person=replace(PAT, name=EVIL), problem=EVIL))
    shown = Found(html)
    assert html.encode("utf-8")
    assert len(shown.of("script")) == 1
    assert shown.of("img") == []
    assert not any(key.startswith("on") for _, given in shown.tags for key in given)
    assert "49" not in shown.text
    assert not any("javascript" in link["href"] for link in shown.of("a"))
    assert {form["hint"] for form in shown.sent("claim")} == {EVIL.replace("\ud800", "?")}


def test_who_is_not_signed_in_reads_how_to_switch_it_on() -> None:
    shown = Found(not_signed_in())
    assert "LAPSEWATCH_SIGN_IN_CLIENT_ID" in shown.text
    assert "LAPSEWATCH_SIGN_IN_ISSUER" in shown.text
    assert shown.of("script") == []


def test_every_page_is_small() -> None:
    assert len(page(lived(library())).encode()) < 60_000


def table(**wanted: object) -> tuple[list[list[str]], Found]:
    """Give the rows of the tenant's table, a text a cell, and the page."""
    world = tenant()
    html = page(
        replace(
            lived(world),
            wanted=inventory.wanted({name: str(value) for name, value in wanted.items()}),
        )
    )
    body = html.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = [
        re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in body.split("<tr>")[1:]
    ]
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in row] for row in rows], Found(html)


def test_the_tenants_table_shows_the_most_urgent_first_in_pages_of_a_hundred() -> None:
    rows, shown = table()
    assert len(rows) == 100
    assert "130 apps with 130 credentials were read on" in shown.text
    assert "1 to 100 of 130" in shown.text
    assert [row[3:] for row in rows[:2]] == [["26 Aug 2026, 6 days ago", "Ended"]] * 2
    assert [row[4] for row in rows[:40]] == sorted(row[4] for row in rows[:40]), (
        "what has ended, and then what is urgent"
    )
    assert ["2 Sep 2026, tomorrow", "Urgent"] in [row[3:] for row in rows]
    rest, _ = table(**{"from": 100})
    assert len(rest) == 30
    assert not {tuple(row) for row in rows} & {tuple(row) for row in rest}


def test_the_tenants_table_is_sorted_and_filtered_by_plain_links_and_a_plain_form() -> None:
    by_app, _ = table(sort="app")
    assert [row[0] for row in by_app] == sorted((row[0] for row in by_app), key=str.casefold)
    signage, shown = table(name="SIGNAGE 0", sort="app")
    assert signage
    assert all(row[0].startswith("Digital signage 0") for row in signage)
    links = [
        attributes["href"] for attributes in shown.of("a") if "sort=" in str(attributes.get("href"))
    ]
    assert any("name=SIGNAGE+0" in str(link) and "sort=ends" in str(link) for link in links)
    none, shown = table(name="nobody is called this")
    assert (none, "None" in shown.text) == ([], True)


@pytest.mark.parametrize(
    "wanted",
    [
        {"from": "-5"},
        {"from": "x"},
        {"from": "9999999"},
        {"from": "999999"},
        {"sort": "<b>"},
        {"sort": ""},
    ],
)
def test_a_query_that_makes_no_sense_shows_the_beginning(wanted: dict[str, str]) -> None:
    assert table(**wanted)[0] == table()[0]


def test_how_many_of_the_tenant_are_urgent_stands_beside_the_answer_about_the_services() -> None:
    views = tuple(
        inventory_view(f"App {number}", ends) for number, ends in enumerate((-2, 5, 7, 22))
    )
    long_ended = replace(inventory_view("Old", -40), severity=Severity.OK)
    plain = single(SAFE, STAFFER)
    shown = found(
        replace(
            plain,
            status=replace(plain.status, inventory=InventoryStatus(None, (*views, long_ended))),
        )
    )
    assert "Yes. LibCal and LibStaffer are safe;" in shown.text
    assert "Urgent In the tenant, 3 other credentials are urgent." in shown.text
    assert "In the tenant" not in found(plain).text
    rows = inventory_section(
        InventoryStatus(None, (*views, long_ended)), inventory.WHOLE, ZONE, "/api/page"
    )
    assert rows is not None
    assert [(row.badge, row.severity) for row in rows.rows] == [
        ("Ended", Severity.CRITICAL),
        ("Urgent", Severity.CRITICAL),
        ("Urgent", Severity.CRITICAL),
        ("Action needed", Severity.WARNING),
        ("Ended", Severity.NOTICE),
    ]


def test_a_tenant_that_was_never_read_or_not_last_time_says_so() -> None:
    world = inventory_world()
    assert "The tenant has not been read completely yet." in Found(page(lived(world))).text
    world = tenant(3)
    world.whole.broken = "Graph answered 503."
    world.now += timedelta(days=1)
    world.check()
    assert "The tenant could not be read: Graph answered 503." in Found(page(lived(world))).text


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


PAGES = {
    "library": page(lived(library())),
    "safe": page(replace(lived(safe()), notice=Receipt("Recorded: thank you."))),
    "stopped": page(replace(lived(stopped()), problem="It is not what you were shown any more.")),
    "tenant": page(lived(tenant())),
    "not signed in": not_signed_in(),
}


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_nothing_leaves_the_host(
    browser: Browser, name: str, width: int, *, dark: bool
) -> None:
    asked: list[str] = []
    broken: list[str] = []
    with opened(
        browser,
        PAGES[name],
        width=width,
        dark=dark,
        seen=lambda route: asked.append(route.request.url),
    ) as shown:
        shown.on("console", lambda message: broken.append(message.text))
        shown.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        shown.evaluate(
            (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
        )
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        results = shown.evaluate("tags => axe.run(document, { runOnly: tags })", tags)
        assert [
            (each["id"], [node["html"] for node in each["nodes"]]) for each in results["violations"]
        ] == []
        assert shown.evaluate("document.documentElement.scrollWidth") <= width
    assert all(url.startswith(SITE) for url in asked)
    assert broken == []


@pytest.mark.parametrize(("width", "blocks"), [(390, True), (1280, False)])
def test_on_a_phone_each_credential_of_the_tenant_is_a_block_of_its_own(
    browser: Browser, width: int, *, blocks: bool
) -> None:
    with opened(browser, PAGES["tenant"], width=width) as shown:
        row = shown.locator("table.tenant tbody tr").first
        tops = [
            box["y"]
            for cell in row.locator("th, td").all()
            if (box := cell.bounding_box()) is not None
        ]
        assert len(tops) == 5
        assert (len(set(tops)) == 5) is blocks, "below each other, or side by side"
        widths = "[...document.querySelectorAll('.wide')].map(each => each.scrollWidth - each.clientWidth)"
        assert shown.evaluate(widths) == [0], "nothing is off the screen"


def test_a_button_works_without_a_script(browser: Browser) -> None:
    posted: list[tuple[str, str]] = []

    def note(route: Route) -> None:
        if route.request.method == "POST":
            posted.append((route.request.url, route.request.post_data or ""))

    with opened(browser, PAGES["library"], script=False, seen=note) as shown:
        shown.get_by_role("button", name="I pasted r2B… into LibCal").click()
        shown.get_by_label("LibCal's").check()
        shown.get_by_label("LibStaffer's").check()
        shown.get_by_role("button", name="Record whose it is").click()
    (confirmed_at, confirmed), (claimed_at, claimed) = posted
    assert (confirmed_at, claimed_at) == (f"{SITE}/confirm", f"{SITE}/claim")
    assert parse_qs(confirmed) == {
        "service": ["libcal"],
        "key_id": ["cal26"],
        "hint": ["r2B"],
        "ends": ["2028-11-20T17:00:00Z"],
    }
    assert parse_qs(claimed)["choice"] == ["libcal", "libstaffer"]


def test_the_text_of_the_request_can_be_copied_where_the_browser_allows_it(
    browser: Browser,
) -> None:
    with opened(browser, PAGES["library"]) as shown:
        shown.context.grant_permissions(["clipboard-read", "clipboard-write"])
        shown.locator("#service-libstaffer").get_by_role("heading", name="Request").click()
        shown.get_by_role("button", name="Copy the text").click()
        shown.get_by_role("button", name="Copied").wait_for()
        assert "LibStaffer 2028" in shown.evaluate("navigator.clipboard.readText()")
    with opened(browser, PAGES["library"], script=False) as shown:
        assert shown.get_by_role("button", name="Copy").count() == 0


def test_the_pictures_of_docs_are_there() -> None:
    pictures = Path(ROOT, "docs", "pictures")
    assert all(
        (pictures / f"page-{name}.png").is_file()
        for name in ("desktop", "dark", "phone", "safe", "stale", "tenant")
    )
