"""What is not known where Graph lacks a property, in words."""

from collections.abc import Collection

from shared.render.text.naming import listed

_UNKNOWN = {
    "isDisabled": "whether an app is disabled",
    "disabledByMicrosoftStatus": "whether Microsoft has disabled an app",
    "accountEnabled": "whether a service principal is disabled",
    "web": "all redirect URIs of an app",
    "spa": "all redirect URIs of an app",
    "publicClient": "all redirect URIs of an app",
    "displayName": "the name of an app",
    "tags": "the tags of an app, so none is left out because of them",
    "preferredTokenSigningKeyThumbprint": (
        "which certificate is used for signing, so none silences another"
    ),
    "servicePrincipalType": "which apps are managed identities, so none is left out",
    "appOwnerOrganizationId": "which apps are Microsoft's own, so none is left out",
    "notes": "the notes on an app",
    "serviceManagementReference": "the service management reference of an app",
}


def not_known(properties: Collection[str]) -> str:
    """Return what is not known without these properties, without the last full stop."""
    unknown = "; ".join(dict.fromkeys(_UNKNOWN.get(name, name) for name in properties))
    return f"this Graph does not have {listed(list(properties))}. Not known is: {unknown}"
