"""What an administrator changes through Graph: enough for the deployment hooks, equally strict.

It answers requests with a token of `Deployer`. Sources: Graph reference,
serviceprincipal-post-approleassignedto, oauth2permissiongrant-post; refusals as seen in
microsoftgraph/msgraph-bicep-types#193 and Azure/reliable-web-app-pattern-java#185.
"""

import re
from collections.abc import Callable
from threading import RLock
from uuid import uuid4

from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from local.stand_in.deployer import Deployer
from local.stand_in.entra_objects import Json, Objects, body, created
from local.stand_in.entra_registrations import Registrations
from local.stand_in.graph_errors import GraphError, bad_request, not_found
from local.stand_in.graph_http import failure, success

GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"
GRAPH_OBJECT_ID = "4f5a1c0b-93d2-4c57-8f64-2d1b7e6a0c38"
"""Object id of Graph's own service principal; it differs in every tenant."""
DEFAULT_ACCESS = "00000000-0000-0000-0000-000000000000"
GRAPH_ROLES = frozenset(
    {
        "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",  # Application.Read.All
        "b0afded3-3588-46d8-8b3d-9842eff778da",  # AuditLog.Read.All
        "97235f07-e226-4f63-ace3-39588e11d3a1",  # User.ReadBasic.All
        "b633e1c5-b582-4048-a93e-9f11b44c7e96",  # Mail.Send
    }
)
_BY_CLIENT_ID = re.compile(r"/v1\.0/(applications|servicePrincipals)\(appId='([^']*)'\)(.*)")


