"""The person who is signed in with `az login`, and an `az` that gives their tokens.

It knows one command, `az account get-access-token`, and only resources of the stand-ins: a token
for another one is refused as Entra refuses it. Source of its output and errors: azure-cli,
`azure.identity.AzureCliCredential`.
"""

import json
import sys
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

from werkzeug import Request, Response

from local.stand_in.graph_objects import HOME_TENANT_ID
from local.stand_in.managed_identity import Grant, ManagedIdentity

CLI_CLIENT_ID = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
"""Client id of the Azure CLI."""
NOT_SIGNED_IN = "ERROR: Please run 'az login' to setup account.\n"
EXPIRED = (
    "ERROR: AADSTS70043: The refresh token has expired or is invalid due to sign-in frequency"
    " checks by conditional access.\nInteractive authentication is needed. Please run:\naz login\n"
)
_NO_RESOURCE = (
    "ERROR: AADSTS500011: The resource principal named {} was not found in the tenant named"
    " Example. This can happen if the application has not been installed by the administrator of"
    " the tenant.\n"
)
_NO_TENANT = "ERROR: AADSTS90002: Tenant '{}' not found. Check to make sure you have the correct\n"

_SCRIPT = """\
#!{python} -IS
import http.client, json, sys
connection = http.client.HTTPConnection("127.0.0.1", {port}, timeout=30)
connection.request("POST", "/az", json.dumps(sys.argv[1:]))
answer = connection.getresponse()
text = answer.read().decode()
if answer.status == 200:
    print(text)
else:
    sys.stderr.write(text)
    sys.exit(1)
"""


class Az:
    """Issues tokens of a person. A text in `error` is what `az` writes instead."""

    def __init__(self, resources: Callable[[], set[str]]) -> None:
        """Set the resources for which there are tokens."""
        self.error = ""
        """For example `NOT_SIGNED_IN` or `EXPIRED`."""
        self.further: set[str] = set()
        """More resources for which there are tokens, such as the URL of a proxy."""
        self._resources = resources
        self._tokens = ManagedIdentity()

    def grant(self, token: str) -> Grant | None:
        """Return what a token of the person permits, or `None` if it was not issued here."""
        return self._tokens.grant(token)

    def token(self, resource: str) -> str:
        """Issue a token of the person."""
        return self._tokens.issue(resource, CLI_CLIENT_ID)["access_token"]

    def install(self, folder: Path, port: int) -> Path:
        """Write `az` for the stand-in tenant on `port` into `folder`, for PATH; return `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        program = folder / "az"
        program.write_text(_SCRIPT.format(python=sys.executable, port=port), encoding="utf-8")
        program.chmod(0o755)
        return folder

    def answer(self, request: Request) -> Response:
        """Answer the program `az`: what it prints, or 400 with its error."""
        arguments = request.get_json(force=True)
        if arguments[:2] != ["account", "get-access-token"]:
            return _refused(f"ERROR: '{' '.join(arguments)}' is not a command of this az.\n")
        options = dict(zip(arguments[2::2], arguments[3::2], strict=False))
        resource, tenant = options.get("--resource", ""), options.get("--tenant", HOME_TENANT_ID)
        if self.error:
            return _refused(self.error)
        if tenant != HOME_TENANT_ID:
            return _refused(_NO_TENANT.format(tenant))
        if resource.rstrip("/") not in self._resources() | self.further:
            return _refused(_NO_RESOURCE.format(resource))
        issued = self._tokens.issue(resource, CLI_CLIENT_ID)
        document = {
            "accessToken": issued["access_token"],
            "expires_on": int(issued["expires_on"]),
            "tenant": HOME_TENANT_ID,
            "tokenType": "Bearer",
        }
        return Response(json.dumps(document), mimetype="application/json")


def _refused(text: str) -> Response:
    return Response(text, HTTPStatus.BAD_REQUEST, mimetype="text/plain")
