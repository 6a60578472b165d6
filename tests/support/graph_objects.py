"""Objects in the shape of Graph's recorded answers, and a credential without a service."""

import time

from azure.core.credentials import AccessToken

from tests.support.scripted import Asked, Reply, Script, reply

CLIENT_ID = "afb85a07-e312-4d49-b75b-9db4e2d613d6"
OBJECT_ID = "765eb0e3-acb3-475d-9a98-ee6892f081c8"
NOT_FOUND = reply(
    {
        "error": {
            "code": "Request_ResourceNotFound",
            "message": "Resource 'x' does not exist or one of its queried "
            "reference-property objects are not present.",
            "innerError": {
                "date": "2026-11-22T10:52:26",
                "request-id": "d5934374-336c-468d-a04d-0e951ef175b2",
            },
        },
    },
    404,
)


class FixedToken:
    """A credential that always returns the same token and counts the calls."""

    def __init__(self) -> None:
        self.asked = 0

    def get_token(self, *_scopes: str, **_options: object) -> AccessToken:
        self.asked += 1
        return AccessToken("the-token", int(time.time()) + 3600)


def secret(**changes: object) -> dict[str, object]:
    """A client secret of LibCal."""
    return {
        "customKeyIdentifier": None,
        "displayName": "LibCal 2025",
        "endDateTime": "2027-05-07T06:52:46Z",
        "hint": "q7X",
        "keyId": "58ed553a-d3af-4520-8d81-4775274faac5",
        "secretText": None,
        "startDateTime": "2025-05-07T06:52:46.052Z",
        **changes,
    }


def certificate(**changes: object) -> dict[str, object]:
    """A certificate, as on an app registration."""
    return {
        "customKeyIdentifier": "F9D4365AFC13FC27446AD529035997B32991AE85",
        "displayName": "CN=sync.example.org",
        "endDateTime": "2027-05-07T06:56:26Z",
        "key": None,
        "keyId": "88888888-0000-0000-0000-000000000001",
        "startDateTime": "2026-05-07T06:56:26Z",
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
        **changes,
    }


def application(**changes: object) -> dict[str, object]:
    """An app registration with nothing on it."""
    return {
        "id": OBJECT_ID,
        "appId": CLIENT_ID,
        "displayName": "LibApps Outlook sync",
        "isDisabled": None,
        "disabledByMicrosoftStatus": None,
        "keyCredentials": [],
        "passwordCredentials": [],
        "web": {"redirectUris": [], "homePageUrl": None},
        "spa": {"redirectUris": []},
        "publicClient": {"redirectUris": []},
        **changes,
    }


def principal(**changes: object) -> dict[str, object]:
    """The app's service principal, enabled."""
    return {"id": "11111111-3717-4f8a-8fe3-bbdd2ab2e3b4", "accountEnabled": True, **changes}


def tenant(app: object = None, service_principal: object = None) -> Script:
    """Answer the two requests about one app. What is left out does not exist."""

    def script(asked: Asked) -> Reply:
        value = app if asked.path.startswith("/v1.0/applications") else service_principal
        return (
            value if isinstance(value, Reply) else reply(value) if value is not None else NOT_FOUND
        )

    return script


def error(code: str, message: str = "Something.") -> dict[str, object]:
    """Graph's body for a failure."""
    return {
        "error": {
            "code": code,
            "message": message,
            "innerError": {"request-id": "93b6f17e-c05d-4f45-ad2a-6665c708d8a0"},
        }
    }
