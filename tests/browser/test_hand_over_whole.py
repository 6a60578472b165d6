"""A new secret goes all the way in a browser on a phone, and its value is left nowhere.

ITS and Dana have a local host each, with one ledger. Proxies record what browsers and hosts send
and get; the vault itself speaks TLS and is not behind one.
"""

import contextlib
import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.data.tables import TableServiceClient
from playwright.sync_api import Browser, Error

from local.azurite import Azurite
from local.stand_in.managed_identity import MAIL_SENDER
from local.stand_in.stories import LIBAPPS_CLIENT_ID, tell
from local.stand_in.tenant import SIGNATURE, Tenant
from shared.adapters.table.ledger import TableLedger
from shared.core.model.hand_over import Ending, HandOverState
from tests.browser.conftest import DANA, PHONE, Visitor
from tests.e2e.conftest import ROOT
from tests.functions_host.host_process import Host, hosted
from tests.support.environment import WATCHLIST
from tests.support.fault_proxy import Front, Pass
from tests.support.scripted import Asked, Reply

VALUE = "r2B8Q~" + "handed-over_0123456789.AbCdEfGh"
PARTS = (VALUE, VALUE[6:26])
"""The value, and a part of it that no encoding of a form changes."""
LIBCAL, NOTICE = "#service-libcal", "[role=status]:not(.hush)"
SHOW, CONFIRM = "Show the value once", "Confirm: I pasted r2B… into LibCal and saw it sync"
ITS = "Pat Example"
DONE = HandOverState.DONE
STORED = """async () => JSON.stringify({
    stored: [{...localStorage}, {...sessionStorage}, document.cookie, window.name, history.state],
    kept: [await caches.keys(), await indexedDB.databases()],
    visited: [document.title, location.href, ...performance.getEntries().map((each) => each.name)],
    written: document.documentElement.outerHTML,
    typed: [...document.querySelectorAll("input, textarea")].map((each) => each.value),
})"""


@dataclass
class Recorder:
    """A twist of a proxy that keeps all requests and answers."""

    seen: list[tuple[Asked, Reply]] = field(default_factory=list)

    def __call__(self, asked: Asked, passed: Pass) -> Reply:
        answer = passed()
        self.seen.append((asked, answer))
        return answer


@dataclass
class Whole:
    """Everything that takes part, on one machine."""

    tenant: Tenant
    tables: str
    folder: Path
    services: Sequence[Front]
    """In front of the tenant and of the ledger: they record what the hosts send."""
    web: Recorder = field(default_factory=Recorder)
    logs: list[Path] = field(default_factory=list)

    @property
    def settings(self) -> dict[str, str]:
        outside, ledger = self.services
        its = f"{outside.placed(self.tenant.teams_url('its'))}?{SIGNATURE}"
        return {
            **{name: outside.placed(each) for name, each in self.tenant.environment.items()},
            **self.tenant.hand_over.environment,
            "LAPSEWATCH_SIGN_IN_ISSUER": self.tenant.sign_in_issuer.issuer,
            "ITS_WEBHOOK": its,
            "ADMINS_WEBHOOK": its.replace("/its", "/admins"),
            "LAPSEWATCH_TABLES": ledger.placed(self.tables),
            "LAPSEWATCH_WATCHLIST": str(self.folder / "watchlist.toml"),
            "LAPSEWATCH_SCHEDULE": "0 5 * * * *",
            "LAPSEWATCH_MAIL_SENDER": MAIL_SENDER,
            "PYTHON_ENABLE_DEBUG_LOGGING": "1",
        }

    @contextmanager
    def visited(self, browser: Browser, name: str, *arguments: str) -> Iterator[Visitor]:
        """Yield a browser on a phone in front of a host for this person."""
        folder = self.folder / name
        folder.mkdir()
        self.logs.append(folder / "errors.txt")
        signed_in = ("--no-timers", "--signed-in", name, *arguments)
        with (
            hosted(folder, *signed_in, app=ROOT, **self.settings) as host,
            Front(host.root) as front,
        ):
            front.twist = self.web
            context = browser.new_context(
                viewport=PHONE, permissions=["clipboard-read", "clipboard-write"]
            )
            yield Visitor(context, Placed(host, front))
            context.close()

    def rows(self) -> dict[str, dict[str, Any]]:
        with TableServiceClient.from_connection_string(self.tables) as service:
            table = service.get_table_client("Lapsewatch")
            return {str(row["RowKey"]): dict(row) for row in table.list_entities()}

    @property
    def sent(self) -> str:
        """All that hosts have sent to Graph, to the channels and to the ledger."""
        return "\n".join(
            f"{each.target} {each.headers} {each.body!r}"
            for front in self.services
            for each in front.asked
        )


@dataclass
class Placed:
    """A host behind a proxy."""

    host: Host
    front: Front

    @property
    def root(self) -> str:
        return self.front.url

    @property
    def url(self) -> str:
        return f"{self.front.url}/api"


@pytest.fixture
def whole(azurite: Azurite, tmp_path: Path) -> Iterator[Whole]:
    (tmp_path / "watchlist.toml").write_text(WATCHLIST, encoding="utf-8")
    with (
        TableServiceClient.from_connection_string(azurite.tables) as service,
        contextlib.suppress(ResourceNotFoundError),
    ):
        service.delete_table("Lapsewatch")
    endpoint = dict(part.split("=", 1) for part in azurite.tables.strip(";").split(";"))
    with (
        Tenant(tell("libapps", datetime.now(UTC)), hand_over=True) as tenant,
        Front(tenant.url) as outside,
        Front(endpoint["TableEndpoint"]) as ledger,
    ):
        tenant.identity.roles.add("Mail.Send")
        yield Whole(tenant, azurite.tables, tmp_path, (outside, ledger))


