"""Names of the properties that each request selects from Graph; `shapes` reads them."""

_IDENTITY = [
    "id",
    "appId",
    "displayName",
    "isDisabled",
    "disabledByMicrosoftStatus",
]
_CREDENTIALS = ["passwordCredentials", "keyCredentials"]

REQUIRED = frozenset({"id", "appId", *_CREDENTIALS})
"""Without these, nothing can be concluded; a Graph that lacks another one is read without it."""

LISTED_APPLICATION = [*_IDENTITY, *_CREDENTIALS]
LISTED_PRINCIPAL = [
    *LISTED_APPLICATION,
    "accountEnabled",
    "servicePrincipalType",
    "appOwnerOrganizationId",
    "preferredTokenSigningKeyThumbprint",
]
WATCHED_APPLICATION = [*LISTED_APPLICATION, "web", "spa", "publicClient"]
PRINCIPAL = ["id", "accountEnabled", "isDisabled", "disabledByMicrosoftStatus"]
KEYED_PRINCIPAL = [*PRINCIPAL, *_CREDENTIALS]
OWNED_APPLICATION = ["id", "notes", "serviceManagementReference"]
OWNED_PRINCIPAL = ["id", "notes"]
