"""Pictures of a hand-over, from the form of ITS to the confirmation on a phone.

`python -m tests.render.page.hand_over_pictures` draws the pictures of docs/hand-over.md again. Look
at them before you commit them.
"""

import sys
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import NamedTuple

from playwright.sync_api import Browser, Page, ViewportSize

from local.browser import BrowserError
from local.cards import RendererMissing, to_html
from local.command_help import answer_help
from local.simulation.build import secret
from local.simulation.world import World
from shared.core.model.decision import Person
from shared.core.model.secret import Secret
from shared.core.model.vocabulary import Reason
from shared.render.card.card import payloads
from shared.usecases import decisions
from shared.usecases.hand_over import hand_over
from shared.web.done import Done
from shared.web.hand_over import SHOW
from tests.render.page.page_cases import both
from tests.render.page.page_pictures import PICTURES, opened
from tests.render.page.parsed_page import ParsedPage
from tests.support.browser import chromium
from tests.support.notices import PAGE_URL
from tests.web.handing_over import DANA, NEW, Site

SAM = Person("00000000-0000-4000-8000-00000000000e", "Sam Example")
LIBCAL = "#service-libcal"
PHONE: ViewportSize = {"width": 390, "height": 844}
FORM_WIDTH, FORM_HEIGHT = 1000, 560
"""The width of the page, and the height of the part of its card, with the form of ITS."""


class Screen(NamedTuple):
    """The screen of a phone: the name of the picture, and what is at the top."""

    name: str
    top: str = "body"


def main() -> None:
    """Draw the pictures."""
    site = Site(_world())
    site.life.vault = site.vault
    with chromium() as browser:
        sams = site.visit(SAM, frozenset())
        with opened(browser, site.page(sams), width=FORM_WIDTH) as page:
            _draw_form(page)
        _hand_over(site.life)
        _draw_card(browser, _card(site.life))
        ready = site.page()
        _draw(opened(browser, ready), Screen("ready"))
        (form,) = (each for each in ParsedPage(ready).sent(SHOW) if each["key_id"] == NEW)
        value = site.send(SHOW, form).body
        steps = (Screen("value"), Screen("install", "#step-1"), Screen("confirm", "#confirm"))
        _draw(opened(browser, value), *steps)
        site.life.pause(600)
        decisions.confirm(site.visit().watch, "libcal", NEW, by=DANA)
        _draw(opened(browser, site.page(done=Done("confirm", "libcal"))), Screen("confirmed"))


def _world() -> World:
    """Return a world in which ITS has created two secrets, and hands new ones over."""
    world = both()
    world.ledger.memory = replace(world.ledger.memory, hands_over=True)
    other = "00000000-0000-4000-8000-000000000003"
    for key, name, hint in ((NEW, "LibCal 2028", "r2B"), (other, "LibStaffer 2028", "m1D")):
        starts, ends = "2026-11-16T17:00Z", "2028-11-16T17:00Z"
        world.tenant.add(secret(key, name, starts=starts, ends=ends, hint=hint))
    world.run("2026-11-16T20:00Z")
    world.check()
    return world


def _hand_over(world: World) -> None:
    for service, hint in (("libcal", "r2B"), ("libstaffer", "m1D")):
        world.pause(120)
        hand_over(world.watch, service, Secret(f"{hint}8Q~made-up-value-in-this-picture"), by=SAM)


def _card(world: World) -> str:
    """Return the first card about a value that is ready, as an HTML page."""
    heard = world.inboxes["libapps-admins"].heard
    ready = (each for each in heard if any(n.reason == Reason.READY for n in each.notices))
    (payload,) = payloads(next(ready), page_url=PAGE_URL)
    return to_html([payload["attachments"][0]["content"]])


def _draw(shown: AbstractContextManager[Page], *screens: Screen) -> None:
    with shown as page:
        page.set_viewport_size(PHONE)
        for screen in screens:
            page.locator(screen.top).evaluate("each => each.scrollIntoView()")
            page.screenshot(path=PICTURES / f"hand-over-{screen.name}.png")


def _draw_card(browser: Browser, html: str) -> None:
    page = browser.new_page(viewport=PHONE)
    page.set_content(html)
    page.screenshot(path=PICTURES / "hand-over-card.png", full_page=True)
    page.close()


def _draw_form(page: Page) -> None:
    box = page.locator(LIBCAL).bounding_box()
    assert box is not None
    page.screenshot(
        path=PICTURES / "hand-over-paste.png",
        clip={**box, "height": FORM_HEIGHT},
        full_page=True,
    )


if __name__ == "__main__":
    answer_help(__doc__)
    try:
        main()
    except (BrowserError, RendererMissing) as error:
        sys.exit(str(error))
