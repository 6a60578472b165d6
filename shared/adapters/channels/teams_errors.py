"""What a failed post to a Teams webhook means, and what to do."""

from collections.abc import Mapping

from shared.adapters.channels.explanations import LATER, NO_TIME, Explanations
from shared.adapters.channels.http_request import NoResponse, Problem
from shared.core.model.watchlist import FlowAuth

NEW_FLOW = "create a new flow and replace the old URL with its URL"
COPY_URL = (
    "The webhook refuses the request. Copy the whole URL of the flow again, with its signature. If"
    " it is the same, set “Who can trigger the flow” to Anyone"
)
ADMIT = (
    "The flow does not admit the app's identity. In its trigger, add the object id of the managed"
    " identity to the allowed users, or choose “Any user in my tenant”"
)
UNCERTAIN = f"The webhook sent no response, so the message may or may not be in Teams. {LATER}"
BY_CODE = {
    "WorkflowTriggerIsNotEnabled": (
        f"The flow is turned off or deleted. Turn it on in Power Automate, or {NEW_FLOW}"
    ),
    "TriggerInputSchemaMismatch": (
        "The flow expects another kind of request. Build the flow from the Teams template for"
        " webhook requests, or remove the schema from its trigger"
    ),
    "DirectApiAuthorizationRequired": (
        "Only users of the tenant can trigger the flow, or the URL lacks its signature. Set “Who"
        " can trigger the flow” to Anyone, save, and use the new URL"
    ),
    "WorkflowNotFound": (
        "The flow does not exist. If it is still in Power Automate, copy its URL again; else"
        f" {NEW_FLOW}"
    ),
}
"""By the error code in the response of Power Automate."""
BY_STATUS = {
    400: "The flow does not accept the request. Look at the flow's trigger in Power Automate",
    401: COPY_URL,
    403: COPY_URL,
    404: BY_CODE["WorkflowNotFound"],
    410: BY_CODE["WorkflowNotFound"],
    413: "The card is too large for the flow. Watch fewer things in one channel",
    429: f"The flow gets more requests than it takes. {LATER}",
}
BY_CODE_WITH_TOKEN = {"DirectApiAuthorizationRequired": ADMIT, "MisMatchingOAuthClaims": ADMIT}
BY_STATUS_WITH_TOKEN = {401: ADMIT, 403: ADMIT}
"""What else an error means if a token was sent."""
UNKNOWN = "The webhook returned an unexpected response. Look at the flow in Power Automate"
UNEXPECTED = (
    "The webhook's answer is not that of a flow, so the message may not be in Teams. A proxy or a"
    f" sign-in page may have answered in its place. Check the URL and the network. {LATER}"
)
REDIRECT = (
    "The webhook redirects elsewhere, and redirects are not followed. Copy the flow's URL again"
)
BY_NO_RESPONSE: Mapping[NoResponse, str] = {
    NoResponse.INSECURE: (
        "No secure connection to the webhook could be made. Check the certificates on the way, and"
        " the clock of this computer"
    ),
    NoResponse.CONNECT_TIMEOUT: f"The webhook could not be reached in time. {LATER}",
    NoResponse.UNKNOWN_HOST: "The webhook's host is unknown. Check the URL and the name service",
    NoResponse.UNREACHABLE: f"The webhook could not be reached. {LATER}",
    NoResponse.BROKEN: UNCERTAIN,
    NoResponse.READ_TIMEOUT: UNCERTAIN,
    NoResponse.NO_TIME: NO_TIME,
    NoResponse.BAD_URL: "The URL cannot be used. Copy the flow's URL again",
}

WITH_URL = Explanations(BY_NO_RESPONSE, UNEXPECTED, REDIRECT, UNKNOWN, BY_STATUS, BY_CODE)
WITH_TOKEN = WITH_URL._replace(
    by_status=BY_STATUS | BY_STATUS_WITH_TOKEN, by_code=BY_CODE | BY_CODE_WITH_TOKEN
)


def explain(problem: Problem, auth: FlowAuth = "url") -> str:
    """Return what happened and what to do, without the last full stop.

    `auth` says what the flow should have admitted, as the watchlist has it.
    """
    return (WITH_URL if auth == "url" else WITH_TOKEN).explain(problem)
