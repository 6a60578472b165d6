"""Ping an outside service that notices when Lapsewatch stops.

The URL is a credential: no error and no log shows any of it. GET, because every service of this
kind takes it (healthchecks.io, Cronitor, Better Stack, Uptime Kuma); `/fail` after a failed
check, as healthchecks.io has it: https://healthchecks.io/docs/http_api/.
"""

from time import monotonic
from urllib.parse import urlsplit

from shared.adapters.channels.acceptance import by_monitor
from shared.adapters.channels.http_request import HttpRequest, NoResponse, Problem
from shared.adapters.channels.retry import Failure, HttpSender, RetryPolicy, is_transient
from shared.core.model.secret import Secret
from shared.ports.errors import ChannelError

TIMEOUT = (5.0, 10.0)
"""Seconds to connect, and to read the response."""
RETRY_WITHIN = 10.0
"""Seconds within which a retry begins."""
PING_SECONDS = RETRY_WITHIN + sum(TIMEOUT)
"""Seconds for a ping and its retry."""
HEADERS = {"User-Agent": "Lapsewatch"}
ONE_RETRY = RetryPolicy(
    retries=1,
    statuses=frozenset(),
    no_response=frozenset(NoResponse) - {NoResponse.READ_TIMEOUT, NoResponse.BAD_URL},
    wait_seconds=0,
)
"""Also for a request that may have been received: two pings do no harm."""


class HeartbeatPing:
    """A URL that is called after each check; implements the port `Heartbeat`."""

    def __init__(self, url: Secret, *, timeout: tuple[float, float] = TIMEOUT) -> None:
        """Ping `url`; `timeout` is in seconds, to connect and to read the response."""
        self._url = url
        self._timeout = timeout

    def beat(self, *, good: bool) -> None:
        """Call the URL, or its `/fail`; once more if there was no connection.

        Raises:
            ChannelError: the service did not take the ping.
        """
        failure = self._ping(good=good)
        if failure is not None:
            raise ChannelError(failure.text, transient=failure.transient)

    def _ping(self, *, good: bool) -> Failure | None:
        try:
            url = self._url.reveal() if good else _fail_url(self._url.reveal())
        except ValueError:
            return Failure(_explain(NoResponse.BAD_URL), transient=False)
        ends = monotonic() + RETRY_WITHIN + sum(self._timeout)
        with HttpSender(
            _explain, policy=ONE_RETRY, timeout=self._timeout, left=lambda: ends - monotonic()
        ) as sender:
            return sender.send(HttpRequest(url, HEADERS, by_monitor, method="GET"))


def _fail_url(url: str) -> str:
    """Return the URL for a failed check: `/fail` after the path. Raises `ValueError`."""
    parts = urlsplit(url)
    return parts._replace(path=f"{parts.path.rstrip('/')}/fail").geturl()


def _explain(problem: Problem) -> str:
    match problem:
        case NoResponse.BAD_URL:
            text = "its URL cannot be used"
        case NoResponse.INSECURE:
            text = "no secure connection to it could be made"
        case NoResponse.READ_TIMEOUT:
            text = "it did not respond in time"
        case NoResponse():
            text = "it could not be reached"
        case _ if problem.unknown:
            text = f"the answer is not that of a monitor that knows this URL ({problem})"
        case _ if problem.redirects:
            text = f"it redirects elsewhere, and redirects are not followed ({problem})"
        case _:
            text = f"it answered HTTP {problem.status}"
    to_do = (
        "The next check pings it again"
        if is_transient(problem)
        else "Check LAPSEWATCH_HEARTBEAT_URL"
    )
    return f"The heartbeat service did not receive this check: {text}. {to_do}."
