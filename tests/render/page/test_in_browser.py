"""The page in a browser: accessibility, the phone layout, and forms without a script."""

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Page, Route

from shared.render.page.flash import Receipt
from shared.render.page.page import PageData, page
from shared.render.page.templates import not_signed_in
from tests.render.page.page_cases import (
    ENDED,
    ROOT,
    SAFE,
    WAITING,
    both,
    everything,
    library,
    lived,
    safe,
    single,
    stopped,
    tenant,
)
from tests.render.page.page_pictures import SITE, opened
from tests.render.page.test_service_cards import MISSING
from tests.support.browser import chromium
from tests.support.notices import app_view, service_view, unclaimed, unmatched

PAGES: dict[str, Callable[[], str]] = {
    "library": lambda: page(lived(library())),
    "safe": lambda: page(replace(lived(safe()), notice=Receipt("Saved."), listing=everything())),
    "stopped": lambda: page(replace(lived(stopped()), problem="The credential has changed.")),
    "tenant": lambda: page(lived(tenant())),
    "not signed in": not_signed_in,
}
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OVERFLOWS = (
    "[...document.querySelectorAll('.wide')].map(each => each.scrollWidth - each.clientWidth)"
)


@functools.cache
def html_of(name: str) -> str:
    """Return one of `PAGES`, whose world takes a second."""
    return PAGES[name]()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible_and_stays_on_its_host(browser: Browser, name: str) -> None:
    """On a dark phone and on a light desktop: colours and layout do not depend on each other."""
    requested: list[str] = []
    errors: list[str] = []

    def note(route: Route) -> None:
        requested.append(route.request.url)

    with opened(browser, html_of(name), width=360, dark=True, seen=note) as shown:
        shown.on("console", lambda message: errors.append(message.text))
        shown.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        shown.evaluate(AXE.read_text(encoding="utf-8"))
        assert violations(shown, width=360) == []
        shown.emulate_media(color_scheme="light")
        shown.set_viewport_size({"width": 1280, "height": 800})
        assert violations(shown, width=1280) == []
    assert all(url.startswith(SITE) for url in requested)
    assert errors == []


def violations(shown: Page, *, width: int) -> list[tuple[str, list[str]]]:
    """Return what axe-core finds. Fail if the page is wider than the screen."""
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    found = shown.evaluate("tags => axe.run(document, { runOnly: tags })", RULES)
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]]


@pytest.mark.parametrize(("width", "stacked"), [(390, True), (1280, False)])
def test_tenant_rows_are_stacked_on_a_phone(browser: Browser, width: int, *, stacked: bool) -> None:
    with opened(browser, html_of("tenant"), width=width) as shown:
        cells = shown.locator("table.tenant tbody tr").first.locator("th, td").all()
        tops = [box["y"] for cell in cells if (box := cell.bounding_box()) is not None]
        assert len(tops) == 6
        assert (len(set(tops)) == 6) is stacked
        assert shown.evaluate(OVERFLOWS) == [0], "nothing is off the screen"


FIVE_SECONDS: dict[str, tuple[Callable[[], PageData], str]] = {
    "both in one month": (lambda: lived(both()), "Write to ITS"),
    "expiring": (lambda: single(service_view()), "Write to its-helpdesk@example.org"),
    "waiting": (lambda: single(WAITING), "Confirm: I pasted Zr2… into LibCal and saw it sync"),
    "missing": (lambda: single(MISSING), "Write to its-helpdesk@example.org"),
    "expired": (lambda: single(ENDED), "Write to its-helpdesk@example.org"),
    "unmatched": (lambda: single(unmatched()), "Open in Entra"),
    "app problem": (lambda: single(app_view("it is disabled")), "Show the details"),
    "unassigned": (lambda: single(SAFE, unclaimed()), "Open in Entra"),
    "stopped": (lambda: lived(stopped()), "Confirm: I pasted r2B… into LibCal and saw it sync"),
}


@pytest.mark.parametrize(("made", "button"), FIVE_SECONDS.values(), ids=FIVE_SECONDS)
def test_answer_task_and_button_need_no_scrolling(
    browser: Browser, made: Callable[[], PageData], button: str
) -> None:
    """On the first screen are the answer, who acts next, and the button for that."""
    with opened(browser, page(made())) as shown:
        first = shown.locator(".next")
        for width, height in ((390, 844), (1280, 900)):
            shown.set_viewport_size({"width": width, "height": height})
            pressed = first.get_by_text(button, exact=True)
            for part in (shown.locator("h1"), first.locator(".turn strong"), pressed):
                box = part.bounding_box()
                assert box is not None
                assert box["y"] + box["height"] <= height


def test_one_task_is_printed_on_one_page(browser: Browser) -> None:
    """A link to a service or a request selects what is printed."""
    for html, part in (
        (html_of("library"), "service-libcal"),
        (page(lived(both())), "libstaffer-request"),
    ):
        with opened(browser, html) as shown:
            shown.goto(f"{SITE}#{part}")
            assert len(re.findall(rb"/Type\s*/Page\b", shown.pdf(format="A4"))) == 1


def test_link_to_a_request_opens_it_with_its_button(browser: Browser) -> None:
    """The address has the name of any service that it is for."""
    with opened(browser, page(lived(both())), width=390) as shown:
        for name in ("libcal", "libstaffer"):
            shown.goto("about:blank")
            shown.goto(f"{SITE}#{name}-request")
            assert shown.get_by_text("LibStaffer 2028 (for LibStaffer").is_visible()
            box = shown.get_by_role("link", name="Write to ITS").bounding_box()
            assert box is not None
            assert 0 <= box["y"] <= 300


def test_forms_work_without_a_script(browser: Browser) -> None:
    posted: list[tuple[str, str]] = []

    def note(route: Route) -> None:
        if route.request.method == "POST":
            posted.append((route.request.url, route.request.post_data or ""))

    with opened(browser, html_of("library"), script=False, seen=note) as shown:
        button = shown.get_by_role("button", name="I pasted r2B… into LibCal")
        assert button.count() == 2, "at the top, and after the steps"
        button.first.click()
        unclaimed = shown.locator("#unclaimed")
        unclaimed.get_by_label("LibCal").check()
        unclaimed.get_by_label("LibStaffer").check()
        unclaimed.get_by_role("button", name="Assign").click()
    (confirm_url, confirm), (claim_url, claim) = posted
    assert (confirm_url, claim_url) == (f"{SITE}/confirm", f"{SITE}/claim")
    assert parse_qs(confirm) == {
        "service": ["libcal"],
        "key_id": ["cal26"],
        "hint": ["r2B"],
        "ends": ["2028-11-20T17:00:00Z"],
    }
    assert parse_qs(claim)["choice"] == ["libcal", "libstaffer"]


def test_request_can_be_copied_if_the_browser_allows_it(browser: Browser) -> None:
    with opened(browser, html_of("library")) as shown:
        shown.context.grant_permissions(["clipboard-read", "clipboard-write"])
        shown.locator("#service-libstaffer").get_by_role("heading", name="Request").click()
        shown.get_by_role("button", name="Copy the request").click()
        shown.get_by_role("button", name="Copied").wait_for()
        assert "LibStaffer 2028" in shown.evaluate("navigator.clipboard.readText()")


def test_copy_buttons_are_hidden_without_a_script(browser: Browser) -> None:
    with opened(browser, html_of("library"), script=False) as shown:
        assert shown.get_by_role("button", name="Copy").count() == 0
