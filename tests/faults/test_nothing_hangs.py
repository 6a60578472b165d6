"""Calls to a server that answers nothing, or a byte now and then, time out."""

import os
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from operator import getitem

import pytest
from azure.core.exceptions import AzureError

from shared.adapters.channels.heartbeat import HeartbeatPing
from shared.adapters.channels.mail import MailboxChannel
from shared.adapters.channels.teams import TeamsWebhook
from shared.adapters.graph.directory import GraphDirectory
from shared.adapters.graph.inventory import GraphInventory
from shared.adapters.graph.usage_report import GraphUsageReport
from shared.adapters.identity.issuer_keys import IssuerKeys
from shared.adapters.identity.managed import credential
from shared.adapters.table.ledger import TableLedger
from shared.adapters.timeout import call_with_timeout
from shared.core.model.check_record import Outcome
from shared.core.model.inventory import Holder
from shared.core.model.secret import Secret
from shared.core.model.watchlist import TeamsChannel
from shared.ports.directory import AppQuery
from shared.ports.errors import PortError
from shared.ports.inventory import ScanQuery
from shared.render.card.card import cards
from shared.render.mail.mail import mail
from tests.support.faults import hang
from tests.support.graph_objects import FixedToken
from tests.support.harness import DAY, Seconds, World
from tests.support.notices import message
from tests.support.scripted import Reply, Scripted

pytestmark = [pytest.mark.timeout(60), pytest.mark.slow]  # they wait for limits

NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)
LIMIT, SOON = 0.4, 9.0
"""The timeout of a call, and the time within which it must have ended, in seconds.

Some calls try four times, and a busy machine takes five times as long. In Azure, the default
timeouts are 10 s and more.
"""
ALL = ScanQuery(datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC))
SILENT = {"no byte": Reply(hang=True), "a byte now and then": Reply(drip=0.05)}


def ledger(url: str) -> TableLedger:
    return TableLedger(
        f"SharedAccessSignature=sv=2020-12-06&sig=x;TableEndpoint={url}/account",
        lambda: NOW,
        seconds=LIMIT,
    )


def mailbox(url: str) -> MailboxChannel:
    return MailboxChannel(
        "its",
        partial(mail, to=("its@example.org",), sender="a@example.org"),
        sender="a@example.org",
        graph=url,
        sign_in=FixedToken,
        read_seconds=LIMIT,
    )


def webhook(url: str) -> TeamsWebhook:
    return TeamsWebhook(TeamsChannel("its", Secret(f"{url}/flow")), cards, read_seconds=LIMIT)


def token(url: str, seconds: float = LIMIT) -> object:
    os.environ["IDENTITY_ENDPOINT"] = f"{url}/msi/token"
    return credential(
        None, graph_is_loopback=True, environment=os.environ, seconds=seconds
    ).get_token("https://graph.microsoft.com/.default")


CALLS: Mapping[str, Callable[[str], object]] = {
    "the token": token,
    "the watched apps": lambda url: next(
        iter(GraphDirectory(url, FixedToken).read([AppQuery("a")], seconds=LIMIT).failures.values())
    ),
    "a page of the tenant": lambda url: next(
        GraphInventory(url, FixedToken).scan(ALL, seconds=LIMIT)
    ),
    "owners": lambda url: next(
        iter(
            GraphInventory(url, FixedToken)
            .owners({"a": Holder.APPLICATION}, seconds=LIMIT)
            .failures.values()
        )
    ),
    "sign-ins": lambda url: GraphUsageReport(url, FixedToken).last_seen(["a"], seconds=LIMIT),
    "a card": lambda url: webhook(url).send(message()),
    "a mail": lambda url: mailbox(url).send(message()),
    "the heartbeat": lambda url: HeartbeatPing(Secret(url), timeout=(LIMIT, LIMIT)).beat(good=True),
    "a row of the ledger": lambda url: ledger(url).last_checks(),
    "rows of the ledger": lambda url: ledger(url).load(),
    "a write to the ledger": lambda url: ledger(url).begin(NOW),
    "the lease": lambda url: ledger(url).lease(),
    "the issuer's keys": lambda url: IssuerKeys(url, lambda: NOW, timeout=(LIMIT, LIMIT)).of("k"),
}


@pytest.mark.parametrize("how", SILENT)
@pytest.mark.parametrize("call", CALLS)
def test_call_times_out(call: str, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_HEADER", "the-header")
    monkeypatch.setenv("IDENTITY_ENDPOINT", "")
    started = time.monotonic()
    with Scripted(lambda _: SILENT[how]) as server:
        try:
            failure = CALLS[call](server.url)
        except (PortError, TimeoutError) as error:
            failure = error
        assert time.monotonic() - started < SOON
    assert isinstance(failure, (PortError, TimeoutError))


@pytest.mark.parametrize("wait", ["99999999", "Thu, 26 Nov 2099 15:00:00 GMT"])
def test_long_retry_after_of_token_endpoint_is_ignored(
    wait: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDENTITY_HEADER", "the-header")
    monkeypatch.setenv("IDENTITY_ENDPOINT", "")
    started = time.monotonic()
    with Scripted(lambda _: Reply(503, b"{}", {"Retry-After": wait})) as server:
        with pytest.raises(AzureError):
            token(server.url, seconds=20)
        assert len(server.asked) == 4
    assert time.monotonic() - started < 2 * SOON


def test_check_ends_when_no_service_answers(world: World) -> None:
    rig = world.begin()
    rig.seconds = Seconds(token=LIMIT, post=LIMIT)
    rig.stage.front.twist = hang
    started = time.monotonic()
    result = rig.check(DAY, deadline=1.0)
    assert time.monotonic() - started < 1.0 + 2 * SOON
    assert result.outcome == Outcome.FAILED
    world.mend()
    assert rig.check(DAY + timedelta(hours=1), tick=True).outcome == Outcome.OK
    assert rig.heard == world.owed


def test_result_and_exception_of_a_call_are_passed_on() -> None:
    assert call_with_timeout(5, lambda: None) is None
    with pytest.raises(KeyError, match="what"):
        call_with_timeout(5, partial(getitem, {}, "what"))


def test_timed_out_call_does_not_block_exit() -> None:
    forever = threading.Event()
    with pytest.raises(TimeoutError, match=r"no response within 0\.05 seconds"):
        call_with_timeout(0.05, forever.wait)
    left = [thread for thread in threading.enumerate() if thread.name == "call with timeout"]
    assert left
    assert all(thread.daemon for thread in left)
    forever.set()
