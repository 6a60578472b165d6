"""Hostile text from other departments in the tenant: no medium acts on it.

It stands in names of apps, secrets and owners, in notes and in references.
"""

import csv
import io
import json
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from rich.console import Console

from local.azurite import Azurite
from shared.adapters.graph.owners import MAX_NOTE_CHARS, owners_of
from shared.adapters.graph.page_decoder import PageDecoder
from shared.adapters.graph.response import GraphResponse
from shared.adapters.table.ledger import TableLedger
from shared.cli import console
from shared.core.model.check_record import Outcome
from shared.core.model.inventory import Holder, InventoryView
from shared.core.model.inventory_memory import InventoryChanges, InventoryScan
from shared.core.model.message import InventoryNews, Message
from shared.core.model.owners import AppOwners, Owner
from shared.core.model.vocabulary import Reason
from shared.core.results import CheckResult, Delivery, InventoryResult, InventoryStatus, Status
from shared.ports.errors import DirectoryError
from shared.ports.inventory import ScanQuery
from shared.render.feeds.log_line import MAX_LINE_CHARS, log_line
from shared.render.feeds.metrics import metrics
from shared.render.feeds.spreadsheet import status_csv
from shared.render.feeds.status_document import status_document
from shared.render.mail.mail import mail
from shared.render.mail.mime import as_bytes
from shared.render.page.inventory_query import SORTS, wanted
from shared.render.page.page import page
from tests.render.mail_cases import SENDER
from tests.render.page.page_cases import GOOD, WATCHLIST, single
from tests.support.gauges import expiries, without_expiries
from tests.support.graph_objects import application, secret
from tests.support.hostile import TEXTS, Seen, cards_of, every_text, mail_of, unseen
from tests.support.notices import (
    NOW,
    PAGE_URL,
    credential,
    inventory_view,
    message,
    notice,
    tenant_watcher,
)

ADDRESS = "ann@example.org"
EVER = ScanQuery(NOW - timedelta(days=36_500), NOW + timedelta(days=36_500))


def owned_by(evil: str) -> AppOwners:
    """Return more owners of that name than Graph ever returns, people and others."""
    people = tuple(
        Owner(f"o{number}", evil, ADDRESS if number % 2 else "", person=number % 3 > 0)
        for number in range(30)
    )
    return AppOwners(people, reference=evil, notes=evil)


def views_of(evil: str) -> list[InventoryView]:
    """Return credentials with the text wherever it can stand, one for each kind of owner."""
    robot = AppOwners((Owner("o1", evil, "", person=False),), evil, evil)
    found = []
    for number, owned in enumerate((None, AppOwners(), robot, owned_by(evil))):
        for days in (-2, 0, 3, 20):
            view = inventory_view(f"{number} {days}", days, owned=owned)
            held = credential(evil, days, hint=evil)
            found.append(replace(view, listed=replace(view.listed, app_name=evil, credential=held)))
    return found


def messages_of(evil: str) -> Iterator[Message]:
    notices = tuple(notice(view, Reason.RUNG) for view in views_of(evil))
    problems = tuple(
        notice(tenant_watcher(aspect, evil), Reason.CHECK_FAILING)
        for aspect in ("reading", "fewer")
    )
    for news in (
        InventoryNews(9, 99, first=True, owners_next=2),
        InventoryNews(9, 99),
        InventoryNews(9, 99, owner=evil),
    ):
        yield message(*problems, *notices, inventory=news)
        yield message(
            *notices[:3], inventory=news
        )  # few of them are blocks in a mail, many are lines
        for each in notices:
            yield message(each, inventory=news)


def status_of(evil: str) -> Status:
    scan = InventoryScan(NOW, NOW, 9, 99, error=evil)
    return replace(
        single(last_checks=replace(GOOD, error=evil)).status,
        inventory=InventoryStatus(scan, tuple(views_of(evil))),
    )


@every_text
def test_inventory_cards_and_mails_are_inert(evil: str) -> None:
    for told in messages_of(evil):
        assert cards_of(told)
        made = mail_of(told, to=ADDRESS)
        assert made.to == (ADDRESS,)
        assert made.reply_to == ()


@every_text
@pytest.mark.parametrize("sort", [*SORTS, "evil"])
def test_inventory_table_links_only_to_entra_and_itself(evil: str, sort: str) -> None:
    data = single()
    want = wanted({"name": evil, "sort": evil if sort == "evil" else sort, "from": evil})
    seen = Seen(page(replace(data, status=status_of(evil), wanted=want)))
    assert seen.tags.count("script") == 1
    assert not {"img", "iframe", "object", "base"} & set(seen.tags)
    assert seen.handlers == []
    assert not [
        link for link in seen.links if "evil" in link and not link.startswith(f"{data.base}?")
    ]
    assert not [
        link
        for link in seen.links
        if link != "data:," and link.lower().startswith(("javascript:", "data:", "//", "http:"))
    ]


@every_text
def test_inventory_csv_holds_no_formula(evil: str) -> None:
    rows = list(
        csv.reader(
            io.StringIO(status_csv(status_of(evil), WATCHLIST).removeprefix("\ufeff"), newline=""),
            strict=True,
        )
    )
    assert len(rows) == 1 + len(views_of(evil))
    for cell in (cell for row in rows[1:] for cell in row if not re.fullmatch(r"-?\d+", cell)):
        assert unseen(cell) == []
        assert not re.search(r"(^|;)\s*[=+\-@]", cell)


