"""Connect all classes; the only module that knows every class and reads the clock."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache, partial

from shared.adapters.channels.heartbeat import HeartbeatPing
from shared.adapters.channels.token import CredentialFactory
from shared.adapters.table.ledger import TableLedger
from shared.adapters.timeout import TimeLeft
from shared.config import local_settings
from shared.config.setting_list import HAND_OVER_VAULT
from shared.config.settings import PageAuth, Settings
from shared.config.settings_loader import load, load_graph, load_heartbeat
from shared.connections import (
    connect_channels,
    graph_credentials,
    open_ledger,
    open_vault,
    owner_mailbox,
    rehearse,
)
from shared.first_use import (
    graph_directory,
    graph_inventory,
    graph_registration,
    graph_usage_report,
)
from shared.ports.channel import Channel
from shared.ports.directory import Directory
from shared.ports.errors import ChannelError
from shared.ports.inventory import InventoryReader
from shared.ports.ledger import Ledger
from shared.ports.page_registration import RegistrationReader
from shared.ports.token_verifier import TokenVerifier
from shared.usecases.answer_time import UNLIMITED, AnswerTime
from shared.usecases.check import Watch
from shared.usecases.inventory import InventoryWatch

ROOT = local_settings.ROOT


def clock() -> datetime:
    """Return the current time, aware, in UTC."""
    return datetime.now(UTC)


def settings() -> Settings:
    """Read the environment and the watchlist. Raises `Misconfigured` with all problems."""
    return load(os.environ, ROOT)


def hands_over(environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether a vault for new secrets is configured, even if other settings are wrong."""
    return bool(environment.get(HAND_OVER_VAULT, "").strip())


def token_verifier(settings: Settings) -> TokenVerifier | None:
    """Return the verifier for the page's ID tokens; `None` if sign-in is not set up."""
    return _token_verifier(settings.page_auth) if settings.page_auth is not None else None


@cache
def _token_verifier(auth: PageAuth) -> TokenVerifier:
    """Return one verifier for the life of the process: it caches the issuer's keys."""
    from shared.adapters.identity.id_token import (  # noqa: PLC0415  (cryptography, for the page only)
        EntraTokenVerifier,
    )

    return EntraTokenVerifier(auth.client_id, auth.issuer, clock)


def beat_failed(environment: Mapping[str, str] = os.environ) -> None:
    """Report to the heartbeat, if there is one, that no check could be made."""
    url = load_heartbeat(environment)
    if url is not None:
        with suppress(ChannelError):  # its silence is the alarm
            HeartbeatPing(url).beat(good=False)


@contextmanager
def watching(
    settings: Settings,
    *,
    time: AnswerTime = UNLIMITED,
    environment: Mapping[str, str] | None = os.environ,
) -> Iterator[Watch]:
    """Yield the program, connected to the services in `settings`; they are closed at the end.

    Args:
        settings: The settings, of one tenant.
        time: When the work of an invocation ends.
        environment: Where the managed identity finds its endpoint. `None`: a person signs in.

    Raises:
        LedgerError: The table endpoint is not valid.
    """
    watchlist, known = settings.watchlist, settings.reading_graph
    own_tenant = graph_credentials(known, "", environment)
    to_read = graph_credentials(known, watchlist.tenant_id, environment)
    report = graph_usage_report(settings.graph, to_read) if settings.usage_report else None
    with ExitStack() as opened:
        save_left, send_left = _left(time.save), _left(time.send)
        ledger = open_ledger(settings, watchlist, clock, environment, opened, left=save_left)
        channels = connect_channels(settings, own_tenant, left=send_left)
        yield Watch(
            watchlist=watchlist,
            directory=graph_directory(settings.graph, to_read),
            ledger=ledger,
            channels=channels,
            clock=clock,
            deadline=timedelta(minutes=settings.deadline_minutes),
            work_until=time.work,
            usage_report=report,
            heartbeat=HeartbeatPing(settings.heartbeat) if settings.heartbeat else None,
            vault=open_vault(settings, own_tenant, save_left),
            inventory=_inventory(settings, ledger, channels, to_read, own_tenant, send_left),
            rehearse=partial(rehearse, settings=settings),
        )


def _left(ends: datetime) -> TimeLeft:
    """Return the function that returns the seconds until `ends`."""

    def left() -> float:
        return (ends - clock()).total_seconds()

    return left


def _inventory(
    settings: Settings,
    ledger: TableLedger,
    channels: Mapping[str, Channel],
    to_read: CredentialFactory,
    own_tenant: CredentialFactory,
    left: TimeLeft,
) -> InventoryWatch | None:
    """Return the part of a check about the whole tenant; `None` if the watchlist has none."""
    watchlist = settings.watchlist
    if watchlist.inventory is None:
        return None
    return InventoryWatch(
        watchlist=watchlist,
        rules=watchlist.inventory,
        directory=graph_inventory(settings.graph, to_read),
        ledger=ledger.inventory,
        channels=channels,
        to_owner=lambda owner: owner_mailbox(owner, settings, own_tenant, left=left),
        clock=clock,
        decided=ledger.load,
        rehearse=partial(rehearse, settings=settings),
    )


@contextmanager
def ledgers(
    settings: Settings,
    environment: Mapping[str, str] = os.environ,
    *,
    time: AnswerTime = UNLIMITED,
) -> Iterator[Mapping[str, Ledger]]:
    """Yield the ledger of each watchlist, by its key, over one connection.

    Takes and raises the same as `watching`.
    """
    with ExitStack() as opened:
        first, *_ = settings.watchlists.values()
        ledger = open_ledger(settings, first, clock, environment, opened, left=_left(time.save))
        yield {key: ledger.of(key) for key in settings.watchlists}


def inventory_reader(
    settings: Settings, environment: Mapping[str, str] = os.environ
) -> InventoryReader:
    """Return the reader of the whole tenant in `settings`, with or without inventory rules."""
    known = settings.reading_graph
    return graph_inventory(
        settings.graph, graph_credentials(known, settings.watchlist.tenant_id, environment)
    )


def registration_reader(
    settings: Settings, environment: Mapping[str, str] = os.environ
) -> RegistrationReader:
    """Return the reader of the page's registration, which is in the app's own tenant."""
    own_tenant = graph_credentials(settings.reading_graph, "", environment)
    return graph_registration(settings.graph, own_tenant)


def reading_graph(tenant_id: str = "", environment: Mapping[str, str] = os.environ) -> Directory:
    """Return a directory before there is a watchlist or a ledger.

    The default is the app's own tenant. Raises `Misconfigured`.
    """
    known = load_graph(environment, other_tenant=bool(tenant_id))
    return graph_directory(known.root, graph_credentials(known, tenant_id, environment))