class EntraAdmin:
    """The administrator's side of a tenant."""

    def __init__(self, deployer: Deployer, root: Callable[[], str]) -> None:
        """Set the `deployer` whose tokens are accepted, and `root`, the URL of Graph."""
        self.objects = Objects(root)
        self.registrations = Registrations(self.objects, deployer)
        self.principals: dict[str, Json] = {}
        self.groups: dict[str, Json] = {}
        self.people: dict[str, Json] = {}
        self.assignments: list[Json] = []
        self.consents: list[Json] = []
        self._deployer = deployer
        self._root = root
        self._lock = RLock()
        self.graph_id = self.add_principal(GRAPH_APP_ID, GRAPH_OBJECT_ID)
        principal = "/v1.0/servicePrincipals/<object_id>"
        self._routes = Map(
            [
                *self.registrations.routes(),
                Rule("/v1.0/servicePrincipals", methods=["POST"], endpoint=self._make_principal),
                Rule(principal, methods=["GET"], endpoint=self._principal),
                Rule(principal, methods=["PATCH"], endpoint=self._change_principal),
                Rule(f"{principal}/appRoleAssignments", methods=["GET"], endpoint=self._held),
                Rule(
                    f"{principal}/appRoleAssignments/<one>",
                    methods=["DELETE"],
                    endpoint=self._take_away,
                ),
                Rule(f"{principal}/appRoleAssignedTo", methods=["GET"], endpoint=self._assigned),
                Rule(f"{principal}/appRoleAssignedTo", methods=["POST"], endpoint=self._assign),
                Rule("/v1.0/groups", methods=["GET"], endpoint=self._find_groups),
                Rule(
                    "/v1.0/directoryObjects/<object_id>",
                    methods=["GET"],
                    endpoint=self._directory_object,
                ),
                Rule("/v1.0/oauth2PermissionGrants", methods=["GET"], endpoint=self._consented),
                Rule("/v1.0/oauth2PermissionGrants", methods=["POST"], endpoint=self._consent),
                Rule(
                    "/v1.0/oauth2PermissionGrants/<grant_id>",
                    methods=["PATCH"],
                    endpoint=self._consent_more,
                ),
            ]
        )

    def add_principal(self, client_id: str, object_id: str = "") -> str:
        """Create a service principal, as for a managed identity. Return its object id."""
        principal_id = self.objects.made(object_id or str(uuid4()))
        self.principals[principal_id] = {
            "id": principal_id,
            "appId": client_id,
            "appRoleAssignmentRequired": False,
        }
        return principal_id

    def add_person(self, name: str, object_id: str = "") -> str:
        """Create a person. Return the object id."""
        person_id = object_id or str(uuid4())
        self.people[person_id] = {"id": person_id, "displayName": name}
        return person_id

    def add_group(self, name: str, object_id: str = "") -> str:
        """Create a group. Return its object id."""
        group_id = object_id or str(uuid4())
        self.groups[group_id] = {"id": group_id, "displayName": name}
        return group_id

    def answer(self, request: Request) -> Response:
        """Answer the deployer."""
        try:
            self._deployer.authorise(request, self._root())
            with self._lock:
                endpoint, arguments = self._routes.bind_to_environ(request.environ).match(
                    self._by_object_id(request.path)
                )
                answer: Response = endpoint(request, **arguments)
                return answer
        except HTTPException:
            return failure(
                bad_request(f"Resource not found for the segment '{request.path}'.", "BadRequest"),
                request,
            )
        except GraphError as error:
            return failure(error, request)

    def _by_object_id(self, path: str) -> str:
        """Replace a client id in a path by the object id: Graph accepts both."""
        keyed = _BY_CLIENT_ID.fullmatch(path)
        if keyed is None:
            return path
        kind, client_id, rest = keyed.groups()
        among = self.registrations.apps if kind == "applications" else self.principals
        return f"/v1.0/{kind}/{self.objects.by(among, 'appId', client_id)['id']}{rest}"

    def _make_principal(self, request: Request) -> Response:
        self._deployer.may("create principal")
        given = body(request)
        client_id = given["appId"]
        if any(principal["appId"] == client_id for principal in self.principals.values()):
            message = (
                "The service principal cannot be created, because the service principal name "
                f"{client_id} is already in use."
            )
            raise GraphError(409, "Request_MultipleObjectsWithSameKeyValue", message)
        app = next(
            (app for app in self.registrations.apps.values() if app["appId"] == client_id), None
        )
        if app is None or not self.objects.is_seen(app["id"], referred=True):
            raise bad_request(
                f"The appId '{client_id}' of the service principal "
                "does not reference a valid application object."
            )
        principal = self.principals[self.add_principal(client_id)]
        principal.update(given)
        return created(principal, request)

    def _principal(self, request: Request, object_id: str) -> Response:
        return success(self.objects.get(self.principals, object_id), request)

    def _change_principal(self, request: Request, object_id: str) -> Response:
        self._deployer.may("require assignment")
        self.objects.get(self.principals, object_id).update(body(request))
        return Response(status=204)

    def _held(self, request: Request, object_id: str) -> Response:
        self.objects.get(self.principals, object_id)
        return self.objects.page(
            [one for one in self.assignments if one["principalId"] == object_id], request
        )

    def _take_away(self, _request: Request, object_id: str, one: str) -> Response:
        self._deployer.may("take away")
        held = next(
            (
                held
                for held in self.assignments
                if (held["principalId"], held["id"]) == (object_id, one)
            ),
            None,
        )
        if held is None:
            raise not_found(one)
        self.assignments.remove(held)
        return Response(status=204)

    def _assigned(self, request: Request, object_id: str) -> Response:
        self.objects.get(self.principals, object_id)
        return self.objects.page(
            [one for one in self.assignments if one["resourceId"] == object_id], request
        )

    def _assign(self, request: Request, object_id: str) -> Response:
        given = body(request)
        role = str(given.get("appRoleId"))
        self._deployer.may(f"grant {role}" if object_id == self.graph_id else "assign people")
        if (
            set(given) != {"principalId", "resourceId", "appRoleId"}
            or given["resourceId"] != object_id
        ):
            raise bad_request("Not a valid reference update.")
        self.objects.get(self.principals, object_id)
        known = self.principals | self.groups | self.people
        if given["principalId"] not in known or not self.objects.is_seen(
            given["principalId"], referred=True
        ):
            raise bad_request("Not a valid reference update.")
        if role not in (GRAPH_ROLES if object_id == self.graph_id else self._roles(object_id)):
            raise bad_request("Permission being assigned was not found on application.")
        if any(given.items() <= one.items() for one in self.assignments):
            raise bad_request("Permission being assigned already exists on the object")
        self.assignments.append(given | {"id": str(uuid4())})
        return created(self.assignments[-1], request)

    def _roles(self, object_id: str) -> set[str]:
        """Return the ids of the roles to which people can be assigned."""
        client_id = self.principals[object_id]["appId"]
        return {DEFAULT_ACCESS} | {
            role["id"]
            for app in self.registrations.apps.values()
            if app["appId"] == client_id
            for role in app.get("appRoles", [])
            if role["isEnabled"] and "User" in role["allowedMemberTypes"]
        }

    def _find_groups(self, request: Request) -> Response:
        self._deployer.may("read groups")
        wanted = re.fullmatch(r"displayName eq '(.*)'", request.args.get("$filter", ""))
        if wanted is None:
            raise bad_request("Invalid filter clause.")
        name = wanted[1].replace("''", "'")
        return self.objects.page(
            [
                group
                for group in self.groups.values()
                if group["displayName"].lower() == name.lower()
            ],
            request,
        )

    def _directory_object(self, request: Request, object_id: str) -> Response:
        self._deployer.may("read groups")
        return success(
            self.objects.get(self.groups | self.people | self.principals, object_id), request
        )

    def _consented(self, request: Request) -> Response:
        wanted = dict(re.findall(r"(\w+) eq '([^']*)'", request.args.get("$filter", "")))
        return self.objects.page(
            [one for one in self.consents if wanted.items() <= one.items()], request
        )

    def _consent(self, request: Request) -> Response:
        self._deployer.may("consent")
        given = body(request)
        self.objects.get(self.principals, given["clientId"])
        key = {name: given[name] for name in ("clientId", "consentType", "resourceId")}
        if any(key.items() <= one.items() for one in self.consents):
            raise GraphError(
                409, "Request_MultipleObjectsWithSameKeyValue", "Permission entry already exists."
            )
        self.consents.append(given | {"id": str(uuid4())})
        return created(self.consents[-1], request)

    def _consent_more(self, request: Request, grant_id: str) -> Response:
        self._deployer.may("consent")
        change = body(request)
        if set(change) != {"scope"}:
            raise bad_request("Only the scope of a permission grant can be changed.")
        grant = next((one for one in self.consents if one["id"] == grant_id), None)
        if grant is None:
            raise not_found(grant_id)
        grant |= change
        return Response(status=204)
