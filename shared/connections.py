"""Connections to the outside services, by the settings."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

from shared.adapters.channels.mail import MailboxChannel, Writer
from shared.adapters.channels.teams import Cards, TeamsWebhook
from shared.adapters.channels.token import CredentialFactory
from shared.adapters.channels.webhook import Document, SignedWebhook
from shared.adapters.table.ledger import TableLedger
from shared.adapters.timeout import TimeLeft, unlimited
from shared.config.clouds import OtherTenant
from shared.config.settings import ReadingGraph, Settings
from shared.config.urls import is_loopback
from shared.core.model.message import Message
from shared.core.model.owners import Owner
from shared.core.model.watchlist import (
    AnyChannel,
    EmailChannel,
    TeamsChannel,
    Watchlist,
    WebhookChannel,
    label_of,
)
from shared.first_use import (
    cross_tenant_credential,
    graph_secret_creator,
    key_vault,
    own_credential,
    person_credential,
)
from shared.ports.channel import Channel
from shared.ports.clock import Clock
from shared.ports.secret_creator import SecretCreator
from shared.ports.vault import Vault
from shared.render.card.card import cards


def open_ledger(
    settings: Settings,
    watchlist: Watchlist,
    clock: Clock,
    environment: Mapping[str, str] | None,
    opened: ExitStack,
    *,
    left: TimeLeft = unlimited,
) -> TableLedger:
    """Return the ledger of a watchlist; `opened` closes it. Raises `LedgerError`.

    Without `environment`, a person signs in.
    """
    own = None
    if settings.tables.by == "endpoint":
        client_id = settings.identity_client_id or None
        own = (
            person_credential(settings.graph, "")
            if environment is None
            else own_credential(client_id, graph_is_loopback=False, environment=environment)
        )
        opened.callback(own.close)
    connection = settings.tables.value.reveal()
    ledger = TableLedger(
        connection,
        clock,
        credential=own,
        partition=watchlist.key,
        left=left,
        hands_over=bool(settings.hand_over_vault),
    )
    return opened.enter_context(ledger)


def open_vault(settings: Settings, own_tenant: CredentialFactory, left: TimeLeft) -> Vault | None:
    """Return the vault for new secrets; `None` if they are not handed over here."""
    if not settings.hand_over_vault:
        return None
    return key_vault(settings.hand_over_vault, own_tenant, left)


def graph_credentials(
    known: ReadingGraph, tenant_id: str, environment: Mapping[str, str] | None
) -> CredentialFactory:
    """Return the credentials for Graph in a tenant, the app's own if `tenant_id` is empty.

    Mail is always sent from the app's own tenant. Without `environment`, a person signs in.
    """
    if environment is None:
        return partial(person_credential, known.root, tenant_id)
    client_id, loopback = known.identity_client_id or None, is_loopback(urlsplit(known.root))
    if not tenant_id:
        return partial(
            own_credential, client_id, graph_is_loopback=loopback, environment=environment
        )
    other = OtherTenant(tenant_id, known.tenants_client_id)
    to_other = partial(
        cross_tenant_credential, other, client_id, graph=known.root, authority=known.authority
    )
    return partial(to_other, graph_is_loopback=loopback, environment=environment)


def secret_creator(settings: Settings) -> SecretCreator:
    """Return what creates client secrets, always with the sign-in of a person."""
    tenant_id = settings.watchlist.tenant_id
    sign_in = graph_credentials(settings.reading_graph, tenant_id, None)
    return graph_secret_creator(settings.graph, sign_in)


def connect_channel(
    channel: AnyChannel,
    settings: Settings,
    own_tenant: CredentialFactory,
    *,
    left: TimeLeft = unlimited,
) -> Channel:
    """Return a channel of the watchlist."""
    match channel:
        case TeamsChannel():
            return TeamsWebhook(channel, _cards(channel, settings), sign_in=own_tenant, left=left)
        case WebhookChannel():
            return SignedWebhook(channel, _document(settings), left=left)
        case EmailChannel():
            return _mailbox(channel, settings, own_tenant, left)


def connect_channels(
    settings: Settings, own_tenant: CredentialFactory, *, left: TimeLeft
) -> Mapping[str, Channel]:
    """Return every channel of the watchlist by its name."""
    return {
        name: connect_channel(channel, settings, own_tenant, left=left)
        for name, channel in settings.watchlist.channels.items()
    }


def owner_mailbox(
    owner: Owner, settings: Settings, own_tenant: CredentialFactory, *, left: TimeLeft = unlimited
) -> Channel:
    """Return the mailbox of an owner, who gets no link to the page."""
    channel = EmailChannel(owner.channel, (owner.mail,))
    return _mailbox(channel, replace(settings, page_url=""), own_tenant, left)


def _mailbox(
    channel: EmailChannel,
    settings: Settings,
    own_tenant: CredentialFactory,
    left: TimeLeft = unlimited,
) -> Channel:
    return MailboxChannel(
        label_of(channel),
        _writer(channel, settings),
        sender=settings.mail_sender,
        graph=settings.graph,
        sign_in=own_tenant,
        left=left,
    )


def rehearse(message: Message, settings: Settings) -> None:
    """Render a message as its channel does; an owner has a mailbox. Raises what that raises."""
    match settings.watchlist.channels.get(message.channel):
        case TeamsChannel() as channel:
            _cards(channel, settings)(message)
        case WebhookChannel():
            _document(settings)(message)
        case EmailChannel() as channel:
            _writer(channel, settings)(message)
        case None:
            owner = EmailChannel(message.channel, ())
            _writer(owner, replace(settings, page_url=""))(message)


def _cards(channel: TeamsChannel, settings: Settings) -> Cards:
    return partial(cards, page_url=settings.page_of_tenant, mention=channel.mention)


def _document(settings: Settings) -> Document:
    def document(message: Message) -> str:
        from shared.render.feeds.webhook import (  # noqa: PLC0415  (Markdown, for webhooks only)
            webhook_document,
        )

        return webhook_document(message, page_url=settings.page_of_tenant)

    return document


def _writer(channel: EmailChannel, settings: Settings) -> Writer:
    from shared.render.mail.mail import mail  # noqa: PLC0415  (jinja2, for mail only)

    return partial(
        mail,
        to=channel.to,
        sender=settings.mail_sender,
        channels=settings.watchlist.channels,
        page_url=settings.page_of_tenant,
    )
