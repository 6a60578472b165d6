"""An app registration and its service principal as Graph's JSON, as recorded from v1.0.

`secretText` and `key` are always null: Graph never returns a value again.
"""

from collections.abc import Iterable

from local.stand_in.entra import Certificate, ClientSecret, Owner, Registration, ServicePrincipal

HOME_TENANT_ID = "7a1c3e52-0d64-4b8f-8a75-3f9b1e20c4d7"

USER = "#microsoft.graph.user"

type Json = dict[str, object]


def application(app: Registration) -> Json:
    """Return the `application` resource."""
    kind: Json = {"@odata.type": app.odata_type} if app.odata_type else {}
    return kind | {
        "id": app.object_id,
        "deletedDateTime": None,
        "appId": app.client_id,
        "applicationTemplateId": None,
        "disabledByMicrosoftStatus": app.disabled_by_microsoft,
        "createdDateTime": app.created,
        "displayName": app.name,
        "description": None,
        "groupMembershipClaims": None,
        "identifierUris": [],
        "isDeviceOnlyAuthSupported": None,
        "isDisabled": app.disabled,
        "isFallbackPublicClient": None,
        "notes": app.notes,
        "publisherDomain": "library.example",
        "serviceManagementReference": app.reference,
        "signInAudience": "AzureADMyOrg",
        "tags": list(app.tags),
        "tokenEncryptionKeyId": None,
        "defaultRedirectUri": None,
        "certification": None,
        "optionalClaims": None,
        "addIns": [],
        "api": {
            "acceptMappedClaims": None,
            "knownClientApplications": [],
            "requestedAccessTokenVersion": 2,
            "oauth2PermissionScopes": [],
            "preAuthorizedApplications": [],
        },
        "appRoles": [],
        "info": _info(),
        "keyCredentials": _keys(app.certificates),
        "parentalControlSettings": {"countriesBlockedForMinors": [], "legalAgeGroupRule": "Allow"},
        "passwordCredentials": _passwords(app.secrets),
        "publicClient": {"redirectUris": []},
        "requiredResourceAccess": [],
        "verifiedPublisher": _publisher(),
        "web": {
            "homePageUrl": None,
            "logoutUrl": None,
            "redirectUris": list(app.redirect_uris),
            "implicitGrantSettings": {
                "enableAccessTokenIssuance": False,
                "enableIdTokenIssuance": False,
            },
        },
        "spa": {"redirectUris": []},
    }


def service_principal(app: Registration, principal: ServicePrincipal) -> Json:
    """Return the `servicePrincipal` resource of a registration of this tenant."""
    return {
        "id": principal.object_id,
        "deletedDateTime": None,
        "accountEnabled": principal.enabled,
        "alternativeNames": [],
        "appDisplayName": app.name,
        "appDescription": None,
        "appId": app.client_id,
        "applicationTemplateId": None,
        "appOwnerOrganizationId": principal.owner_tenant or HOME_TENANT_ID,
        "appRoleAssignmentRequired": False,
        "createdDateTime": app.created,
        "description": None,
        "disabledByMicrosoftStatus": app.disabled_by_microsoft,
        "displayName": app.name,
        "homepage": None,
        "isDisabled": app.disabled,
        "loginUrl": None,
        "logoutUrl": None,
        "notes": None,
        "notificationEmailAddresses": [],
        "preferredSingleSignOnMode": "saml" if principal.certificates else None,
        "preferredTokenSigningKeyThumbprint": principal.signs_with,
        "replyUrls": list(app.redirect_uris),
        "servicePrincipalNames": [app.client_id],
        "servicePrincipalType": principal.type,
        "signInAudience": "AzureADMyOrg",
        "tags": list(app.tags),
        "tokenEncryptionKeyId": None,
        "samlSingleSignOnSettings": None,
        "verifiedPublisher": _publisher(),
        "addIns": [],
        "appRoles": [],
        "info": _info(),
        "keyCredentials": _keys(principal.certificates),
        "oauth2PermissionScopes": [],
        "passwordCredentials": _passwords(principal.secrets),
        "resourceSpecificApplicationPermissions": [],
    }


def owners(them: Iterable[Owner], *, readable: bool) -> list[Json]:
    """Return expanded owners; only ids for an identity that may not read users."""
    return [
        {
            "@odata.type": owner.kind,
            "id": owner.object_id,
            **(
                {"displayName": owner.name}
                if readable or owner.kind != USER
                else {"displayName": None}
            ),
            "mail": owner.mail if readable else None,
            "userPrincipalName": owner.mail if readable else None,
            "accountEnabled": owner.enabled if readable else None,
        }
        for owner in them
    ]


def _info() -> Json:
    return dict.fromkeys(
        ("logoUrl", "marketingUrl", "privacyStatementUrl", "supportUrl", "termsOfServiceUrl")
    )


def _publisher() -> Json:
    return dict.fromkeys(("displayName", "verifiedPublisherId", "addedDateTime"))


def _passwords(secrets: Iterable[ClientSecret]) -> list[Json]:
    return [
        {
            "customKeyIdentifier": secret.custom_key_identifier,
            "displayName": secret.name,
            "endDateTime": secret.ends,
            "hint": secret.hint,
            "keyId": secret.key_id,
            "secretText": None,
            "startDateTime": secret.starts,
        }
        for secret in secrets
    ]


def _keys(certificates: Iterable[Certificate]) -> list[Json]:
    return [
        {
            "customKeyIdentifier": certificate.custom_key_identifier,
            "displayName": certificate.name,
            "endDateTime": certificate.ends,
            "key": None,
            "keyId": certificate.key_id,
            "startDateTime": certificate.starts,
            "type": certificate.type,
            "usage": certificate.usage,
        }
        for certificate in certificates
    ]
