"""Graph's errors: a code, a sentence, and the ids for Microsoft's support.

Codes and sentences are from recorded responses and from Microsoft's documentation.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus

_COMMON = {
    400: ("BadRequest", "The request is not valid."),
    401: ("InvalidAuthenticationToken", "Access token validation failure."),
    403: ("Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
    404: (
        "Request_ResourceNotFound",
        "Resource does not exist or one of its queried reference-property objects are not present.",
    ),
    429: ("TooManyRequests", "Please retry again later."),
    500: ("InternalServerError", "Internal server error."),
    502: ("BadGateway", "Bad gateway."),
    503: ("ServiceUnavailable", "The service is temporarily unavailable."),
    504: ("GatewayTimeout", "Gateway timeout."),
}

CHALLENGE = {
    "WWW-Authenticate": (
        'Bearer realm="", '
        'authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
        'client_id="00000003-0000-0000-c000-000000000000"'
    )
}


class GraphError(Exception):
    """A request that Graph refuses."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        headers: Mapping[str, str] | None = None,
        *,
        details: Sequence[Mapping[str, str]] = (),
    ) -> None:
        """Create the error with an HTTP status, Graph's code for it, and a sentence."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})
        self.details = list(details)

    def body(self, request_id: str, client_request_id: str) -> dict[str, object]:
        """Return the JSON document; its date is in UTC without a zone, as Graph writes it."""
        inner: dict[str, str] = {}
        if self.status == HTTPStatus.TOO_MANY_REQUESTS:
            inner = {"code": "429", "message": "Please retry after", "status": "429"}
        inner |= {
            "date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}",
            "request-id": request_id,
            "client-request-id": client_request_id,
        }
        details = {"details": self.details} if self.details else {}
        error = {"code": self.code, "message": self.message, **details, "innerError": inner}
        return {"error": error}


def by_status(status: int, headers: Mapping[str, str] | None = None) -> GraphError:
    """Return the usual error of an HTTP status."""
    code, message = _COMMON.get(status, ("UnknownError", "An error has occurred."))
    return GraphError(status, code, message, headers)


def permission_missing(permission: str) -> GraphError:
    """Return the 403 for a missing permission; only reports name the permission."""
    if permission == "Application.Read.All":
        return by_status(403)
    message = (
        "The principal does not have required Microsoft Graph permission(s): "
        f"{permission} to call this API."
    )
    return GraphError(403, "Authentication_MSGraphPermissionMissing", message)


def bad_request(message: str, code: str = "Request_BadRequest") -> GraphError:
    """Return a 400."""
    return GraphError(400, code, message)


def unknown_property(name: str, kind: str) -> GraphError:
    """Return the 400 for a property in `$select` that a type does not have."""
    return bad_request(
        "Parsing OData Select and Expand failed: Could not find a property named "
        f"'{name}' on type 'microsoft.graph.{kind}'.",
        "BadRequest",
    )


def not_found(resource: str) -> GraphError:
    """Return the 404 for a missing object."""
    return GraphError(
        404,
        "Request_ResourceNotFound",
        f"Resource '{resource}' does not exist or one of its queried reference-property "
        "objects are not present.",
    )


def unauthenticated(message: str) -> GraphError:
    """Return the 401 for a token that is missing or not accepted."""
    return GraphError(401, "InvalidAuthenticationToken", message, CHALLENGE)
