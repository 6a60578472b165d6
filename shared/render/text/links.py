"""Where people work on an item: an absolute https address, or there is no link."""

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from shared.core.model.directory import Credential
from shared.core.model.inventory import Holder, InventoryItem
from shared.core.model.memory import AppRecord
from shared.core.model.views import (
    AppView,
    InventoryView,
    LeftoverView,
    ServiceView,
    UnclaimedView,
    View,
)
from shared.render.text.escape import clean

_ENTRA = "https://entra.microsoft.com/#view"
_APP = f"{_ENTRA}/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~"


class Link(NamedTuple):
    """What a button says, and where it leads."""

    title: str
    url: str


def links(view: View) -> Iterator[Link]:
    """Give the places where people work on an item."""
    match view:
        case ServiceView():
            yield from _of_service(view, view.replacement or view.in_use)
        case LeftoverView():
            yield from _of_service(view.owner, view.credential)
        case UnclaimedView():
            yield Link("Open in Entra", entra_credentials(view.app, view.credential))
        case InventoryView():
            yield Link("Open in Entra", entra_of(view.listed))
        case AppView(aspect="redirect_uris"):
            yield Link("Open in Entra", _of_app("Authentication", view.app.client_id))
        case _:
            pass


def _of_service(view: ServiceView, credential: Credential | None) -> Iterator[Link]:
    if view.app.found:
        yield Link("Open in Entra", entra_credentials(view.app, credential))
    if https(view.service.link):
        yield Link(f"Open {clean(view.service.name)}", view.service.link)


def entra_credentials(app: AppRecord, credential: Credential | None) -> str:
    """Give the address of what carries a credential, or would carry the first one: the app registration, or its enterprise application."""
    if credential is not None and credential.principal is not None:
        return _of_principal(credential.principal, app.client_id)
    return _of_app("Credentials", app.client_id)


def entra_of(listed: InventoryItem) -> str:
    """Give the address of whatever carries a credential of the tenant."""
    if listed.holder == Holder.APPLICATION:
        return _of_app("Credentials", listed.client_id)
    return _of_principal(listed.object_id, listed.client_id)


def _of_app(blade: str, client_id: str) -> str:
    """Give the address of a page of an app registration, as the Entra admin center shows it."""
    return f"{_APP}/{blade}/appId/{quote(client_id, safe='')}/isMSAApp~/false"


def _of_principal(object_id: str, client_id: str) -> str:
    """Give the address of an enterprise application's single sign-on, where its certificates are."""
    ids = f"objectId/{quote(object_id, safe='')}/appId/{quote(client_id, safe='')}"
    return f"{_ENTRA}/Microsoft_AAD_IAM/ManagedAppMenuBlade/~/SignOn/{ids}"


def https(url: str) -> str:
    """Give `url` if it is an absolute https address, else an empty text."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme == "https" and parts.hostname else ""
