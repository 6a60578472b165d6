"""What a failed post to a webhook means, and what to do."""

from collections.abc import Mapping

from shared.adapters.channels.explanations import LATER, NO_TIME, Explanations
from shared.adapters.channels.http_request import NoResponse

REFUSED = (
    "The receiver refuses the message. Check that the URL is complete, that both sides have the"
    " same signing secret, and that both clocks are right"
)
GONE = "The receiver does not know this URL. Copy the URL again"
UNCERTAIN = f"The receiver sent no response, so it may or may not have the message. {LATER}"
BY_STATUS = {
    400: "The receiver does not accept the message. Look at its log",
    401: REFUSED,
    403: REFUSED,
    404: GONE,
    410: GONE,
    413: "The message is too large for the receiver. Watch fewer things in one channel",
    422: "The receiver does not accept the message. Look at its log",
    429: f"The receiver gets more messages than it takes. {LATER}",
}
UNKNOWN = "The receiver returned an unexpected response. Look at its log"
UNEXPECTED = (
    "The answer is a page or reports an error, so the receiver may not have the message. A proxy"
    f" or a sign-in page may have answered in its place. Check the URL and the network. {LATER}"
)
REDIRECT = "The receiver redirects elsewhere, and redirects are not followed. Copy the URL again"
BY_NO_RESPONSE: Mapping[NoResponse, str] = {
    NoResponse.INSECURE: (
        "No secure connection to the receiver could be made. Check the certificates on the way,"
        " and the clock of this computer"
    ),
    NoResponse.CONNECT_TIMEOUT: f"The receiver could not be reached in time. {LATER}",
    NoResponse.UNKNOWN_HOST: "The receiver's host is unknown. Check the URL and the name service",
    NoResponse.UNREACHABLE: f"The receiver could not be reached. {LATER}",
    NoResponse.BROKEN: UNCERTAIN,
    NoResponse.READ_TIMEOUT: UNCERTAIN,
    NoResponse.NO_TIME: NO_TIME,
    NoResponse.BAD_URL: "The URL cannot be used. Copy the URL again",
}

explain = Explanations(BY_NO_RESPONSE, UNEXPECTED, REDIRECT, UNKNOWN, BY_STATUS).explain
