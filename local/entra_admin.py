"""What an administrator changes in the stand-in tenant through Graph, and a vault: enough for the hooks of a deployment.

Registrations made here are kept apart from those that are watched. A token is the deployer's, from `POST /az/token`; who
carries one is answered here, everybody else by `local.graph`. Sources: Graph reference, application-post-applications,
serviceprincipal-post-approleassignedto, application-post-federatedidentitycredentials, oauth2permissiongrant-post; Key Vault,
rest/api/keyvault/secrets.
"""

import json
import re
from collections.abc import Callable
from threading import RLock
from typing import Any
from uuid import uuid4

from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from local.graph_errors import GraphError, bad_request, by_status, not_found
from local.graph_http import failure, success

GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"
WRITE_APPS = "Application.ReadWrite.All"
ASSIGN = "AppRoleAssignment.ReadWrite.All"
CONSENT = "DelegatedPermissionGrant.ReadWrite.All"
VAULT = "Key Vault Secrets Officer"

type Json = dict[str, Any]


class EntraAdmin:
    """The administrator's side of a tenant. What the deployer may do is in `permissions`; take one away to forbid it."""

    def __init__(self) -> None:
        """Begin with Graph's own service principal, and a deployer who may do everything."""
        self.permissions = {WRITE_APPS, ASSIGN, CONSENT, VAULT}
        self.apps: dict[str, Json] = {}
        self.principals: dict[str, Json] = {}
        self.assignments: list[Json] = []
        self.consents: list[Json] = []
        self.secrets: dict[str, str] = {}
        self._tokens: set[str] = set()
        self._lock = RLock()
        self.add_principal(GRAPH_APP_ID)
        self._routes = Map(
            [
                Rule("/v1.0/applications", methods=["GET"], endpoint=self._find_app),
                Rule("/v1.0/applications", methods=["POST"], endpoint=self._make_app),
                Rule("/v1.0/applications(appId='<client_id>')", methods=["GET"], endpoint=self._app),
                Rule("/v1.0/applications/<object_id>", methods=["PATCH"], endpoint=self._change_app),
                Rule("/v1.0/applications/<object_id>/federatedIdentityCredentials", methods=["GET"], endpoint=self._federated),
                Rule("/v1.0/applications/<object_id>/federatedIdentityCredentials", methods=["POST"], endpoint=self._federate),
                Rule("/v1.0/servicePrincipals", methods=["POST"], endpoint=self._make_principal),
                Rule("/v1.0/servicePrincipals(appId='<client_id>')", methods=["GET"], endpoint=self._principal),
                Rule("/v1.0/servicePrincipals/<object_id>", methods=["PATCH"], endpoint=self._change_principal),
                Rule("/v1.0/servicePrincipals/<object_id>/appRoleAssignments", methods=["GET"], endpoint=self._held),
                Rule("/v1.0/servicePrincipals/<object_id>/appRoleAssignedTo", methods=["GET"], endpoint=self._assigned),
                Rule("/v1.0/servicePrincipals/<object_id>/appRoleAssignedTo", methods=["POST"], endpoint=self._assign),
                Rule("/v1.0/oauth2PermissionGrants", methods=["GET"], endpoint=self._consented),
                Rule("/v1.0/oauth2PermissionGrants", methods=["POST"], endpoint=self._consent),
                Rule("/vault/secrets/<name>", methods=["GET", "PUT"], endpoint=self._secret),
            ]
        )

    def add_principal(self, client_id: str, object_id: str = "") -> str:
        """Let there be a service principal, as provisioning makes one for a managed identity; give its object id."""
        principal_id = object_id or str(uuid4())
        self.principals[principal_id] = {"id": principal_id, "appId": client_id, "appRoleAssignmentRequired": False}
        return principal_id

    def issue(self, _request: Request) -> Response:
        """Answer `POST /az/token`: what `az account get-access-token` gives, for whoever asks on this machine."""
        token = f"deployer-{uuid4()}"
        self._tokens.add(token)
        return Response(json.dumps({"accessToken": token, "tokenType": "Bearer"}), mimetype="application/json")

    def knows(self, request: Request) -> bool:
        """Tell whether the deployer asks."""
        return request.headers.get("Authorization", "").removeprefix("Bearer ") in self._tokens

    def answer(self, request: Request) -> Response:
        """Answer the deployer."""
        try:
            if not self.knows(request):
                raise by_status(401)
            endpoint, arguments = self._routes.bind_to_environ(request.environ).match()
            with self._lock:
                answer: Callable[..., Response] = endpoint
                return answer(request, **arguments)
        except HTTPException:
            return failure(bad_request(f"Resource not found for the segment '{request.path}'.", "BadRequest"), request)
        except GraphError as error:
            return failure(error, request)

    def _may(self, permission: str) -> None:
        if permission not in self.permissions:
            raise by_status(403)

    def _find_app(self, request: Request) -> Response:
        wanted = re.fullmatch(r"displayName eq '(.*)'", request.args.get("$filter", ""))
        if wanted is None:
            raise bad_request("Invalid filter clause.")
        name = wanted[1].replace("''", "'")
        return success({"value": [app for app in self.apps.values() if app["displayName"] == name]}, request)

    def _make_app(self, request: Request) -> Response:
        self._may(WRITE_APPS)
        given = _body(request)
        if not given.get("displayName"):
            raise bad_request("A value is required for property 'displayName' of resource 'Application'.")
        object_id = str(uuid4())
        web = {"redirectUris": []} | given.get("web", {})
        self.apps[object_id] = {**given, "id": object_id, "appId": str(uuid4()), "web": web, "federated": []}
        return success(self.apps[object_id], request)

    def _app(self, request: Request, client_id: str) -> Response:
        return success(self._by_client_id(self.apps, client_id), request)

    def _by_client_id(self, among: dict[str, Json], client_id: str) -> Json:
        found = next((one for one in among.values() if one["appId"] == client_id), None)
        if found is None:
            raise not_found(client_id)
        return found

    def _object(self, among: dict[str, Json], object_id: str) -> Json:
        if object_id not in among:
            raise not_found(object_id)
        return among[object_id]

    def _change_app(self, request: Request, object_id: str) -> Response:
        self._may(WRITE_APPS)
        app, change = self._object(self.apps, object_id), _body(request)
        app["web"] |= change.get("web", {})
        return Response(status=204)

    def _federated(self, request: Request, object_id: str) -> Response:
        return success({"value": self._object(self.apps, object_id)["federated"]}, request)

    def _federate(self, request: Request, object_id: str) -> Response:
        self._may(WRITE_APPS)
        held, given = self._object(self.apps, object_id)["federated"], _body(request)
        if any(one["name"] == given["name"] or (one["issuer"], one["subject"]) == (given["issuer"], given["subject"]) for one in held):
            raise bad_request("FederatedIdentityCredential with the same name or issuer and subject already exists.")
        held.append(given)
        return success(given, request)

    def _make_principal(self, request: Request) -> Response:
        self._may(WRITE_APPS)
        client_id = _body(request)["appId"]
        self._by_client_id(self.apps, client_id)
        return success(self.principals[self.add_principal(client_id)], request)

    def _principal(self, request: Request, client_id: str) -> Response:
        return success(self._by_client_id(self.principals, client_id), request)

    def _change_principal(self, request: Request, object_id: str) -> Response:
        self._may(WRITE_APPS)
        self._object(self.principals, object_id).update(_body(request))
        return Response(status=204)

    def _held(self, request: Request, object_id: str) -> Response:
        self._object(self.principals, object_id)
        return success({"value": [one for one in self.assignments if one["principalId"] == object_id]}, request)

    def _assigned(self, request: Request, object_id: str) -> Response:
        self._object(self.principals, object_id)
        return success({"value": [one for one in self.assignments if one["resourceId"] == object_id]}, request)

    def _assign(self, request: Request, object_id: str) -> Response:
        self._may(ASSIGN)
        self._object(self.principals, object_id)
        given = _body(request)
        if set(given) != {"principalId", "resourceId", "appRoleId"} or given["resourceId"] != object_id:
            raise bad_request("Not a valid reference update.")
        if given in self.assignments:
            raise bad_request("Permission being assigned already exists on the object.")
        self.assignments.append(given)
        return success(given, request)

    def _consented(self, request: Request) -> Response:
        wanted = dict(re.findall(r"(\w+) eq '([^']*)'", request.args.get("$filter", "")))
        return success({"value": [one for one in self.consents if wanted.items() <= one.items()]}, request)

    def _consent(self, request: Request) -> Response:
        self._may(CONSENT)
        given = _body(request)
        self._object(self.principals, given["clientId"])
        self.consents.append(given)
        return success(given, request)

    def _secret(self, request: Request, name: str) -> Response:
        self._may(VAULT)
        if "api-version" not in request.args:
            raise bad_request("The api-version is missing.")
        if request.method == "PUT":
            self.secrets[name] = _body(request)["value"]
        elif name not in self.secrets:
            raise not_found(name)
        return success({"value": self.secrets[name], "id": name}, request)


def _body(request: Request) -> Json:
    document = request.get_json(silent=True)
    if not isinstance(document, dict):
        raise bad_request("Unable to read JSON request payload.", "BadRequest")
    return document
