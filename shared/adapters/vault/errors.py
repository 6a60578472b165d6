"""Why the vault failed and what to do. No text of the vault's answer is shown but its code."""

import json
import re
import ssl
from collections.abc import Sequence
from enum import StrEnum
from http import HTTPStatus
from urllib.parse import urlsplit

from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.core.rest import HttpRequest
from urllib3.exceptions import NameResolutionError

from shared.adapters.causes import causes
from shared.adapters.token_errors import why_no_token
from shared.ports.errors import DirectoryError, VaultError

_CODE = re.compile(r"[A-Za-z]{1,60}")
_SETTING = "LAPSEWATCH_HAND_OVER_VAULT"
_LATER = "It is tried again later; if it stays so, look at the vault in the Azure portal."
_FIREWALL = (
    "The vault's firewall refuses this network. Allow it there, or run this from inside the"
    " vault's network."
)
_FORBIDDEN = {
    "ForbiddenByFirewall": _FIREWALL,
    "ForbiddenByConnection": _FIREWALL,
    "SecretDisabled": "Somebody disabled the secret in the vault. Enable it there.",
}
"""What a 403 with this code means; any other one is a missing right."""
_ANSWERS = {
    401: "It does not accept the token. Is the vault in the tenant of the sign-in, and is"
    f" {_SETTING} right?",
    409: "The name is being deleted or recovered. It is tried again later.",
    429: "The vault is throttled: too many requests came at once. It is tried again later.",
}
_CAUSES: Sequence[tuple[type[Exception], str, bool]] = (
    (
        ssl.SSLError,
        (
            "no secure connection to {host} came about: does its certificate belong to that host?"
            f" Is {_SETTING} right, or does a proxy intercept it?"
        ),
        False,
    ),
    (
        NameResolutionError,
        (
            f"the host {{host}} is not known. Is {_SETTING} right, does the vault exist, and can"
            " this network resolve its private name?"
        ),
        True,
    ),
    (TimeoutError, f"{{host}} did not answer in time. {_LATER}", True),
    (ServiceRequestError, f"no connection to {{host}} came about. {_LATER}", True),
    (ServiceResponseError, f"the connection to {{host}} broke before its answer. {_LATER}", True),
)
"""By the kind of an error or of one inside it: why, and whether the same call may succeed later."""
_INSIDE = ("__cause__", "__context__", "inner_exception", "reason")
"""Attributes that may have the error from which another one follows."""
_NOT_FOR_LONG = frozenset({408, 409, 429})


class Act(StrEnum):
    """What the vault was asked for, as an error begins."""

    KEEP = "The value could not be kept in the vault"
    LOOK = "The vault could not be read"
    READ = "The value could not be read from the vault"
    DELETE = "The value could not be deleted from the vault"


def code_of(error: HttpResponseError) -> str:
    """Return the exact code of an error, which Key Vault has inside a general one."""
    try:
        document = json.loads(error.response.text())["error"]  # type: ignore[union-attr]  # else: except
        code = (document.get("innererror") or document)["code"]
    except (AttributeError, ValueError, KeyError, TypeError, RecursionError):
        return ""
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def vault_error(error: Exception, act: Act, host: str) -> VaultError:
    """Return the error for people; nothing of `error` but its kind and its code is in it."""
    if isinstance(error, VaultError):
        return VaultError(f"{act}: {error}", transient=error.transient, code=error.code)
    if isinstance(error, HttpResponseError) and error.response is not None:
        return _answered(error, act, host)
    why, transient = _unanswered(error, host)
    return VaultError(f"{act}: {why}", transient=transient, code=type(error).__name__)


def _unanswered(error: Exception, host: str) -> tuple[str, bool]:
    """Return why there is no answer, and whether the same call may succeed later."""
    inside = tuple(causes(error, *_INSIDE))
    for kind, text, transient in _CAUSES:
        if any(isinstance(cause, kind) for cause in inside):
            return text.format(host=host), transient
    match error:
        case DirectoryError():
            return f"no token for it. {error}", error.transient
        case ClientAuthenticationError():
            return _no_token(error), True
        case ValueError():
            return f"what {host} answers is not a vault's. Is {_SETTING} right?", False
        case _:
            return f"unexpected error ({type(error).__name__}) with {host}. {_LATER}", True


def _no_token(error: Exception) -> str:
    return (
        f"no token for it. The sign-in says: {why_no_token(error)}. In Azure: is the managed"
        " identity assigned to the app, and does AZURE_CLIENT_ID name it? On a laptop: sign in"
        " with 'az login'."
    )


def _answered(error: HttpResponseError, act: Act, host: str) -> VaultError:
    status, code = error.status_code or 0, code_of(error)
    said = f"{host} answered {status} {code}".rstrip()
    why = _meaning(error, status, code)
    transient = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _NOT_FOR_LONG
    return VaultError(f"{act}: {said}. {why}", transient=transient, code=code or str(status))


def _meaning(error: HttpResponseError, status: int, code: str) -> str:
    if status == HTTPStatus.FORBIDDEN:
        return _FORBIDDEN.get(code) or (
            f"The sign-in lacks the right secrets/{_right(error)} on the vault. Assign it the role"
            " Key Vault Secrets Officer on this vault, or deploy again: LAPSEWATCH_HAND_OVER is"
            " for the app, LAPSEWATCH_RENEWERS for people. A new role may take 15 minutes to work."
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return f"The vault is down. {_LATER}"
    return _ANSWERS.get(status, f"Is {_SETTING} the URL of a vault?")


def _right(error: HttpResponseError) -> str:
    """Return the right that a refused request needs."""
    request: HttpRequest = error.response.request  # type: ignore[union-attr, assignment]  # it was answered
    path = urlsplit(request.url).path
    deleted = path.startswith("/deletedsecrets")
    match request.method:
        case "PUT":
            return "setSecret"
        case "POST":
            return "recover"
        case "DELETE":
            return "purge" if deleted else "delete"
        case _:
            return "readMetadata" if path.endswith("/versions") or deleted else "getSecret"
