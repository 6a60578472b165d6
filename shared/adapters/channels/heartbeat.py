"""Pings the service outside that notices when we fall silent; its URL is a credential, and no error or log of ours shows any of it.

GET, because every service of this kind takes it (healthchecks.io, Cronitor, Better Stack, Uptime Kuma); `/fail` after a
bad check, as healthchecks.io has it: https://healthchecks.io/docs/http_api/.
"""

from functools import partial
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from shared.adapters.channels.silence_logging import silence_logging
from shared.adapters.timeout import call_with_timeout
from shared.core.model.secret import Secret
from shared.ports.errors import ChannelError

TIMEOUT = (5.0, 10.0)
"""Seconds to connect, and to wait for the answer."""
ATTEMPTS = 2
LATE = "it did not answer in time"
HEADERS = {"User-Agent": "Lapsewatch"}


class HeartbeatPing:
    """A URL that is called after each check; implements the port `Heartbeat`."""

    def __init__(self, url: Secret, *, timeout: tuple[float, float] = TIMEOUT) -> None:
        """Ping `url`; `timeout` is in seconds, to connect and to wait for the answer."""
        self._url = url
        self._timeout = timeout

    def beat(self, *, good: bool) -> None:
        """Call the URL, or its `/fail`; once more if there was no connection. Raises `ChannelError`."""
        failure = self._ping_in_time(good=good)
        if failure is not None:
            raise failure  # here and not where it was found: an exception of the library would carry the URL along

    def _ping_in_time(self, *, good: bool) -> ChannelError | None:
        try:
            return call_with_timeout(sum(self._timeout) * ATTEMPTS, partial(self._ping, good=good))
        except TimeoutError:
            return _missed(LATE, transient=True)

    def _ping(self, *, good: bool) -> ChannelError | None:
        problem = "it could not be connected to"
        with requests.Session() as session, silence_logging():
            for _ in range(ATTEMPTS):
                try:
                    url = self._url.reveal() if good else _failing(self._url.reveal())
                    with session.get(
                        url,
                        headers=HEADERS,
                        timeout=self._timeout,
                        allow_redirects=False,
                        stream=True,
                    ) as response:
                        return _judged(response.status_code)
                except requests.exceptions.SSLError:
                    problem = "no secure connection to it could be made"
                except requests.ConnectionError:
                    continue
                except requests.Timeout:
                    return _missed(LATE, transient=True)
                except (requests.RequestException, HTTPError, ValueError):
                    return _missed("its URL cannot be used", transient=False)
        return _missed(problem, transient=True)


def _failing(url: str) -> str:
    """Give the address for a bad check: `/fail` comes after the path, before a query. Raises `ValueError` for what is no URL."""
    parts = urlsplit(url)
    return parts._replace(path=f"{parts.path.rstrip('/')}/fail").geturl()


def _judged(status: int) -> ChannelError | None:
    """Read an answer: any 2xx is a beat that was heard."""
    if 200 <= status < 300:  # noqa: PLR2004  (the class of success)
        return None
    if 300 <= status < 400:  # noqa: PLR2004  (the class of redirects)
        return _missed(
            f"it redirects elsewhere, and redirects are not followed (HTTP {status})",
            transient=False,
        )
    transient = status == requests.codes.too_many_requests or status >= 500  # noqa: PLR2004  (the class of server errors)
    return _missed(f"it answered HTTP {status}", transient=transient)


def _missed(problem: str, *, transient: bool) -> ChannelError:
    to_do = (
        "It is pinged again after the next check" if transient else "Check LAPSEWATCH_HEARTBEAT_URL"
    )
    return ChannelError(
        f"The heartbeat service did not hear of this check: {problem}. {to_do}.",
        transient=transient,
    )