@every_text
def test_inventory_metrics_log_and_documents_are_well_formed(evil: str) -> None:
    status = status_of(evil)
    found, harmless = (metrics(each, WATCHLIST) for each in (status, status_of("Signage")))
    assert without_expiries(found) == without_expiries(harmless)
    assert len(expiries(found)) == len(views_of(evil))
    assert not [text for labels in expiries(found) for text in labels if unseen(text)]
    told = tuple(Delivery(each, delivered=False, error=evil) for each in messages_of(evil))
    result = CheckResult(
        NOW,
        Outcome.PARTIAL,
        evil,
        judgement=status.judgement,
        deliveries=told,
        inventory=InventoryResult(error=evil, deliveries=told),
    )
    line = log_line(result, evil)
    assert line.isascii()
    assert line.isprintable()
    assert len(line) <= MAX_LINE_CHARS
    document = json.loads(json.dumps(status_document(status, WATCHLIST)))
    assert [item["app"]["name"] for item in document["tenant"]["items"]] == [evil] * len(
        views_of(evil)
    )


@every_text
def test_inventory_on_a_terminal_is_plain_text(evil: str) -> None:
    said = io.StringIO()
    console.status(Console(file=said, width=200), status_of(evil), WATCHLIST)
    assert unseen(said.getvalue()) == []


@every_text
def test_owner_has_a_valid_address_or_none(evil: str) -> None:
    for address in (
        evil,
        f"{evil}@example.org",
        f"ann@{evil}",
        f"ann@example.org{evil}",
        f"{evil}ann@example.org",
    ):
        body = {
            "owners": [{"id": "o1", "displayName": evil, "mail": address}],
            "notes": evil,
            "serviceManagementReference": evil,
        }
        found = owners_of(
            GraphResponse(200, {}, json.dumps(body).encode("utf-8"))
            if "\ud800" not in evil
            else _of_replaced(body)
        )
        (owner,) = found.owners
        assert owner.mail == "" or re.fullmatch(r"[!-?A-~]{1,254}", owner.mail.replace("@", "", 1))
        assert found.reachable == ((owner,) if owner.mail else ())
        assert max(len(found.notes), len(found.reference)) <= MAX_NOTE_CHARS
        assert (found.notes + found.reference).isprintable()
        if owner.mail:
            assert mail_of(
                message(notice(views_of("x")[0]), inventory=InventoryNews(1, 1, owner=owner.name)),
                to=owner.mail,
            )


def _of_replaced(body: object) -> GraphResponse:
    """Check that the JSON escape for half of a surrogate pair is refused; UTF-8 has none."""
    with pytest.raises(DirectoryError, match="cannot be read"):
        owners_of(GraphResponse(200, {}, json.dumps(body).encode()))
    return GraphResponse(200, {}, json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"))


@pytest.mark.parametrize(
    "odd", ["", "a/b", "a|b", "a:b", "#", "x" * 65, "\u202e", "W" * 100_000, "a\nb"]
)
def test_id_that_no_ledger_can_store_fails_only_its_app(odd: str) -> None:
    with pytest.raises(DirectoryError):
        owners_of(GraphResponse(200, {}, json.dumps({"owners": [{"id": odd}]}).encode()))
    for change in ({"id": odd}, {"appId": odd}, {"passwordCredentials": [secret(keyId=odd)]}):
        values = [
            application(appId="good", passwordCredentials=[secret()]),
            application(passwordCredentials=[secret()]) | change,
        ]
        read = PageDecoder(Holder.APPLICATION, EVER).decode(json.dumps({"value": values}).encode())
        assert [app.client_id for app in read.apps] == ["good"]
        assert len(read.failures) == 1
        assert all(
            name.isprintable() and len(name) < 60 and str(error).isprintable()
            for name, error in read.failures.items()
        )


@every_text
def test_ledger_stores_the_inventory_within_a_tables_limits(
    evil: str, azurite: Azurite, table: str
) -> None:
    """Azurite takes entities that Azure refuses, so their size is measured here."""
    listed = tuple(view.listed for view in views_of(evil))
    with TableLedger(azurite.tables, lambda: NOW, table=table) as ledger:
        ledger.inventory.remember(
            InventoryChanges(scan=InventoryScan(NOW, error=evil), items=listed)
        )
        kept = ledger.inventory.load()
    assert {each.item for each in kept.items.values()} == {each.item for each in listed}
    assert kept.scan is not None
    texts = [
        kept.scan.error,
        *(
            t
            for each in kept.items.values()
            for t in (each.app_name, each.credential.name, each.credential.hint)
        ),
    ]
    assert max(map(len, texts)) <= 4_000


@pytest.mark.parametrize("evil", [TEXTS["HTML"], "\N{EARTH GLOBE AMERICAS}" * 200])
def test_mail_about_thousands_of_credentials_stays_within_limits(
    evil: str,
) -> None:
    notices = []
    for number in range(6_000):
        view = inventory_view(f"{number}", 20 if number % 100 else 3)
        notices.append(
            notice(replace(view, listed=replace(view.listed, app_name=f"{number} {evil}")))
        )
    made = mail(
        message(*notices, inventory=InventoryNews(9, 99)),
        to=(ADDRESS,),
        sender=SENDER,
        page_url=PAGE_URL,
    )
    assert len(b64encode(as_bytes(made))) < 4_000_000
    shown = made.text.count("client id …")
    assert f"And {6_000 - shown:,} more on the status page." in made.text.replace("\n", " ")
    assert set(re.findall(r"^- (\d+)", made.text, re.MULTILINE)) >= {
        str(number) for number in range(0, 6_000, 100)
    }
    whole = mail(
        message(*notices, inventory=InventoryNews(9, 99, owner="Ann")), to=(ADDRESS,), sender=SENDER
    )
    assert whole.text.count("client id …") == 6_000
