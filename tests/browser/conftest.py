"""The status page as people open it: the app on the local host, somebody signed in, and a real browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, Response, ViewportSize

from local.stand_in.sign_in import object_id
from tests.e2e.conftest import ROOT, Lapsewatch, lapsewatch, now, tenant  # noqa: F401  (fixtures, to be asked for by name)
from tests.functions_host.host_process import Host, hosted
from tests.support.browser import chromium

DANA = "Dana Example"
DANAS_ID = object_id(DANA)
PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


class Visitor:
    """Somebody in front of the page. Whatever the browser asks for, and whatever it complains about, is noted."""

    def __init__(self, context: BrowserContext, host: Host) -> None:
        self.page: Page = context.new_page()
        self.host = host
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.refusals: set[str] = set()
        """What the browser may complain about: pages that were to come with such a status."""
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on(
            "console",
            lambda said: (
                self.complaints.append(said.text) if said.type in {"error", "warning"} else None
            ),
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, *, answer: int = 200) -> None:
        self._came(self.page.goto(f"{self.host.url}/page"), answer)

    def press(self, name: str, *, within: str = "main", answer: int = 200) -> None:
        """Press the one button of this name, and wait for the page that follows: `answer` is its status."""
        with self.page.expect_navigation() as navigation:
            self.page.locator(within).get_by_role("button", name=name, exact=True).click()
        self._came(navigation.value, answer)

    def _came(self, response: Response | None, status: int) -> None:
        assert response is not None
        assert response.status == status
        if status != 200:
            self.refusals.add(f"status of {status} ")

    def unfold(self, title: str, *, within: str) -> None:
        self.page.locator(f"{within} summary", has_text=title).first.click()

    def reads(self, selector: str) -> str:
        return self.page.locator(selector).inner_text()

    def stayed(self) -> None:
        """Fail if anything was asked of another host, or if the browser had anything to complain about."""
        assert [
            url for url in self.asked if not url.startswith((f"{self.host.root}/", "data:"))
        ] == []
        assert [
            said
            for said in self.complaints
            if not any(refusal in said for refusal in self.refusals)
        ] == []

    def finds_no_barrier(self) -> None:
        """Fail if axe-core finds a violation, or if the page is wider than the screen."""
        self.page.evaluate(AXE)
        found: Any = self.page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        assert [
            (each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]
        ] == []
        assert (
            self.page.evaluate(
                "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            <= 0
        )


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


def service(host: Host, name: str = "libcal") -> Any:  # noqa: ANN401  (a document, to be looked into)
    """Give what programs are told of a service now."""
    answer = requests.get(
        f"{host.url}/status",
        params={"service": name},
        headers={"x-functions-key": "local"},
        timeout=60,
    )
    answer.raise_for_status()
    return answer.json()