def test_value_goes_from_its_to_the_installer_and_is_left_nowhere(
    browser: Browser, whole: Whole
) -> None:
    with ExitStack() as opened:
        its = opened.enter_context(whole.visited(browser, ITS, "--without-role"))
        dana = opened.enter_context(whole.visited(browser, DANA, "--minutes-ago", "20"))
        key_id = pasted(its, whole)
        left_by_its = its.page.evaluate(STORED)
        assert opened_and_copied(dana) == VALUE
        dana.press(CONFIRM)
        assert "LibCal: confirmation saved." in dana.reads(NOTICE)
        left_by_dana = dana.page.evaluate(STORED)
        states = [json.dumps(each.page.context.storage_state()) for each in (its, dana)]
        with pytest.raises(Error, match="ERR_CACHE_MISS"):  # no cache has the page with the value
            dana.page.go_back()
        its.had_no_errors()
        dana.had_no_errors()
    assert_ended(whole, key_id)
    log = "".join(path.read_text(encoding="utf-8") for path in whole.logs)
    assert " DEBUG " in log
    for part in PARTS:
        assert all(part not in each for each in (left_by_its, left_by_dana, *states, log))
    assert_spoken_once_each_way(whole)


def pasted(its: Visitor, whole: Whole) -> str:
    """Let ITS create a secret and hand its value over; return its key id."""
    its.open()
    its.press("Check now")
    ends = datetime.now(UTC) + timedelta(days=730)
    key_id = whole.tenant.add_secret(LIBAPPS_CLIENT_ID, name="LibCal 2028", hint="r2B", ends=ends)
    its.press("Check now")
    its.page.locator(LIBCAL).get_by_label("Value of the new secret").fill(VALUE)
    its.press("Hand the value over", within=LIBCAL)
    assert "LibCal: the value is in the vault." in its.reads(NOTICE)
    assert whole.tenant.hand_over.secrets.values == {f"lapsewatch-libcal-{key_id}": VALUE}
    assert whole.rows()["handover:libcal"]["state"] == "ready"
    return key_id


def opened_and_copied(dana: Visitor) -> str:
    """Let Dana sign in again and open the value; return what is on the clipboard then."""
    dana.open()
    dana.press(SHOW, within=LIBCAL)
    assert dana.page.url == f"{dana.host.url}/page{LIBCAL}"
    assert VALUE not in dana.page.content(), "the sign-in alone opens nothing"
    dana.press(SHOW, within=LIBCAL)
    value = dana.page.get_by_label("Value of the secret")
    assert value.input_value() == VALUE
    assert VALUE not in dana.page.title() + dana.page.url
    dana.page.get_by_role("button", name="Copy", exact=True).click()
    dana.page.locator("#copied", has_text="Copied").wait_for(state="attached")
    return str(dana.page.evaluate("navigator.clipboard.readText()"))


def assert_ended(whole: Whole, key_id: str) -> None:
    """The ledger has the end with who did what, and the vault has forgotten the value."""
    name, vault = f"lapsewatch-libcal-{key_id}", whole.tenant.hand_over.secrets
    acts = ["SecretSet", "SecretGet", "SecretDelete", "SecretPurge"]
    assert vault.done == [(act, name) for act in acts]
    assert (vault.values, vault.deleted) == ({}, [])
    with TableLedger(whole.tables, lambda: datetime.now(UTC), hands_over=True) as ledger:
        record, history = ledger.hand_overs()["libcal"], ledger.decisions("libcal")["libcal"]
    assert (record.state, record.ending, record.stale) == (DONE, Ending.CONFIRMED, ())
    assert (record.key_id, record.by.name) == (key_id, ITS)
    assert [each.by.name for each in record.opened] == [DANA]
    did = [(str(each.kind), each.by.name if each.by else "") for each in reversed(history)]
    assert did == [("hand_over", ITS), ("open", DANA), ("confirm", DANA), ("end", "")]


def assert_spoken_once_each_way(whole: Whole) -> None:
    """The value is in one form to the app and on one page from it; nothing else has it."""
    spoken, shown = [], []
    for asked, answer in whole.web.seen:
        assert not any(part in f"{asked.target} {asked.headers}" for part in PARTS)
        assert not any(part in str(answer.headers) for part in PARTS)
        spoken += [asked] if any(part.encode() in asked.body for part in PARTS) else []
        shown += [(asked, answer)] if any(p.encode() in answer.body for p in PARTS) else []
    [form] = spoken
    assert (form.method, form.target) == ("POST", "/api/page/hand-over")
    assert parse_qs(form.body.decode())["value"] == [VALUE]
    [(form, page)] = shown
    assert (form.method, form.target) == ("POST", "/api/page/show-value")
    assert (page.headers["Cache-Control"], page.body.decode().count(VALUE)) == ("no-store", 1)
    mails = [each.message.as_string() for each in whole.tenant.mails()]
    cards = [each.message for name in ("its", "admins") for each in whole.tenant.posted(name)]
    everything = f"{whole.sent} {whole.rows()} {cards} {mails}"
    assert mails
    assert cards
    assert "handover:libcal" in whole.sent
    assert not any(part in everything for part in PARTS)
