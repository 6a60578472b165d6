"""Why a client secret was not created, or is perhaps there, and what to do."""

import re
import ssl
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus

from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from shared.adapters.causes import causes
from shared.adapters.graph.longest_life import longest_life
from shared.adapters.graph.response import GraphResponse, graph_error
from shared.ports.errors import CreationRefused, CreationUnknown
from shared.ports.secret_creator import BY_POLICY
from shared.render.text.escape import MAX_ERROR_CHARS, clean

REFUSING = frozenset({400, 401, 403, 404, 409, 429})
"""The statuses with which Graph says that it created nothing."""
_NOT_SENT: Mapping[type[BaseException], str] = {
    NameResolutionError: "the host is not known",
    NewConnectionError: "no connection came about",
    ConnectTimeoutError: "no connection came about in time",
    ssl.SSLCertVerificationError: "its certificate is not trusted",
}
"""Errors before anything is sent."""
_TOO_MANY = re.compile(r"exceeded|too ?many|quota|maximum number", re.IGNORECASE)
_MEANINGS = {
    401: (
        "Graph does not accept your sign-in. Run 'az login' with an account of the tenant of the"
        " app registration. Does LAPSEWATCH_GRAPH name the cloud of that tenant?"
    ),
    403: (
        "Your sign-in has no right to create a secret on this app registration. An owner of the"
        " app registration, a Cloud Application Administrator or an Application Administrator can"
        " create it, or make you an owner."
    ),
    404: (
        "Graph does not find the app registration. Was it deleted, or is the sign-in of another"
        " tenant? 'az account show' says which."
    ),
    409: "Somebody changes the app registration just now. Wait a minute and try again.",
    429: "Graph is throttled: too many requests came. Wait a minute and try again.",
}
_EXEMPT = (
    "an administrator can make an exception for this app (an app management policy that is"
    " assigned to it)"
)


def was_not_sent(error: Exception) -> CreationRefused | None:
    """Return the error if the request never left; `None` if Entra may have got it.

    Errors that were handled before (`__context__`) are left out, for they say less.
    """
    for each in causes(error, "reason", "original_error"):
        for kind, why in _NOT_SENT.items():
            if isinstance(each, kind):
                return CreationRefused(
                    f"Graph was not reached: {why}. Nothing was created. Is LAPSEWATCH_GRAPH"
                    " right, and can this machine reach it?",
                    code=type(each).__name__,
                )
    return None


def unknown(what: str) -> CreationUnknown:
    """Return the error for a request that may have created a secret; `what` came instead."""
    return CreationUnknown(
        f"Graph's answer was lost ({what}), so the secret may exist without a value that anybody"
        " knows.",
        code=what,
    )


def refusal(response: GraphResponse, now: datetime) -> CreationRefused:
    """Return the error for an answer with one of the statuses `REFUSING`."""
    error = graph_error(response)
    code, message = clean(error.code or ""), clean(error.message or "", MAX_ERROR_CHARS)
    said = f"Graph said: {response.status} {code}".rstrip() + (f", {message}" if message else "")
    why = _policy(code, response, now) or _why(response.status, f"{code} {message}")
    transient = response.status in {HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS}
    return CreationRefused(
        f"{why} Nothing was created. {said.rstrip('.')}.",
        transient=transient,
        code=code or str(response.status),
    )


def _policy(code: str, response: GraphResponse, now: datetime) -> str:
    """Return what a refusal by the tenant's policy means; empty if it is another one."""
    if not code.endswith(BY_POLICY):
        return ""
    if "Lifetime" not in code:
        return f"The tenant's policy forbids new client secrets on this app: {_EXEMPT}."
    known = longest_life(response.body, now)
    if known is None:
        return (
            "The tenant's policy forbids a secret that lives so long, and does not say how long it"
            f" may live. Ask for less with --months N; or {_EXEMPT}."
        )
    if not known.months:
        return f"The tenant's policy allows {known.said} at most, less than a month; {_EXEMPT}."
    return (
        f"The tenant's policy allows a secret to live {known.said} at most. Use"
        f" --months {known.months}; or {_EXEMPT}."
    )


def _why(status: int, said: str) -> str:
    if status == HTTPStatus.BAD_REQUEST and _TOO_MANY.search(said):
        return (
            "The app registration has too many credentials or other entries. Remove expired"
            " secrets from it, then try again."
        )
    return _MEANINGS.get(status, "Graph does not accept the request.")
