"""What the settings reveal of a deployment, and whether Azure knows its timer."""

from collections.abc import Callable
from urllib.parse import urlsplit

from shared.config.clouds import OtherTenant, cloud_of, consent
from shared.config.settings import Settings
from shared.ports.errors import PortError
from shared.render.text.commands import Deployment, register_timer
from shared.usecases.doctor.finding import Finding

TIMER = frozenset({"tick", "check"})
"""Azure starts the timer only once it lists these; a deployment may succeed without."""

type ListFunctions = Callable[[], frozenset[str]]
"""Returns the functions of the app that Azure lists, or raises `PortError`."""


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


def examine_timer(list_functions: ListFunctions | None) -> Finding:
    """Report whether Azure lists the functions; `None` if it is not known which app to ask for."""
    if list_functions is None:
        text = "not asked: azd's environment, which names the app, is not loaded"
        return Finding("timer", ok=None, text=text)
    try:
        missing = sorted(TIMER - list_functions())
    except PortError as error:
        return Finding("timer", ok=None, text=f"not asked: {error}")
    if missing:
        text = f"Azure does not list {' and '.join(missing)}, so no check starts"
        return Finding("timer", ok=False, text=text, commands=register_timer())
    return Finding("timer", ok=True, text="Azure lists tick and check")
