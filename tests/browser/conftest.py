"""The status page in a real browser: the app on the local host, and a person signed in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, Response, ViewportSize

from local.stand_in.sign_in import object_id
from tests.e2e.conftest import ROOT, Lapsewatch, lapsewatch, now, tenant  # noqa: F401  (fixtures)
from tests.functions_host.host_process import Host, hosted
from tests.support.browser import chromium

DANA = "Dana Example"
DANAS_ID = object_id(DANA)
PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


class Served(Protocol):
    """A server of the page."""

    @property
    def root(self) -> str:
        """Its origin."""
        ...

    @property
    def url(self) -> str:
        """What its routes begin with."""
        ...


class Visitor:
    """A visitor of the page; records the requests and the errors of the browser."""

    def __init__(self, context: BrowserContext, host: Served) -> None:
        self.page: Page = context.new_page()
        self.host = host
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.expected_errors: set[str] = set()
        """Error statuses that a test expects; the browser reports each."""
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on(
            "console",
            lambda message: (
                self.errors.append(message.text) if message.type in {"error", "warning"} else None
            ),
        )
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, *, answer: int = 200) -> None:
        self._loaded(self.page.goto(f"{self.host.url}/page"), answer)

    def press(self, name: str, *, within: str = "main", answer: int = 200) -> None:
        """Press the only button of this name; `answer` is the status of the next page."""
        with self.page.expect_navigation() as navigation:
            self.page.locator(within).get_by_role("button", name=name, exact=True).click()
        self._loaded(navigation.value, answer)

    def _loaded(self, response: Response | None, status: int) -> None:
        assert response is not None
        assert response.status == status
        if status != 200:
            self.expected_errors.add(f"status of {status} ")

    def unfold(self, title: str, *, within: str) -> None:
        self.page.locator(f"{within} summary", has_text=title).first.click()

    def reads(self, selector: str) -> str:
        return self.page.locator(selector).inner_text()

    def had_no_errors(self) -> None:
        """Fail if another host was contacted, or if the browser reported an unexpected error."""
        own = (f"{self.host.root}/", "data:")
        unexpected = [
            error
            for error in self.errors
            if not any(expected in error for expected in self.expected_errors)
        ]
        assert [url for url in self.requests if not url.startswith(own)] == []
        assert unexpected == []

    def is_accessible(self) -> None:
        """Fail if axe-core finds a violation, or if the page is wider than the screen."""
        self.page.evaluate(AXE)
        found: Any = self.page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        assert [
            (each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]
        ] == []
        assert self.page.evaluate(OVERFLOW) <= 0


@pytest.fixture
def host(lapsewatch: Lapsewatch, tmp_path: Path) -> Iterator[Host]:  # noqa: F811  (the fixture)
    """The app, with Dana signed in to its page."""
    with signed_in(lapsewatch, tmp_path) as running:
        yield running


@contextmanager
def signed_in(program: Lapsewatch, folder: Path, *arguments: str) -> Iterator[Host]:
    settings = {
        **program.tenant.environment,
        "LAPSEWATCH_TABLES": program.tables,
        "LAPSEWATCH_SCHEDULE": "0 5 * * * *",
    }
    with hosted(
        folder, "--no-timers", *(arguments or ("--signed-in", DANA)), app=ROOT, **settings
    ) as running:
        yield running


def service(host: Served, name: str = "libcal") -> Any:  # noqa: ANN401  (JSON)
    """Return the status document of a service."""
    answer = requests.get(
        f"{host.url}/status",
        params={"service": name},
        headers={"x-functions-key": "local"},
        timeout=60,
    )
    answer.raise_for_status()
    return answer.json()
