"""A mail on a phone: the task and its button are on the first screen."""

import pytest
from playwright.sync_api import ViewportSize

from shared.core.model.message import Message
from shared.render.mail.mail import mail
from tests.render.cases import MESSAGES
from tests.render.mail_cases import SENDER
from tests.support.browser import chromium
from tests.support.notices import PAGE_URL

PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.mark.parametrize("name", ["hand_over_ready_with_page", "replaced_with_page"])
def test_the_button_of_the_page_needs_no_scrolling(name: str) -> None:
    told: Message = MESSAGES[name]
    with chromium() as browser:
        shown = browser.new_page(viewport=PHONE)
        shown.set_content(mail(told, to=("a@example.org",), sender=SENDER, page_url=PAGE_URL).html)
        button = shown.get_by_role("link", name="Open the status page")
        box = button.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= PHONE["height"]
        assert str(button.get_attribute("href")).startswith(f"{PAGE_URL}#")
