"""What an administrator does on the page, on a phone and on a desktop."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from local.stand_in.stories import LIBAPPS_CLIENT_ID
from local.stand_in.tenant import Tenant
from shared.config.setting_rules import SIGN_IN_TRIED
from tests.browser.conftest import DANA, DANAS_ID, DESKTOP, PHONE, Visitor, service, signed_in
from tests.e2e.conftest import Lapsewatch
from tests.functions_host.host_process import Host

LIBCAL = "#service-libcal"

type Open = Callable[..., Visitor]


@pytest.fixture
def visit(browser: Browser, host: Host) -> Iterator[Open]:
    """Open the page; fail at the end if the browser reported errors or left the host."""
    opened: list[Visitor] = []

    def open_page(*, phone: bool = False, dark: bool = False, script: bool = True) -> Visitor:
        context = browser.new_context(
            viewport=PHONE if phone else DESKTOP,
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            has_touch=phone,
        )
        opened.append(Visitor(context, host))
        opened[-1].open()
        return opened[-1]

    yield open_page
    for visitor in opened:
        visitor.had_no_errors()
        visitor.page.context.close()


def created(tenant: Tenant, name: str = "LibCal 2028", hint: str = "r2B") -> str:
    """Create a secret and return its key id."""
    return tenant.add_secret(
        LIBAPPS_CLIENT_ID, name=name, hint=hint, ends=datetime.now(UTC) + timedelta(days=730)
    )


def renew_and_undo(visitor: Visitor, tenant: Tenant, look: Callable[[], None]) -> None:
    """Go from an expiring secret to a safe service and back; call `look` at every step."""
    assert "No successful check yet" in visitor.reads("main")
    look()
    visitor.press("Check now")
    old = service(visitor.host)
    assert (old["standing"], old["in_use"]["hint"]) == ("expiring", "q7X")
    assert visitor.reads("h1").strip().startswith("Urgent")
    assert "days left" in visitor.reads(f"{LIBCAL} .countdown")
    assert visitor.page.locator(".next summary", has_text="Request").is_visible()
    look()

    new = created(tenant)
    visitor.press("Check now")
    assert service(visitor.host)["standing"] == "awaiting_install"
    look()
    visitor.press("Confirm: I pasted r2B… into LibCal and saw it sync", within=LIBCAL)
    assert "LibCal: confirmation saved." in visitor.reads("[role=status]:not(.hush)")
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
    notice = visitor.reads("[role=status]:not(.hush)")
    assert "LibCal: undone. The secret “LibCal 2024” (begins with q7X" in notice
    assert "counts as in use again, and its countdown resumes." in notice
    assert "Everyone who was notified earlier has been informed." in notice
    look()


@pytest.mark.parametrize(
    ("phone", "dark"), [(True, True), (False, False)], ids=["dark phone", "light desktop"]
)
def test_from_expiring_to_safe_and_back(
    visit: Open, lapsewatch: Lapsewatch, *, phone: bool, dark: bool
) -> None:
    visitor = visit(phone=phone, dark=dark)
    renew_and_undo(visitor, lapsewatch.tenant, visitor.is_accessible)


def test_from_expiring_to_safe_and_back_without_a_script(
    visit: Open, lapsewatch: Lapsewatch
) -> None:
    visitor = visit(script=False)
    renew_and_undo(visitor, lapsewatch.tenant, lambda: None)
    assert visitor.page.locator("button.copy:visible").count() == 0


def test_outdated_form_saves_nothing(visit: Open, lapsewatch: Lapsewatch) -> None:
    visitor = visit()
    visitor.press("Check now")
    new = created(lapsewatch.tenant)
    visitor.press("Check now")
    lapsewatch.tenant.remove_credential(new)
    visitor.press("Confirm: I pasted r2B… into LibCal and saw it sync", within=LIBCAL, answer=409)
    assert visitor.reads(".box[role=alert]").count("Nothing was saved") == 1
    assert service(visitor.host)["confirmed"] is None
    visitor.is_accessible()


def test_second_confirmation_is_a_notice(visit: Open, lapsewatch: Lapsewatch) -> None:
    first, second = visit(), visit()
    first.press("Check now")
    new = created(lapsewatch.tenant)
    first.press("Check now")
    second.open()
    first.press("Confirm: I pasted r2B… into LibCal and saw it sync", within=LIBCAL)
    second.press("Confirm: I pasted r2B… into LibCal and saw it sync", within=LIBCAL, answer=409)
    notice = second.reads("[role=status]:not(.hush)")
    assert "LibCal was already confirmed to use the secret “LibCal 2028” (begins with r2B" in notice
    assert f" by {DANA} on " in notice
    assert notice.endswith("No action needed.")
    assert second.page.locator("[role=alert]").count() == 0
    assert service(first.host)["in_use"]["key_id"] == new


def test_snoozed_reminders_show_who_and_why(visit: Open) -> None:
    visitor = visit(phone=True)
    visitor.press("Check now")
    visitor.unfold("Snooze reminders", within=LIBCAL)
    visitor.page.locator(LIBCAL).get_by_label("Reason").fill("ticket 4711 <b>is</b> with ITS")
    visitor.is_accessible()
    visitor.press("Snooze reminders", within=LIBCAL)
    ack = service(visitor.host)["acknowledged"]
    assert (ack["why"], ack["by"], ack["object_id"]) == (
        "ticket 4711 <b>is</b> with ITS",
        DANA,
        DANAS_ID,
    )
    assert "ticket 4711 <b>is</b> with ITS" in visitor.reads(LIBCAL)
    focused = "document.activeElement.getAttribute('role')"
    assert visitor.page.evaluate(focused) == "status", "the message has the focus"
    visitor.is_accessible()
    visitor.press("Take back", within=LIBCAL)
    assert service(visitor.host)["acknowledged"] is None
    assert "snooze taken back" in visitor.reads("[role=status]:not(.hush)")


def test_credential_is_assigned_by_clicking(visit: Open, lapsewatch: Lapsewatch) -> None:
    unclaimed = created(lapsewatch.tenant, "secret for <script>alert(1)</script> sync", "p0W")
    visitor = visit()
    visitor.press("Check now")
    visitor.is_accessible()
    visitor.page.locator("#unclaimed").get_by_label("LibCal").check()
    visitor.press("Assign", within="#unclaimed")
    libcal = service(visitor.host)
    assert (libcal["standing"], libcal["replacement"]["key_id"]) == ("awaiting_install", unclaimed)
    assert visitor.page.locator("#unclaimed").count() == 0


def test_not_signed_in_page_has_no_forms(
    browser: Browser, lapsewatch: Lapsewatch, tmp_path: Path
) -> None:
    with signed_in(lapsewatch, tmp_path, "--port", "0") as host, opened(browser, host) as visitor:
        # as after the app has sent the browser to sign in
        visitor.page.context.add_cookies([{"name": SIGN_IN_TRIED, "value": "1", "url": host.url}])
        visitor.open(answer=401)
        assert "sign" in visitor.reads("h1").lower()
        assert visitor.page.locator("form").count() == 0
        visitor.is_accessible()
        visitor.had_no_errors()


@contextmanager
def opened(browser: Browser, host: Host) -> Iterator[Visitor]:
    context = browser.new_context(viewport=PHONE)
    yield Visitor(context, host)
    context.close()
