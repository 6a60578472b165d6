"""The composition root: the one place that knows every class, and that reads the environment and the clock."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from urllib.parse import urlsplit

from shared.adapters.channels.heartbeat import HeartbeatPing
from shared.adapters.channels.mail import CredentialFactory, MailboxChannel
from shared.adapters.channels.teams import TeamsWebhook
from shared.adapters.graph.directory import GraphDirectory
from shared.adapters.graph.inventory import GraphInventory
from shared.adapters.graph.usage_report import GraphUsageReport
from shared.adapters.identity.cross_tenant import cross_tenant_credential
from shared.adapters.identity.id_token import EntraTokenVerifier
from shared.adapters.identity.managed import credential
from shared.adapters.table.ledger import TableLedger
from shared.config.clouds import OtherTenant
from shared.config.problems import ConfigProblem, Misconfigured
from shared.config.settings import PageAuth, ReadingGraph, Settings
from shared.config.settings_loader import load, load_graph
from shared.config.urls import is_loopback
from shared.core.model.owners import Owner
from shared.core.model.watchlist import EmailChannel, TeamsChannel, Watchlist
from shared.ports.channel import Channel
from shared.ports.directory import Directory
from shared.ports.ledger import Ledger
from shared.ports.token_verifier import TokenVerifier
from shared.usecases.check import Watch
from shared.usecases.inventory import InventoryWatch

ROOT = Path(__file__).resolve().parent.parent
"""The folder of `host.json`: the app's root, in Azure as in a checkout."""


def clock() -> datetime:
    """Give the present instant, aware, in UTC."""
    return datetime.now(UTC)


def use_local_settings(root: Path = ROOT) -> None:
    """Take from `local.settings.json` what the environment does not say, as Core Tools do; in Azure there is no such file.

    Raises `Misconfigured` if the file cannot be read.
    """
    file = root / "local.settings.json"
    if not file.exists():
        return
    try:
        values = dict(json.loads(file.read_text(encoding="utf-8-sig")).get("Values", {}).items())
    except (OSError, ValueError, AttributeError):
        expected = 'JSON with an object "Values", as in local.settings.example.json'
        raise Misconfigured((ConfigProblem(file.name, "something else", expected),)) from None
    for name, value in values.items():
        try:
            os.environ.setdefault(name, str(value))
        except (ValueError, OSError):  # and its text may say the value
            expected = "a name without = and a value without a zero byte"
            raise Misconfigured(
                (
                    ConfigProblem(
                        f"{file.name}: Values.{name}", "what no environment can hold", expected
                    ),
                )
            ) from None


def settings() -> Settings:
    """Read the environment and the watchlist. Raises `Misconfigured` with everything that is wrong in them."""
    return load(os.environ, ROOT)


def token_verifier(settings: Settings) -> TokenVerifier | None:
    """Give what knows who is signed in to the page; `None` where nobody can be."""
    return _identities(settings.page_auth) if settings.page_auth is not None else None


@cache
def _identities(sign_in: PageAuth) -> TokenVerifier:
    """Kept for as long as the process lives, since it keeps the issuer's keys."""
    return EntraTokenVerifier(sign_in.client_id, sign_in.issuer, clock)


