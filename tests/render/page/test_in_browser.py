"""The page in a browser: accessibility, the phone layout, and forms without a script."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Route

from shared.render.page.flash import Receipt
from shared.render.page.page import page
from shared.render.page.templates import not_signed_in
from tests.render.page.page_cases import ROOT, everything, library, lived, safe, stopped, tenant
from tests.render.page.page_pictures import SITE, opened
from tests.support.browser import chromium

PAGES = {
    "library": page(lived(library())),
    "safe": page(replace(lived(safe()), notice=Receipt("Saved."), listing=everything())),
    "stopped": page(replace(lived(stopped()), problem="The credential has changed.")),
    "tenant": page(lived(tenant())),
    "not signed in": not_signed_in(),
}
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OVERFLOWS = (
    "[...document.querySelectorAll('.wide')].map(each => each.scrollWidth - each.clientWidth)"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible_and_stays_on_its_host(
    browser: Browser, name: str, width: int, *, dark: bool
) -> None:
    requested: list[str] = []
    errors: list[str] = []

    def note(route: Route) -> None:
        requested.append(route.request.url)

    with opened(browser, PAGES[name], width=width, dark=dark, seen=note) as shown:
        shown.on("console", lambda message: errors.append(message.text))
        shown.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        shown.evaluate(AXE.read_text(encoding="utf-8"))
        results = shown.evaluate("tags => axe.run(document, { runOnly: tags })", RULES)
        violations = [
            (each["id"], [node["html"] for node in each["nodes"]]) for each in results["violations"]
        ]
        assert violations == []
        assert shown.evaluate("document.documentElement.scrollWidth") <= width
    assert all(url.startswith(SITE) for url in requested)
    assert errors == []


@pytest.mark.parametrize(("width", "stacked"), [(390, True), (1280, False)])
def test_tenant_rows_are_stacked_on_a_phone(browser: Browser, width: int, *, stacked: bool) -> None:
    with opened(browser, PAGES["tenant"], width=width) as shown:
        cells = shown.locator("table.tenant tbody tr").first.locator("th, td").all()
        tops = [box["y"] for cell in cells if (box := cell.bounding_box()) is not None]
        assert len(tops) == 5
        assert (len(set(tops)) == 5) is stacked
        assert shown.evaluate(OVERFLOWS) == [0], "nothing is off the screen"


def test_forms_work_without_a_script(browser: Browser) -> None:
    posted: list[tuple[str, str]] = []

    def note(route: Route) -> None:
        if route.request.method == "POST":
            posted.append((route.request.url, route.request.post_data or ""))

    with opened(browser, PAGES["library"], script=False, seen=note) as shown:
        shown.get_by_role("button", name="I pasted r2B… into LibCal").click()
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
    with opened(browser, PAGES["library"]) as shown:
        shown.context.grant_permissions(["clipboard-read", "clipboard-write"])
        shown.locator("#service-libstaffer").get_by_role("heading", name="Request").click()
        shown.get_by_role("button", name="Copy the text").click()
        shown.get_by_role("button", name="Copied").wait_for()
        assert "LibStaffer 2028" in shown.evaluate("navigator.clipboard.readText()")


def test_copy_buttons_are_hidden_without_a_script(browser: Browser) -> None:
    with opened(browser, PAGES["library"], script=False) as shown:
        assert shown.get_by_role("button", name="Copy").count() == 0
