"""What the settings reveal of a deployment, for the commands that repair it."""

from urllib.parse import urlsplit

from shared.config.clouds import OtherTenant, cloud_of, consent
from shared.config.settings import Settings
from shared.render.text.commands import Deployment


def deployment_of(settings: Settings) -> Deployment:
    """Return the ids and names of the deployment, as far as the settings have them."""
    is_endpoint = settings.tables.by == "endpoint"
    host = urlsplit(settings.tables.value.reveal()).hostname or "" if is_endpoint else ""
    return Deployment(
        client_id=settings.identity_client_id,
        as_person=not settings.managed_identity,
        account=host.partition(".")[0] if ".table." in host else "",
        mailbox=settings.mail_sender,
        graph=settings.graph,
        consent=_consent(settings),
    )


def _consent(settings: Settings) -> str:
    """Return where another tenant's administrator consents; empty for our own tenant."""
    tenant_id = settings.watchlist.tenant_id
    if not tenant_id:
        return ""
    authority = settings.authority or cloud_of(settings.graph).authority
    return consent(OtherTenant(tenant_id, settings.tenants_client_id), authority)
