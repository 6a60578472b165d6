"""What a library admin does with the page, by clicking, on a phone and at a desk; and what the ledger says afterwards."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from local.stand_in.stories import LIBAPPS_CLIENT_ID
from local.stand_in.tenant import Tenant
from tests.browser.conftest import DANA, DANAS_ID, DESKTOP, PHONE, Visitor, service, signed_in
from tests.e2e.conftest import Lapsewatch
from tests.functions_host.host_process import Host

LIBCAL = "#service-libcal"

type Open = Callable[..., Visitor]


@pytest.fixture
def visit(browser: Browser, host: Host) -> Iterator[Open]:
    """Opens the page; at the end, nothing may have left the host, and the browser may not have complained."""
    opened: list[Visitor] = []

    def visit_(*, phone: bool = False, dark: bool = False, script: bool = True) -> Visitor:
        context = browser.new_context(
            viewport=PHONE if phone else DESKTOP,
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            has_touch=phone,
        )
        opened.append(Visitor(context, host))
        opened[-1].open()
        return opened[-1]

    yield visit_
    for visitor in opened:
        visitor.stayed()
        visitor.page.context.close()


def created(tenant: Tenant, name: str = "LibCal 2028", hint: str = "r2B") -> str:
    """ITS creates a secret; its key id is given."""
    return tenant.add_secret(
        LIBAPPS_CLIENT_ID, name=name, hint=hint, ends=datetime.now(UTC) + timedelta(days=730)
    )


def lives_the_story(visitor: Visitor, tenant: Tenant, look: Callable[[], None]) -> None:
    """From a secret that ends soon to a safe service, and back; `look` is done at every stage."""
    assert "No good check yet" in visitor.reads("main")
    look()
    visitor.press("Check now")
    old = service(visitor.host)
    assert (old["standing"], old["in_use"]["hint"]) == ("expiring", "q7X")
    assert visitor.reads("h1").strip().startswith("Not yet.")
    assert "days left" in visitor.reads(f"{LIBCAL} .countdown")
    assert visitor.page.locator(f"{LIBCAL} summary", has_text="Request").is_visible()
    look()

    new = created(tenant)
    visitor.press("Check now")
    assert service(visitor.host)["standing"] == "awaiting_install"
    look()
    visitor.press("Confirm: I pasted r2B… into LibCal and saw it sync", within=LIBCAL)
    assert "LibCal: your confirmation is recorded" in visitor.reads("[role=status]:not(.hush)")
    assert "LibCal is safe until" in visitor.reads(f"{LIBCAL} h3")
    confirmed = service(visitor.host)
    assert (confirmed["standing"], confirmed["in_use"]["key_id"]) == ("healthy", new)
    assert (confirmed["confirmed"]["by"], confirmed["confirmed"]["object_id"]) == (DANA, DANAS_ID)
    look()
    visitor.unfold("History", within=LIBCAL)
    assert DANA in visitor.reads(f"{LIBCAL} .history")

    visitor.unfold("Undo", within=LIBCAL)
    visitor.press("Undo: LibCal still uses q7X…", within=LIBCAL)
    undone = service(visitor.host)
    assert (undone["standing"], undone["in_use"]["key_id"]) == (
        "awaiting_install",
        old["in_use"]["key_id"],
    )
    assert (undone["confirmed"]["by"], undone["confirmed"]["object_id"]) == (DANA, DANAS_ID)
    said = visitor.reads("[role=status]:not(.hush)")
    assert "LibCal: undone. The secret “LibCal 2024” (begins with q7X" in said
    assert (
        "counts as in use now, and its countdown goes on. Whoever was told otherwise has heard of it."
        in said
    )
    look()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desktop"])
def test_from_expiring_to_safe_and_back(
    visit: Open, lapsewatch: Lapsewatch, *, phone: bool, dark: bool
) -> None:
    visitor = visit(phone=phone, dark=dark)
    lives_the_story(visitor, lapsewatch.tenant, visitor.finds_no_barrier)


def test_the_same_without_a_script(visit: Open, lapsewatch: Lapsewatch) -> None:
    visitor = visit(script=False)
    lives_the_story(visitor, lapsewatch.tenant, lambda: None)
    assert visitor.page.locator("button.copy:visible").count() == 0


def test_a_form_that_shows_what_no_longer_holds_records_nothing(
    visit: Open, lapsewatch: Lapsewatch
) -> None:
    visitor = visit()
    visitor.press("Check now")
    new = created(lapsewatch.tenant)
    visitor.press("Check now")
    lapsewatch.tenant.remove_credential(new)
    visitor.press("Confirm: I pasted r2B… into LibCal and saw it sync", within=LIBCAL, answer=409)
    assert visitor.reads(".box[role=alert]").count("Nothing was recorded") == 1
    assert service(visitor.host)["confirmed"] is None
    visitor.finds_no_barrier()


def test_somebody_else_was_first(visit: Open, lapsewatch: Lapsewatch) -> None:
    first, second = visit(), visit()
    first.press("Check now")
    new = created(lapsewatch.tenant)
    first.press("Check now")
    second.open()
    first.press("Confirm: I pasted r2B… into LibCal and saw it sync", within=LIBCAL)
    second.press("Confirm: I pasted r2B… into LibCal and saw it sync", within=LIBCAL, answer=409)
    said = second.reads("[role=status]:not(.hush)")
    assert "LibCal was already confirmed on the secret “LibCal 2028” (begins with r2B" in said
    assert f" by {DANA} on " in said
    assert said.endswith("; nothing more to do.")
    assert second.page.locator("[role=alert]").count() == 0, "nothing is wrong"
    assert service(first.host)["in_use"]["key_id"] == new


def test_what_is_acknowledged_says_who_and_why(visit: Open) -> None:
    visitor = visit(phone=True)
    visitor.press("Check now")
    visitor.unfold("Acknowledge", within=LIBCAL)
    visitor.page.locator(LIBCAL).get_by_label("Why").fill("ticket 4711 <b>is</b> with ITS")
    visitor.finds_no_barrier()
    visitor.press("Acknowledge", within=LIBCAL)
    ack = service(visitor.host)["acknowledged"]
    assert (ack["why"], ack["by"], ack["object_id"]) == (
        "ticket 4711 <b>is</b> with ITS",
        DANA,
        DANAS_ID,
    )
    assert "ticket 4711 <b>is</b> with ITS" in visitor.reads(LIBCAL)


def test_an_unclaimed_credential_is_claimed_by_clicking(
    visit: Open, lapsewatch: Lapsewatch
) -> None:
    stray = created(lapsewatch.tenant, "secret for <script>alert(1)</script> sync", "p0W")
    visitor = visit()
    visitor.press("Check now")
    visitor.finds_no_barrier()
    visitor.page.locator("#unclaimed").get_by_label("LibCal").check()
    visitor.press("Record whose it is", within="#unclaimed")
    libcal = service(visitor.host)
    assert (libcal["standing"], libcal["replacement"]["key_id"]) == ("awaiting_install", stray)
    assert visitor.page.locator("#unclaimed").count() == 0


def test_whoever_is_not_signed_in_is_told_how_that_is_switched_on(
    browser: Browser, lapsewatch: Lapsewatch, tmp_path: Path
) -> None:
    with signed_in(lapsewatch, tmp_path, "--port", "0") as host, opened(browser, host) as visitor:
        visitor.open(answer=401)
        assert "sign" in visitor.reads("h1").lower()
        assert visitor.page.locator("form").count() == 0
        visitor.finds_no_barrier()
        visitor.stayed()


@contextmanager
def opened(browser: Browser, host: Host) -> Iterator[Visitor]:
    context = browser.new_context(viewport=PHONE)
    yield Visitor(context, host)
    context.close()
