"""The secrets of a Key Vault: set, read, delete, recover and purge."""

from collections.abc import Iterable
from http import HTTPStatus
from threading import RLock
from uuid import uuid4

from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from local.stand_in.created_values import note
from local.stand_in.loopback import HOST
from local.stand_in.vault_documents import (
    Refusal,
    Version,
    answer_json,
    bundle,
    check_request,
    described,
    not_found,
    version_of,
    without_value,
)

RIGHTS = ("setSecret", "getSecret", "readMetadata", "delete", "purge", "recover")


class VaultSecrets:
    """The secrets by name, safe for threads."""

    def __init__(self) -> None:
        """Create it empty."""
        self.purge_protection = False
        self.busy = 0
        """How many requests of the same name are refused after a deletion or a recovery began."""
        self.done: list[tuple[str, str]] = []
        """What was done, oldest first, as in the vault's log: `("SecretSet", name)`."""
        self._lock = RLock()
        self._kept: dict[str, list[Version]] = {}
        self._deleted: dict[str, list[Version]] = {}
        self._busy: dict[str, tuple[str, int]] = {}
        self._routes = Map(
            [
                Rule("/secrets/<name>", methods=["PUT"], endpoint=("setSecret", self._set)),
                Rule("/secrets/<name>", methods=["GET"], endpoint=("getSecret", self._get)),
                Rule("/secrets/<name>/", methods=["GET"], endpoint=("getSecret", self._get)),
                Rule("/secrets/<name>/versions", endpoint=("readMetadata", self._versions)),
                Rule("/secrets/<name>", methods=["DELETE"], endpoint=("delete", self._delete)),
                Rule(
                    "/deletedsecrets/<name>",
                    methods=["GET"],
                    endpoint=("readMetadata", self._get_deleted),
                ),
                Rule("/deletedsecrets/<name>", methods=["DELETE"], endpoint=("purge", self._purge)),
                Rule(
                    "/deletedsecrets/<name>/recover",
                    methods=["POST"],
                    endpoint=("recover", self._recover),
                ),
            ]
        )

    @property
    def values(self) -> dict[str, str]:
        """The present value of each secret, by name."""
        with self._lock:
            return {name: versions[-1].value for name, versions in self._kept.items()}

    @property
    def deleted(self) -> list[str]:
        """The names of deleted secrets that are not purged."""
        with self._lock:
            return sorted(self._deleted)

    def tags(self, name: str) -> dict[str, str]:
        """Return the tags of a secret. Raise `KeyError` if it is not there."""
        with self._lock:
            return self._kept[name][-1].tags

    def put(self, name: str, value: str, *, deleted: bool = False) -> None:
        """Put a value there, as somebody else would have done it."""
        with self._lock:
            identifier = f"https://{HOST}/secrets/{name}/{uuid4().hex}"
            version = Version(identifier, note(value), None, {}, None)
            (self._deleted if deleted else self._kept)[name] = [version]

    def clear(self) -> None:
        """Be as new."""
        with self._lock:
            for each in (self._kept, self._deleted, self._busy, self.done):
                each.clear()

    def described(self) -> dict[str, object]:
        """Return everything but the values."""
        with self._lock:
            return {
                "secrets": {name: described(versions) for name, versions in self._kept.items()},
                "deleted": self.deleted,
                "done": list(self.done),
            }

    def answer(self, request: Request, rights: Iterable[str]) -> Response:
        """Answer a request whose token has these rights."""
        try:
            (right, endpoint), arguments = self._routes.bind_to_environ(request.environ).match()
            check_request(request, arguments["name"])
            _require(right, rights)
            with self._lock:
                response: Response = endpoint(request, arguments["name"])
        except HTTPException as error:
            return Refusal(error.code or 404, "NotFound", "There is nothing here.").response()
        except Refusal as error:
            return error.response()
        return response

    def _set(self, request: Request, name: str) -> Response:
        given = request.get_json(silent=True)
        if not isinstance(given, dict) or not isinstance(given.get("value"), str):
            raise Refusal(HTTPStatus.BAD_REQUEST, "BadParameter", "Property value is required.")
        self._refuse_while_busy(name)
        if name in self._deleted:
            raise Refusal(
                HTTPStatus.CONFLICT,
                "ObjectIsDeletedButRecoverable",
                f"Secret {name} is currently in a deleted but recoverable state, and its name"
                " cannot be reused; in this state, the secret can only be recovered or purged.",
            )
        version = version_of(name, given, request)
        self._kept.setdefault(name, []).append(version)
        self.done.append(("SecretSet", name))
        return answer_json(bundle(version))

    def _get(self, _request: Request, name: str) -> Response:
        version = self._there(name)[-1]
        self.done.append(("SecretGet", name))
        return answer_json(bundle(version))

    def _versions(self, _request: Request, name: str) -> Response:
        items = [without_value(version) for version in self._there(name)]
        return answer_json({"value": items, "nextLink": None})

    def _delete(self, _request: Request, name: str) -> Response:
        self._there(name)
        self._deleted[name] = self._kept.pop(name)
        self._busy[name] = ("ObjectIsBeingDeleted", self.busy)
        self.done.append(("SecretDelete", name))
        return self._deleted_bundle(name)

    def _get_deleted(self, _request: Request, name: str) -> Response:
        if name not in self._deleted or self._is_busy(name):
            raise not_found(name)
        return self._deleted_bundle(name)

    def _purge(self, _request: Request, name: str) -> Response:
        if name not in self._deleted:
            raise not_found(name)
        self._refuse_while_busy(name)
        if self.purge_protection:
            text = "Operation 'purge' is not allowed because purge protection is enabled."
            raise Refusal(HTTPStatus.FORBIDDEN, "ForbiddenByPolicy", text)
        del self._deleted[name]
        self.done.append(("SecretPurge", name))
        return Response(status=HTTPStatus.NO_CONTENT)

    def _recover(self, _request: Request, name: str) -> Response:
        if name not in self._deleted:
            raise not_found(name)
        self._refuse_while_busy(name)
        self._kept[name] = self._deleted.pop(name)
        self._busy[name] = ("ObjectIsBeingRecovered", self.busy)
        self.done.append(("SecretRecover", name))
        return answer_json(without_value(self._kept[name][-1]))

    def _there(self, name: str) -> list[Version]:
        if name not in self._kept or self._is_busy(name):
            raise not_found(name)
        return self._kept[name]

    def _refuse_while_busy(self, name: str) -> None:
        code, _ = self._busy.get(name, ("", 0))
        if self._is_busy(name):
            raise Refusal(HTTPStatus.CONFLICT, code, f"Secret {name} is busy; retry later.")

    def _is_busy(self, name: str) -> bool:
        """Return whether a deletion or recovery goes on; each look brings its end nearer."""
        code, left = self._busy.get(name, ("", 0))
        self._busy[name] = code, max(0, left - 1)
        return left > 0

    def _deleted_bundle(self, name: str) -> Response:
        document = {"recoveryId": f"https://{HOST}/deletedsecrets/{name}", "deletedDate": 0}
        return answer_json({**without_value(self._deleted[name][-1]), **document})


def _require(right: str, rights: Iterable[str]) -> None:
    if right not in rights:
        action = f"Microsoft.KeyVault/vaults/secrets/{right}"
        text = f"Caller is not authorized to perform action on resource. Action: '{action}'"
        raise Refusal(HTTPStatus.FORBIDDEN, "ForbiddenByRbac", text)
