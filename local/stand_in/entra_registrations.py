"""App registrations that an administrator creates, with federated credentials.

They are separate from the watched ones. Sources: Graph reference, application-upsert,
application-post-federatedidentitycredentials; refusals as seen in Azure/azure-dev#1482 and
Azure/azure-workload-identity#434.
"""

from uuid import uuid4

from werkzeug import Request, Response
from werkzeug.routing import Rule

from local.stand_in.deployer import Deployer
from local.stand_in.entra_objects import Json, Objects, body, created
from local.stand_in.graph_errors import GraphError, bad_request, not_found
from local.stand_in.graph_http import success

MAX_FEDERATED_CREDENTIALS = 20
READ_ONLY = frozenset({"id", "appId", "uniqueName", "federated"})
INVALID = "InvalidFederatedIdentityCredentialValue"


class Registrations:
    """The registrations of a tenant, by object id."""

    def __init__(self, objects: Objects, deployer: Deployer) -> None:
        """Create it empty."""
        self.apps: dict[str, Json] = {}
        self._objects = objects
        self._deployer = deployer

    def routes(self) -> list[Rule]:
        """Return the routes; `applications(appId='...')` has been replaced by an object id."""
        return [
            Rule("/v1.0/applications(uniqueName='<name>')", methods=["GET"], endpoint=self._named),
            Rule(
                "/v1.0/applications(uniqueName='<name>')", methods=["PATCH"], endpoint=self._upsert
            ),
            Rule("/v1.0/applications/<object_id>", methods=["GET"], endpoint=self._get),
            Rule("/v1.0/applications/<object_id>", methods=["PATCH"], endpoint=self._patch),
            Rule(
                "/v1.0/applications/<object_id>/federatedIdentityCredentials",
                methods=["GET"],
                endpoint=self._federated,
            ),
            Rule(
                "/v1.0/applications/<object_id>/federatedIdentityCredentials",
                methods=["POST"],
                endpoint=self._federate,
            ),
            Rule(
                "/v1.0/applications/<object_id>/federatedIdentityCredentials/<one>",
                methods=["PATCH"],
                endpoint=self._refederate,
            ),
        ]

    def _named(self, request: Request, name: str) -> Response:
        return success(self._objects.by(self.apps, "uniqueName", name), request)

    def _upsert(self, request: Request, name: str) -> Response:
        """Create the app with this unique name, or change it (204 without a body)."""
        self._deployer.may("register")
        given = body(request)
        if "displayName" not in given:
            raise bad_request(
                "A value is required for property 'displayName' of resource 'Application'."
            )
        there = next((app for app in self.apps.values() if app["uniqueName"] == name), None)
        if there is not None:
            return self._change(there, given)
        if request.headers.get("Prefer") != "create-if-missing":
            raise not_found(name)
        object_id = self._objects.made(str(uuid4()))
        web = {"redirectUris": [], "implicitGrantSettings": {}} | given.get("web", {})
        defaults = {"signInAudience": "AzureADandPersonalMicrosoftAccount"}
        app = (
            defaults
            | given
            | {
                "id": object_id,
                "appId": str(uuid4()),
                "uniqueName": name,
                "web": web,
                "federated": [],
            }
        )
        self.apps[object_id] = app
        return created(app, request)

    def _get(self, request: Request, object_id: str) -> Response:
        return success(self._objects.get(self.apps, object_id), request)

    def _patch(self, request: Request, object_id: str) -> Response:
        self._deployer.may("change app")
        return self._change(self._objects.get(self.apps, object_id), body(request))

    def _change(self, app: Json, change: Json) -> Response:
        if READ_ONLY & change.keys():
            raise bad_request("Property is read-only and cannot be set.")
        roles = change.get("appRoles", [])
        for values in (
            change.get("web", {}).get("redirectUris", []),
            [role["id"] for role in roles],
            [role["value"] for role in roles],
        ):
            if len(set(values)) < len(values):
                raise bad_request("One or more of the property values specified are duplicated.")
        if "appRoles" in change:
            _check_roles(app.get("appRoles", []), roles)
        app["web"] |= change.pop("web", {})
        app.update(change)
        return Response(status=204)

    def _federated(self, request: Request, object_id: str) -> Response:
        return self._objects.page(self._objects.get(self.apps, object_id)["federated"], request)

    def _federate(self, request: Request, object_id: str) -> Response:
        self._deployer.may("federate")
        held, given = self._objects.get(self.apps, object_id)["federated"], body(request)
        if any(one["name"] == given["name"] for one in held):
            message = f"FederatedIdentityCredential with name {given['name']} already exists."
            raise GraphError(409, "Request_MultipleObjectsWithSameKeyValue", message)
        if len(held) >= MAX_FEDERATED_CREDENTIALS:
            raise bad_request(
                "The application has too many federated identity credentials.",
                "Directory_QuotaExceeded",
            )
        _check(given, held)
        held.append(given | {"id": str(uuid4())})
        return created(held[-1], request)

    def _refederate(self, request: Request, object_id: str, one: str) -> Response:
        self._deployer.may("federate")
        held, change = self._objects.get(self.apps, object_id)["federated"], body(request)
        if {"name", "id"} & change.keys():
            raise bad_request("Property 'name' is read-only and cannot be set.")
        credential: Json | None = next(
            (credential for credential in held if credential["id"] == one), None
        )
        if credential is None:
            raise not_found(one)
        _check(credential | change, [other for other in held if other is not credential])
        credential |= change
        return Response(status=204)


def _check_roles(before: list[Json], after: list[Json]) -> None:
    """Raise `GraphError` if a role is incomplete, or an enabled one would be removed."""
    needed = {"allowedMemberTypes", "description", "displayName", "id", "isEnabled", "value"}
    if any(needed - role.keys() for role in after):
        raise bad_request("Invalid value specified for property 'appRoles' of an application.")
    kept = {role["id"] for role in after}
    if any(role["isEnabled"] and role["id"] not in kept for role in before):
        raise bad_request(
            "Property value cannot be deleted unless it is disabled first.",
            "CannotDeleteOrUpdateEnabledEntitlement",
        )


def _check(given: Json, others: list[Json]) -> None:
    """Raise `GraphError` if a federated credential is invalid beside these others."""
    if (
        not all(given.get(key) for key in ("issuer", "subject"))
        or len(given.get("audiences", [])) != 1
    ):
        raise bad_request(
            "Federated Identity Credential must specify 'issuer', 'subject' and one audience.",
            INVALID,
        )
    if not given["issuer"].startswith("https://"):
        raise bad_request("The issuer must be an https URL.", INVALID)
    if any(
        (one["issuer"], one["subject"]) == (given["issuer"], given["subject"]) for one in others
    ):
        message = (
            "The combination of issuer and subject must be unique for the application. "
            f"Issuer {given['issuer']} already exist."
        )
        raise bad_request(message, INVALID)
