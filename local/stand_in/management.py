"""Azure's management API for one deployed app, as the deployment hooks and `doctor` use it.

Sources: Microsoft.Web REST reference (list functions, sync function triggers, configreferences,
list geo regions); Microsoft.Resources REST reference (list deployments at subscription scope).
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from local.stand_in.deployer import Deployer
from local.stand_in.graph_errors import GraphError
from local.stand_in.vault import Vault, answer_json, refuse

SUBSCRIPTION = "/arm/subscriptions/<subscription>"
SITE = f"{SUBSCRIPTION}/resourceGroups/<group>/providers/Microsoft.Web/sites/<site>"
REFERENCES = f"{SITE}/config/configreferences/appsettings"
PAGE = 4
FUNCTIONS = ("calendar", "check", "health", "page", "status", "tick")


class Management:
    """The management API. The app has one setting from the vault, the URL of the Teams Workflow."""

    def __init__(self, deployer: Deployer, vault: Vault, root: Callable[[], str]) -> None:
        """Create it for tokens of `deployer`; `root` is the URL of the tenant."""
        self.refreshed: list[str] = []
        self.synced = 0
        self.functions: list[str] = [*FUNCTIONS]
        self.functions_after_sync: list[str] = [*FUNCTIONS]
        self.unresolved: dict[str, tuple[str, str]] = {}
        """Settings that cannot be read from the vault: name, then status and details."""
        self.resolved_after = 0
        """Refreshes after which `unresolved` is empty; 0: never."""
        self.regions = ["East US", "North Europe"]
        self.deployments: list[dict[str, Any]] = []
        self.lists_outputs = True
        self._deployer = deployer
        self._vault = vault
        self._root = root
        self._routes = Map(
            [
                Rule(f"{SITE}/functions", methods=["GET"], endpoint=self._functions),
                Rule(f"{SITE}/host/default/sync", methods=["POST"], endpoint=self._sync),
                Rule(REFERENCES, methods=["GET"], endpoint=self._references),
                Rule(f"{REFERENCES}/refresh", methods=["POST"], endpoint=self._refresh),
                Rule(
                    f"{SUBSCRIPTION}/providers/Microsoft.Web/geoRegions",
                    methods=["GET"],
                    endpoint=self._regions,
                ),
                Rule(
                    f"{SUBSCRIPTION}/providers/Microsoft.Resources/deployments/",
                    methods=["GET"],
                    endpoint=self._deployments,
                ),
                Rule(
                    f"{SUBSCRIPTION}/providers/Microsoft.Resources/deployments/<name>",
                    methods=["GET"],
                    endpoint=self._deployment,
                ),
            ],
            strict_slashes=False,
        )

    def deploy(self, environment: str, outputs: Mapping[str, object], *, timestamp: str) -> None:
        """Add a deployment as azd makes it, with Azure's spelling of the names of outputs."""
        spelled = {name[0].lower() + name[1:]: {"value": value} for name, value in outputs.items()}
        properties = {"provisioningState": "Succeeded", "timestamp": timestamp, "outputs": spelled}
        name = f"{environment}-{len(self.deployments)}"
        one = {"name": name, "tags": {"azd-env-name": environment}}
        self.deployments.append(one | {"properties": properties})

    def answer(self, request: Request) -> Response:
        """Answer the deployer."""
        try:
            endpoint, arguments = self._routes.bind_to_environ(request.environ).match()
            _require_version(request)
            self._deployer.authorise(request, f"{self._root()}/arm")
            answer: Response = endpoint(request, **arguments)
        except HTTPException as error:
            return refuse(error.code or 404, "NotFound", "There is nothing here.")
        except GraphError as error:
            return refuse(error.status, error.code, error.message)
        return answer

    def _page(self, request: Request, found: list[dict[str, Any]]) -> Response:
        """Return a page of objects, with the link to the next one as this API writes it."""
        start = int(request.args.get("$skiptoken", "0"))
        document: dict[str, object] = {"value": found[start : start + PAGE]}
        if start + PAGE < len(found):
            bare = re.sub(r"&\$skiptoken=\d+", "", request.full_path)
            document["nextLink"] = f"{self._root()}{bare}&$skiptoken={start + PAGE}"
        return answer_json(200, document)

    def _functions(self, request: Request, subscription: str, group: str, site: str) -> Response:
        self._deployer.may("read the app")
        base = f"/subscriptions/{subscription}/resourceGroups/{group}/{site}/functions"
        return self._page(
            request,
            [
                {"id": f"{base}/{name}", "name": f"{site}/{name}", "properties": {"name": name}}
                for name in self.functions
            ],
        )

    def _sync(self, _request: Request, **_of: str) -> Response:
        self._deployer.may("sync triggers")
        self.synced += 1
        self.functions = self.functions_after_sync
        return Response(status=204)

    def _references(self, request: Request, **_of: str) -> Response:
        self._deployer.may("read the app")
        stored = self._vault.versions("teams-webhook-url")
        missing = ("SecretNotFound", "Secret not found in vault.")
        states = {"TEAMS_WEBHOOK_URL": ("Resolved", "") if stored else missing} | self.unresolved
        return self._page(
            request,
            [
                {"name": name, "properties": {"status": status, "details": details}}
                for name, (status, details) in states.items()
            ],
        )

    def _refresh(self, _request: Request, subscription: str, group: str, site: str) -> Response:
        self._deployer.may("refresh settings")
        self.refreshed.append(f"{subscription}/{group}/{site}")
        if self.resolved_after and len(self.refreshed) >= self.resolved_after:
            self.unresolved.clear()
        return answer_json(200, {"value": []})

    def _regions(self, request: Request, **_of: str) -> Response:
        if request.args.get("sku") != "FlexConsumption":
            raise GraphError(400, "BadRequest", "The sku is missing.")
        return self._page(request, [{"name": name} for name in self.regions])

    def _deployments(self, request: Request, **_of: str) -> Response:
        self._deployer.may("read deployments")
        if self.lists_outputs:
            return self._page(request, self.deployments)
        bare = [one | {"properties": {**one["properties"]}} for one in self.deployments]
        for one in bare:
            del one["properties"]["outputs"]
        return self._page(request, bare)

    def _deployment(self, _request: Request, name: str, **_of: str) -> Response:
        self._deployer.may("read deployments")
        (found,) = [one for one in self.deployments if one["name"] == name]
        return answer_json(200, found)


def _require_version(request: Request) -> None:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", request.args.get("api-version", "")):
        raise GraphError(400, "MissingApiVersionParameter", "The api-version is missing.")
