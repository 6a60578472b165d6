"""A new secret goes from one person to the other, in a real browser on a phone and a desktop."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from shared.core.model.decision import Person
from tests.browser.conftest import DESKTOP, PHONE, Visitor
from tests.browser.hand_over_site import PERSON, ServedSite, served
from tests.web.handing_over import DANA, PAT, VALUE

LIBCAL = "#service-libcal"
NOTICE = "[role=status]:not(.hush)"
SHOW = "Show the value once"


@pytest.fixture
def site() -> Iterator[ServedSite]:
    with served() as site:
        yield site


@contextmanager
def visiting(
    browser: Browser, site: ServedSite, person: Person, *, phone: bool = False
) -> Iterator[Visitor]:
    context = browser.new_context(
        viewport=PHONE if phone else DESKTOP,
        color_scheme="dark" if phone else "light",
        extra_http_headers={PERSON: person.name},
        permissions=["clipboard-read", "clipboard-write"],
    )
    visitor = Visitor(context, site)
    visitor.open()
    yield visitor
    visitor.had_no_errors()
    context.close()


def test_one_pastes_and_the_other_opens_installs_and_confirms(
    browser: Browser, site: ServedSite
) -> None:
    with ExitStack() as open_pages:
        pat = open_pages.enter_context(visiting(browser, site, PAT))
        pat.is_accessible()
        pat.page.locator(LIBCAL).get_by_label("Value of the new secret").fill(VALUE)
        pat.press("Hand the value over", within=LIBCAL)
        assert "LibCal: the value is in the vault." in pat.reads(NOTICE)
        assert VALUE not in pat.page.content()
        pat.is_accessible()
        pat.press(SHOW, within=LIBCAL, answer=403)
        assert "role Installer" in pat.reads(".box[role=alert]")

        dana = open_pages.enter_context(visiting(browser, site, DANA, phone=True))
        dana.is_accessible()
        shown = dana.page.locator(".next").get_by_role("button", name=SHOW)
        box = shown.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= PHONE["height"], "on the first screen"
        dana.press(SHOW, within=LIBCAL)
        field = dana.page.get_by_label("Value of the secret")
        assert field.input_value() == VALUE
        assert not field.is_editable()
        assert VALUE not in dana.page.title() + dana.page.url
        dana.is_accessible()
        dana.page.get_by_role("button", name="Copy", exact=True).click()
        dana.page.locator("#copied", has_text="Copied").wait_for(state="attached")
        assert dana.page.evaluate("navigator.clipboard.readText()") == VALUE
        dana.press("Confirm: I pasted r2B… into LibCal and saw it sync")
        assert "LibCal: confirmation saved." in dana.reads(NOTICE)
        assert VALUE not in dana.page.content()
        assert not any(VALUE in url for url in dana.requests + pat.requests)


def test_old_sign_in_is_renewed_elsewhere_and_leads_back(
    browser: Browser, site: ServedSite
) -> None:
    """Chromium blocks the sign-in unless the page's policy has its origin."""
    site.site.hand_over()
    site.signed_in[DANA.name] = timedelta(minutes=11)
    with visiting(browser, site, DANA) as dana:
        dana.press(SHOW, within=LIBCAL)
        assert dana.page.url == f"{site.url}/page{LIBCAL}"
        dana.press(SHOW, within=LIBCAL)
        assert dana.page.get_by_label("Value of the secret").input_value() == VALUE
        sign_in = f"http://localhost:{site.port}/sign-in"
        dana.requests[:] = [url for url in dana.requests if not url.startswith(sign_in)]


def test_value_is_gone_when_its_page_is_left_or_loaded_again(
    browser: Browser, site: ServedSite
) -> None:
    site.site.hand_over()
    with visiting(browser, site, DANA) as dana:
        dana.press(SHOW, within=LIBCAL)
        with dana.page.expect_navigation() as navigation:
            dana.page.reload()
        assert navigation.value is not None
        assert navigation.value.status == 409
        dana.expected_errors.add("status of 409 ")
        assert "Nothing was shown." in dana.reads(".box[role=alert]")
        assert VALUE not in dana.page.content()
        dana.press(SHOW, within=LIBCAL)
        assert VALUE in dana.page.content()
        dana.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
        assert dana.page.get_by_label("Value of the secret").input_value() == ""
        assert VALUE not in dana.page.content()
    assert len(site.site.life.ledger.hand_overs()["libcal"].opened) == 2
