"""Why there is no report of credential sign-ins, and what to do."""

from http import HTTPStatus

from shared.adapters.graph.response import GRANTED_ALREADY, GraphResponse, status_error
from shared.ports.errors import DirectoryError

UNLICENSED = "NonPremiumTenantOrB2C"
"""A part of all of Graph's codes for a missing licence."""
CONTINUES = "The check continues without evidence of use."
REPORT = "the report of credential sign-ins"


def report_error(response: GraphResponse) -> DirectoryError:
    """Return the error for a response without the report."""
    error = status_error(response, f" {CONTINUES}")
    said = error.code + (f", request id {error.request_id}" if error.request_id else "")
    if response.status == HTTPStatus.FORBIDDEN and UNLICENSED in error.code:
        text = (
            f"Graph gives {REPORT} only to tenants with Entra ID P1 or P2, and says that this one"
            f" has neither ({said}). {CONTINUES} Set LAPSEWATCH_SIGN_INS to off. If the tenant has"
            " a licence, wait a day first: Graph sometimes says this by mistake."
        )
    elif response.status == HTTPStatus.FORBIDDEN:
        text = (
            f"Graph refuses {REPORT}: the identity lacks the Graph application permission"
            f" AuditLog.Read.All ({said}). {CONTINUES} An administrator must grant it to the"
            f" identity, or set LAPSEWATCH_SIGN_INS to off. {GRANTED_ALREADY}"
        )
    elif response.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND):
        text = (
            f"Graph does not have {REPORT} here: it is in beta, and only in Microsoft's global"
            f" cloud ({response.status} {said}). {CONTINUES} Set LAPSEWATCH_SIGN_INS to off. If it"
            " worked before, Microsoft may have changed the report: look for a newer version first."
        )
    else:
        return error
    return DirectoryError(text, transient=False, code=error.code, request_id=error.request_id)
