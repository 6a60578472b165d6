"""The registration of the status page's sign-in, as the app reads it; complete at the start."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from werkzeug import Request, Response

from local.stand_in.entra_objects import Json, Objects
from local.stand_in.graph_errors import GraphError, not_found, permission_missing
from local.stand_in.graph_http import compressed, failure, success
from local.stand_in.graph_query import selection
from local.stand_in.managed_identity import ManagedIdentity
from local.stand_in.sign_in import PAGE_CLIENT_ID, object_id

READ_APPS = "Application.Read.All"
ROLE_ID = "6e0f8b1d-3c54-4f0a-8a57-2f9d1be47c60"
_PATH = re.compile(r"/v1\.0/(applications|servicePrincipals)\(appId='([^']*)'\)(/\w+)?")


class PageApp:
    """The registration, and who has which of its roles."""

    def __init__(self, identity: ManagedIdentity, root: Callable[[], str]) -> None:
        """Set whose tokens may read it, and Graph's URL."""
        self._identity = identity
        self.objects = Objects(root)
        self.registration: Json | None = {
            "id": str(UUID(int=1)),
            "appId": PAGE_CLIENT_ID,
            "appRoles": [
                {
                    "id": ROLE_ID,
                    "value": "Installer",
                    "isEnabled": True,
                    "allowedMemberTypes": ["User"],
                }
            ],
            "optionalClaims": {"idToken": [{"name": "auth_time", "essential": False}]},
        }
        self.assigned: list[Json] = [{"principalId": object_id("Dana"), "appRoleId": ROLE_ID}]

    def answer(self, request: Request) -> Response | None:
        """Answer the app about this registration; `None`: somebody else answers."""
        found = _PATH.fullmatch(request.path)
        grant = self._identity.grant(request.headers.get("Authorization", "")[len("Bearer ") :])
        if request.method != "GET" or found is None or found[2] != PAGE_CLIENT_ID or grant is None:
            return None
        try:
            if READ_APPS not in grant.roles:
                raise permission_missing(READ_APPS)
            return compressed(self._found(request, found), request)
        except GraphError as error:
            return failure(error, request)

    def _found(self, request: Request, asked: re.Match[str]) -> Response:
        if self.registration is None:
            raise not_found(PAGE_CLIENT_ID)
        if asked[1] == "applications" and asked[3] is None:
            names = selection(request.args)
            shown: dict[str, Any] = {
                name: value
                for name, value in self.registration.items()
                if not names or name in names
            }
            return success(shown, request)
        if asked[1] == "servicePrincipals" and asked[3] == "/appRoleAssignedTo":
            return self.objects.page(self.assigned, request)
        raise not_found(request.path)
