"""A link leads to an absolute https address, or there is none."""

from urllib.parse import quote, urlsplit

from shared.core.listed import Holder, Listed

_APP = "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~"


def entra_credentials(client_id: str) -> str:
    """Give the address of an app's "Certificates & secrets" in the Entra admin center (its address as the portal shows it)."""
    return f"{_APP}/Credentials/appId/{quote(client_id, safe='')}/isMSAApp~/false"


def entra_authentication(client_id: str) -> str:
    """Give the address of an app's "Authentication", where its redirect URIs are."""
    return f"{_APP}/Authentication/appId/{quote(client_id, safe='')}/isMSAApp~/false"


def entra_of(listed: Listed) -> str:
    """Give the address of whatever carries a credential of the tenant: an app registration or an enterprise application."""
    if listed.holder == Holder.APPLICATION:
        return entra_credentials(listed.client_id)
    object_id, client_id = quote(listed.object_id, safe=""), quote(listed.client_id, safe="")
    return f"https://entra.microsoft.com/#view/Microsoft_AAD_IAM/ManagedAppMenuBlade/~/SignOn/objectId/{object_id}/appId/{client_id}"


def https(url: str) -> str:
    """Give `url` if it is an absolute https address, else an empty text."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme == "https" and parts.hostname else ""
