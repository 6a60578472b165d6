"""What a failed mail through Graph means, and what to do."""

from collections.abc import Mapping

from shared.adapters.channels.explanations import LATER, NO_TIME, Explanations
from shared.adapters.channels.http_request import NoResponse, Problem
from shared.render.text.escape import clean

NOT_ALLOWED = (
    "The identity may not send as {sender}. Give it the role “Application Mail.Send” for that"
    " mailbox only, by RBAC for Applications in Exchange Online; it may take two hours to take"
    " effect"
)
NO_MAILBOX = (
    "The mailbox {sender} does not exist, or cannot send. Check LAPSEWATCH_MAIL_SENDER, and whether"
    " the mailbox is in Exchange Online and has a licence"
)
TOO_LARGE = "The mail is too large. Watch fewer things in one channel"
UNCERTAIN = f"Graph sent no response, so the mail may or may not have been sent. {LATER}"
BY_CODE = {
    "ErrorAccessDenied": NOT_ALLOWED,
    "ErrorSendAsDenied": NOT_ALLOWED,
    "ErrorInvalidUser": NO_MAILBOX,
    "MailboxNotEnabledForRESTAPI": NO_MAILBOX,
    "ErrorInvalidRecipients": (
        "Graph does not accept an address of a recipient. Check “to” of the channel in the"
        " watchlist, and the owner's address in Entra if the mail is for an owner"
    ),
    "ErrorMessageSizeExceeded": TOO_LARGE,
}
"""By the error code in Graph's response."""
BY_STATUS = {
    400: (
        "Graph does not accept the mail. Check “to” of the channel in the watchlist, and"
        " LAPSEWATCH_MAIL_SENDER; a mail to an owner needs a valid address in Entra"
    ),
    401: (
        "Graph does not accept the token. Check that LAPSEWATCH_GRAPH names the cloud, and"
        " AZURE_CLIENT_ID an identity, of this tenant"
    ),
    403: NOT_ALLOWED,
    404: NO_MAILBOX,
    413: TOO_LARGE,
    429: f"{{sender}} sends more mail than Exchange allows (30 messages a minute). {LATER}",
}
UNKNOWN = f"Graph returned an unexpected response. {LATER}"
UNEXPECTED = (
    "The answer is not Graph's, so the mail may not have been sent. A proxy or a sign-in page may"
    f" have answered in its place. Check LAPSEWATCH_GRAPH and the network. {LATER}"
)
REDIRECT = "Graph redirects elsewhere, and redirects are not followed. Check LAPSEWATCH_GRAPH"
BY_NO_RESPONSE: Mapping[NoResponse, str] = {
    NoResponse.INSECURE: (
        "No secure connection to Graph could be made. Check the certificates on the way, and the"
        " clock of this computer"
    ),
    NoResponse.CONNECT_TIMEOUT: f"Graph could not be reached in time. {LATER}",
    NoResponse.UNKNOWN_HOST: (
        "Graph's host is unknown. Check LAPSEWATCH_GRAPH and the name service"
    ),
    NoResponse.UNREACHABLE: f"Graph could not be reached. {LATER}",
    NoResponse.BROKEN: UNCERTAIN,
    NoResponse.READ_TIMEOUT: UNCERTAIN,
    NoResponse.NO_TIME: NO_TIME,
    NoResponse.BAD_URL: "The URL of Graph cannot be used. Check LAPSEWATCH_GRAPH",
}
MAIL = Explanations(BY_NO_RESPONSE, UNEXPECTED, REDIRECT, UNKNOWN, BY_STATUS, BY_CODE)


def explain(problem: Problem, sender: str) -> str:
    """Return what happened and what to do, without the last full stop."""
    return MAIL.explain(problem).format(sender=clean(sender))
