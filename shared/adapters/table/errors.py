"""Turn errors of the tables SDK into a `LedgerError`, with no key and no URL in its text."""

import re

from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    IncompleteReadError,
    ServiceRequestError,
    ServiceRequestTimeoutError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)
from azure.data.tables import TableTransactionError

from shared.config.urls import is_this_machine
from shared.ports.errors import LedgerConflict, LedgerError

_CONFLICTS = (
    "EntityAlreadyExists",
    "UpdateConditionNotSatisfied",
    "ConditionNotMet",
    "ResourceNotFound",
    "EntityNotFound",
)
_TRANSIENT = (408, 409, 429)
_NEXT_TICK = "The next tick tries again."
_ADVICE = {
    "AuthorizationPermissionMismatch": "The identity needs the role Storage Table Data Contributor"
    " on the storage account; a new role can take some minutes to work.",
    "AuthorizationFailure": "Does the storage account's firewall allow the app, and does the"
    " identity have the role Storage Table Data Contributor?",
    "AuthenticationFailed": "Is the key in LAPSEWATCH_TABLES the account's own, and is the clock"
    " of this computer right?",
    "InvalidAuthenticationInfo": "Does the identity belong to the tenant of the storage account,"
    " and is the clock of this computer right?",
    "NoAuthenticationInformation": "Does LAPSEWATCH_TABLES name the account's table endpoint, and"
    " does a proxy on the way remove the sign-in?",
    "KeyBasedAuthenticationNotPermitted": "The account takes no keys: set LAPSEWATCH_TABLES to its"
    " https endpoint, so that an identity signs in.",
    "ResourceNotFound": "Does LAPSEWATCH_TABLES name the account's table endpoint, and nothing"
    " after it? Or was the table deleted just now? The next tick creates it.",
    "TableBeingDeleted": "The table is being deleted; it can be created again in a minute.",
    "AccountIsDisabled": "The storage account is disabled: look at it in the Azure portal.",
}
"""What to do, by the error code of the table service."""


class NoTokenError(ClientAuthenticationError):
    """The identity gave no token. The SDK does not retry this error."""


def ledger_error(error: Exception, host: str) -> LedgerError:
    """Return a `LedgerError` for an error of the SDK: which host, what happened, what to do."""
    ledger = f"The ledger at {host}"
    match error:
        case NoTokenError():
            return LedgerError(
                f"{ledger} could not be opened: there is no token for it. {error.message}."
                " In Azure: is the identity assigned to the app, and is AZURE_CLIENT_ID its"
                " client id? On a laptop, run: az login."
            )
        case HttpResponseError() if (error.status_code or 0) >= 400:  # noqa: PLR2004  (HTTP errors)
            return _http_error(error, ledger)
        case ServiceRequestTimeoutError() | ServiceResponseTimeoutError() | TimeoutError():
            return LedgerError(f"{ledger} did not respond in time. {_NEXT_TICK}")
        case ServiceRequestError():
            hint = (
                "Is Azurite running?"
                if is_this_machine(host)
                else "Is LAPSEWATCH_TABLES right, and can the app reach that network?"
            )
            return LedgerError(f"{ledger} could not be reached ({_cause(error)}). {hint}")
        case ServiceResponseError() | IncompleteReadError():
            return LedgerError(f"{ledger} sent only a part of its response. {_NEXT_TICK}")
    return LedgerError(
        f"{ledger} sent a response that cannot be read ({type(error).__name__})."
        " Does LAPSEWATCH_TABLES name a table endpoint?"
    )


def error_code(error: HttpResponseError) -> str:
    """Return the error code of the table service; empty if there is none."""
    code = getattr(error, "error_code", None)
    return str(getattr(code, "value", code) or "")


def _http_error(error: HttpResponseError, ledger: str) -> LedgerError:
    code = error_code(error)
    if isinstance(error, TableTransactionError) and code in _CONFLICTS:
        return LedgerConflict(
            f"{ledger} has changed since it was read. Nothing was saved; read it again."
        )
    status = error.status_code or 0
    transient = status >= 500 or status in _TRANSIENT  # noqa: PLR2004  (HTTP: server errors)
    advice = _NEXT_TICK if transient else "Does LAPSEWATCH_TABLES name the right account?"
    return LedgerError(
        f"{ledger} answered {status} {code or 'without a code'}. {_ADVICE.get(code) or advice}",
        transient=transient,
        code=code or str(status),
    )


def _cause(error: ServiceRequestError) -> str:
    """Return the cause without quoting the text of the error, which may hold the URL."""
    found = re.search(r"\[Errno -?\d+\] ([A-Za-z ]+)|(certificate verify failed)", str(error))
    return next(part.strip() for part in found.groups() if part) if found else "no connection"
