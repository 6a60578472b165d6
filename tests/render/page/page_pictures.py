"""Pages in a browser, as the app serves them.

`python -m tests.render.page.page_pictures` draws the pictures of docs/ again. Look at them before
you commit them.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Route

from local.browser import BrowserError
from local.command_help import answer_help
from shared.render.page.page import page
from shared.render.page.templates import assets
from tests.render.page.page_cases import ROOT, library, lived, safe, stopped, tenant
from tests.support.browser import chromium

PICTURES = ROOT / "docs" / "pictures"
SITE = "https://page.example/api/page"
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@contextmanager
def opened(
    browser: Browser,
    html: str,
    *,
    width: int = 1280,
    dark: bool = False,
    script: bool = True,
    seen: Callable[[Route], None] | None = None,
) -> Iterator[Page]:
    """Open a page as the app serves it: with its policy and assets, and no other host."""
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if dark else "light",
        java_script_enabled=script,
    )
    shown = context.new_page()

    def serve(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if seen is not None:
            seen(route)
        if route.request.url.startswith(f"{SITE}/assets/"):
            kind, text = assets()[path.rsplit("/", 1)[1]]
            route.fulfill(body=text, content_type=kind)
        elif route.request.url.startswith(SITE):
            route.fulfill(
                body=html,
                content_type="text/html; charset=utf-8",
                headers={"Content-Security-Policy": POLICY},
            )
        else:
            route.abort()

    shown.route("**/*", serve)
    try:
        shown.goto(SITE)
        yield shown
    finally:
        context.close()


def main() -> None:
    """Draw the pictures."""
    views = {
        "page-desktop": (library(), 1280, 1640, False),
        "page-dark": (library(), 1280, 1640, True),
        "page-phone": (library(), 390, 1640, False),
        "page-safe": (safe(), 1280, 1100, False),
        "page-stale": (stopped(), 390, 844, True),
        "page-tenant": (tenant(), 1280, 1640, False),
    }
    with chromium() as browser:
        for name, (world, width, height, dark) in views.items():
            with opened(browser, page(lived(world)), width=width, dark=dark) as shown:
                shown.set_viewport_size({"width": width, "height": height})
                if name == "page-tenant":
                    shown.locator("#tenant").scroll_into_view_if_needed()
                    shown.evaluate("document.querySelector('#tenant').scrollIntoView()")
                shown.screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    answer_help(__doc__)
    try:
        main()
    except BrowserError as error:
        sys.exit(str(error))