@contextmanager
def watching(
    settings: Settings,
    *,
    within: timedelta | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Iterator[Watch]:
    """Give the program, wired to the world that `settings` describe; what it opened is closed at the end.

    A check takes `within` at most, and never longer than the setting allows. Raises `LedgerError` where the table
    endpoint is of no use.
    """
    watchlist = settings.watchlist
    known = settings.reading_graph
    sign_in, to_graph = (
        _reading(known, "", environment),
        _reading(known, watchlist.tenant_id, environment),
    )
    deadline = timedelta(minutes=settings.deadline_minutes)
    with ExitStack() as opened:
        ledger = _ledger(settings, watchlist, environment, opened)
        channels = {
            name: _channel(channel, settings, sign_in)
            for name, channel in watchlist.channels.items()
        }
        rules = watchlist.inventory
        yield Watch(
            watchlist=watchlist,
            directory=GraphDirectory(settings.graph, to_graph),
            ledger=ledger,
            channels=channels,
            clock=clock,
            deadline=min(deadline, within) if within is not None else deadline,
            usage_report=GraphUsageReport(settings.graph, to_graph)
            if settings.usage_report
            else None,
            heartbeat=HeartbeatPing(settings.heartbeat) if settings.heartbeat is not None else None,
            inventory=InventoryWatch(
                watchlist=watchlist,
                rules=rules,
                directory=GraphInventory(settings.graph, to_graph),
                ledger=ledger.inventory,
                channels=channels,
                to_owner=lambda owner: _mailbox(owner, settings, sign_in),
                clock=clock,
            )
            if rules is not None
            else None,
        )


@contextmanager
def ledgers(
    settings: Settings, environment: Mapping[str, str] = os.environ
) -> Iterator[Mapping[str, Ledger]]:
    """Give the ledger of each watchlist, by its key, over one connection. Raises as `watching` does."""
    with ExitStack() as opened:
        first, *_ = settings.watchlists.values()
        ledger = _ledger(settings, first, environment, opened)
        yield {key: ledger.of(key) for key in settings.watchlists}


def _ledger(
    settings: Settings, watchlist: Watchlist, environment: Mapping[str, str], opened: ExitStack
) -> TableLedger:
    own = None
    if settings.tables.by == "endpoint":
        own = credential(
            settings.identity_client_id or None, graph_is_loopback=False, environment=environment
        )
        opened.callback(own.close)
    return opened.enter_context(
        TableLedger(settings.tables.value.reveal(), clock, credential=own, partition=watchlist.key)
    )


def _reading(
    known: ReadingGraph, tenant_id: str, environment: Mapping[str, str]
) -> CredentialFactory:
    """Give how Graph is signed in to for reading a tenant: ours, if `tenant_id` is empty. Mail is always sent from our own."""
    client_id, loopback = known.identity_client_id or None, is_loopback(urlsplit(known.root))
    if not tenant_id:
        return partial(credential, client_id, graph_is_loopback=loopback, environment=environment)
    where = OtherTenant(tenant_id, known.tenants_client_id)
    elsewhere = partial(
        cross_tenant_credential, where, client_id, graph=known.root, authority=known.authority
    )
    return partial(elsewhere, graph_is_loopback=loopback, environment=environment)


def reading_graph(tenant_id: str = "", environment: Mapping[str, str] = os.environ) -> Directory:
    """Give what reads Graph, for a first look without watchlist and ledger; in our own tenant, if `tenant_id` is empty.

    Raises `Misconfigured`.
    """
    known = load_graph(environment, other_tenant=bool(tenant_id))
    return GraphDirectory(known.root, _reading(known, tenant_id, environment))


def _page_url(settings: Settings) -> str:
    """Give where people open the page of this tenant; empty if there is none."""
    watchlist, url = settings.watchlist, settings.page_url
    return (
        f"{url}{'&' if '?' in url else '?'}tenant={watchlist.key}"
        if url and watchlist.name
        else url
    )


def _channel(
    channel: TeamsChannel | EmailChannel, settings: Settings, sign_in: CredentialFactory
) -> Channel:
    if isinstance(channel, TeamsChannel):
        return TeamsWebhook(channel, page_url=_page_url(settings))
    return _mails(channel, settings, sign_in)


def _mailbox(owner: Owner, settings: Settings, sign_in: CredentialFactory) -> Channel:
    """Give the mailbox of an owner, who is no channel of the watchlist: nothing of the status page is theirs."""
    return _mails(
        EmailChannel(owner.channel, (owner.mail,)), replace(settings, page_url=""), sign_in
    )


def _mails(channel: EmailChannel, settings: Settings, sign_in: CredentialFactory) -> Channel:
    return MailboxChannel(
        channel,
        sender=settings.mail_sender,
        graph=settings.graph,
        sign_in=sign_in,
        channels=settings.watchlist.channels,
        page_url=_page_url(settings),
    )
