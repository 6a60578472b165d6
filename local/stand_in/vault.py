"""A Key Vault that accepts secrets and never returns one.

Source: Key Vault REST reference (set-secret, get-secret-versions).
"""

import json
import re
from collections import Counter
from collections.abc import Callable
from http import HTTPStatus

from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from local.stand_in.deployer import Deployer
from local.stand_in.graph_errors import GraphError


class Vault:
    """The vault of one deployment. The first `lag` requests of each kind are refused."""

    def __init__(self, deployer: Deployer, root: Callable[[], str]) -> None:
        """Create it empty, for tokens of `deployer`; `root` is the URL of the tenant."""
        self.lag = 0
        self._deployer = deployer
        self._root = root
        self._secrets: dict[str, list[str]] = {}
        self._asked: Counter[str] = Counter()
        self._routes = Map(
            [
                Rule("/vault/secrets/<name>", methods=["PUT"], endpoint=self._set),
                Rule("/vault/secrets/<name>/versions", methods=["GET"], endpoint=self._versions),
            ]
        )

    def versions(self, name: str) -> list[str]:
        """Return every value that a secret has had, oldest first."""
        return self._secrets.get(name, [])

    def answer(self, request: Request) -> Response:
        """Answer the deployer."""
        try:
            endpoint, arguments = self._routes.bind_to_environ(request.environ).match()
            answer: Response = endpoint(request, **arguments)
        except HTTPException as error:
            return refuse(error.code or 404, "NotFound", "There is nothing here.")
        except GraphError as error:
            return refuse(error.status, error.code, error.message)
        return answer

    def keep(self, name: str, value: str) -> None:
        """Set the value of this secret."""
        self._secrets.setdefault(name, []).append(value)

    def forget(self, name: str) -> None:
        """Delete this secret."""
        self._secrets.pop(name, None)

    def _enter(self, request: Request) -> None:
        _require_version(request)
        self._deployer.authorise(request, f"{self._root()}/vault")
        self._asked[request.method] += 1
        if self._asked[request.method] <= self.lag or "store secrets" in self._deployer.forbidden:
            raise GraphError(
                403, "ForbiddenByRbac", "Caller is not authorized to perform action on resource."
            )

    def _set(self, request: Request, name: str) -> Response:
        self._enter(request)
        self.keep(name, request.get_json()["value"])
        return answer_json(
            200, {"id": f"{self._root()}/vault/secrets/{name}/{len(self._secrets[name])}"}
        )

    def _versions(self, request: Request, name: str) -> Response:
        self._enter(request)
        if name not in self._secrets:
            raise GraphError(
                404,
                "SecretNotFound",
                f"A secret with (name/id) {name} was not found in this key vault.",
            )
        return answer_json(
            200, {"value": [{"id": f"{self._root()}/vault/secrets/{name}/1"}], "nextLink": None}
        )


def _require_version(request: Request) -> None:
    if not re.fullmatch(r"\d+\.\d+", request.args.get("api-version", "")):
        raise GraphError(400, "BadParameter", "The api-version is missing.")


def answer_json(status: int, content: dict[str, object]) -> Response:
    """Return a JSON response."""
    return Response(json.dumps(content), status, mimetype="application/json")


def refuse(status: int, code: str, message: str) -> Response:
    """Return an error as Key Vault and Azure's management API write it."""
    return answer_json(
        status,
        {
            "error": {
                "code": "Forbidden" if status == HTTPStatus.FORBIDDEN else code,
                "message": message,
                "innererror": {"code": code},
            }
        },
    )
