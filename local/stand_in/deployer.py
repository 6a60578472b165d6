"""The deployer: tokens for one service each, and a list of forbidden actions."""

from uuid import uuid4

from werkzeug import Request

from local.stand_in.graph_errors import by_status, unauthenticated


class Deployer:
    """The person who is signed in to azd or az. Actions in `forbidden` are refused with 403.

    The actions are the names that the stand-ins pass to `may`: register, change app, federate,
    create principal, require assignment, assign people, read groups, consent, grant ROLE-ID,
    store secrets, refresh settings, read the app, sync triggers, read deployments.
    """

    def __init__(self) -> None:
        """Create a deployer who may do everything."""
        self.forbidden: set[str] = set()
        self._tokens: dict[str, str] = {}

    def token(self, resource: str) -> str:
        """Issue a token for a service, by its address without a slash at the end."""
        token = f"deployer-{uuid4()}"
        self._tokens[token] = resource
        return token

    def carries(self, request: Request) -> bool:
        """Return whether a request has a token of the deployer's, for any service."""
        return _bearer(request) in self._tokens

    def authorise(self, request: Request, resource: str) -> None:
        """Raise `GraphError` unless the request has a token for this service."""
        if self._tokens.get(_bearer(request)) != resource:
            raise unauthenticated("Access token validation failure. Invalid audience.")

    def may(self, action: str) -> None:
        """Raise `GraphError` if the action is forbidden."""
        if action in self.forbidden:
            raise by_status(403)


def _bearer(request: Request) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ")
