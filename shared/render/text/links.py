"""Links to the places where people work on an item; each is an absolute https address."""

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from shared.core.model.directory import AppRecord, Credential
from shared.core.model.inventory import Holder, InventoryItem
from shared.core.model.watchlist import Service
from shared.render.text.escape import clean

_ENTRA = "https://entra.microsoft.com/#view"
_APP = f"{_ENTRA}/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~"


class Link(NamedTuple):
    """A button: its text and its address."""

    title: str
    url: str


def service_links(
    app: AppRecord, service: Service, credential: Credential | None
) -> Iterator[Link]:
    """Yield the links to a service's credential and to the service's own admin page."""
    if app.found:
        yield Link("Open in Entra", entra_credentials(app, credential))
    if https(service.link):
        yield Link(f"Open {clean(service.name)}", service.link)


def entra_credentials(app: AppRecord, credential: Credential | None) -> str:
    """Return the address of the credentials page that lists `credential`, or will list the first.

    That is the page of the app registration, or of its enterprise application.
    """
    if credential is not None and credential.principal is not None:
        return _principal_page(credential.principal, app.client_id)
    return _app_page("Credentials", app.client_id)


def entra_authentication(app: AppRecord) -> str:
    """Return the address of the page that lists the redirect URIs of an app registration."""
    return _app_page("Authentication", app.client_id)


def entra_of(item: InventoryItem) -> str:
    """Return the address of the page that lists a credential of the tenant."""
    if item.holder == Holder.APPLICATION:
        return _app_page("Credentials", item.client_id)
    return _principal_page(item.object_id, item.client_id)


def https(url: str) -> str:
    """Return `url` if it is an absolute https address, else an empty text."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme == "https" and parts.hostname else ""


def _app_page(blade: str, client_id: str) -> str:
    return f"{_APP}/{blade}/appId/{quote(client_id, safe='')}/isMSAApp~/false"


def _principal_page(object_id: str, client_id: str) -> str:
    """Return the address of an enterprise application's single sign-on, with its certificates."""
    ids = f"objectId/{quote(object_id, safe='')}/appId/{quote(client_id, safe='')}"
    return f"{_ENTRA}/Microsoft_AAD_IAM/ManagedAppMenuBlade/~/SignOn/{ids}"
