"""Create a client secret in Graph with one request, which nothing repeats.

`addPassword` has no key that makes it safe to repeat: a second request creates a second secret. The
SDK repeats a POST after 503 and 504, so `requests` sends it, without retries or redirects.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import quote

import msgspec
import requests
from azure.core.credentials import TokenCredential
from urllib3.exceptions import HTTPError

from shared.adapters.graph.access_token import CredentialFactory
from shared.adapters.graph.created_secret import created_secret
from shared.adapters.graph.creation_errors import REFUSING, refusal, unknown, was_not_sent
from shared.adapters.graph.response import GraphResponse
from shared.adapters.library_logs import silence_libraries
from shared.adapters.timeout import call_with_timeout
from shared.adapters.token_errors import why_no_token
from shared.ports.errors import CreationRefused, DirectoryError, PortError
from shared.ports.secret_creator import CreatedSecret

_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "Content-Type": "application/json",
}
_CHUNK_BYTES = 65_536


def _now() -> datetime:
    return datetime.now(UTC)


class Timeouts(NamedTuple):
    """Seconds for the request; in all it takes no longer than their sum."""

    connect: float = 5.0
    read: float = 25.0


class GraphSecretCreator:
    """Creates client secrets as a person; implements the port `SecretCreator`."""

    def __init__(
        self,
        root: str,
        sign_in: CredentialFactory,
        *,
        timeouts: Timeouts = Timeouts(),  # noqa: B008  (a value)
        clock: Callable[[], datetime] = _now,
    ) -> None:
        """Contact nothing yet; `root` is the root of Graph, `clock` tells how long a life is."""
        self._root, self._sign_in = root.rstrip("/"), sign_in
        self._timeouts, self._clock = timeouts, clock

    def create(self, object_id: str, name: str, ends: datetime) -> CreatedSecret:
        """Create a client secret with one request; see `shared.ports.secret_creator`."""
        silence_libraries()
        made = self._answer(self._request(object_id, name, ends), ends)
        if isinstance(made, PortError):
            raise made
        return made

    def _request(self, object_id: str, name: str, ends: datetime) -> requests.Request:
        wanted = {"displayName": name, "endDateTime": f"{ends.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}
        return requests.Request(
            "POST",
            f"{self._root}/v1.0/applications/{quote(object_id, safe='')}/addPassword",
            headers=_HEADERS,
            data=msgspec.json.encode({"passwordCredential": wanted}),
            auth=_Bearer(self._token()),
        )

    def _token(self) -> str:
        """Return a token; none means that nothing was sent."""
        credential: TokenCredential | None = None
        try:
            credential = self._sign_in()
            return credential.get_token(f"{self._root}/.default").token
        except DirectoryError as error:
            text, code = str(error), error.code
        except Exception as error:  # noqa: BLE001  (azure-identity raises more than its own errors)
            text, code = f"No token for Graph. The sign-in says: {why_no_token(error)}.", ""
        finally:
            if close := getattr(credential, "close", None):
                close()
        raise CreationRefused(f"{text} Nothing was created.", transient=False, code=code)

    def _answer(self, request: requests.Request, ends: datetime) -> CreatedSecret | PortError:
        """Return the secret, or the error: raised here, its frames would hold the answer."""

        def read(response: GraphResponse) -> CreatedSecret | PortError:
            if HTTPStatus.OK <= response.status < HTTPStatus.MULTIPLE_CHOICES:
                made = created_secret(response.body, ends)
                return made or unknown(f"HTTP {response.status}, not readable")
            if response.status in REFUSING:
                return refusal(response, self._clock())
            return unknown(f"HTTP {response.status}")

        seconds = sum(self._timeouts)
        try:
            return call_with_timeout(seconds, partial(_send, request, self._timeouts, read))
        except (OSError, HTTPError, ValueError) as error:  # requests' and urllib3's own, a timeout
            return was_not_sent(error) or unknown(type(error).__name__)


class _Bearer(requests.auth.AuthBase):
    """Sets the token last; otherwise a .netrc file would replace it."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _send[T](
    request: requests.Request, timeouts: Timeouts, read: Callable[[GraphResponse], T]
) -> T:
    """Send a request once and return what `read` makes of its complete response."""
    with requests.Session() as session:
        session.trust_env = request.url.startswith("https:")  # no proxy on this machine
        with session.request(
            request.method,
            request.url,
            headers=request.headers,
            data=request.data,
            auth=request.auth,
            timeout=(timeouts.connect, timeouts.read),
            allow_redirects=False,
            stream=True,
        ) as response:
            body = b"".join(response.iter_content(_CHUNK_BYTES))
            return read(GraphResponse(response.status_code, response.headers, body))
