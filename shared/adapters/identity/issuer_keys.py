"""The public keys of an issuer: fetched when needed, and cached for an hour.

Keys are fetched again for an unknown key id. After a failure the issuer is asked again only
after a pause; until then the failure is cached too, and keys of the last day are still used.
PyJWT's `PyJWKClient` asks for each made-up key id, and lets visitors queue behind an issuer that
does not respond.

The keys' address is in the issuer's configuration document (OpenID Connect Discovery 1.0,
section 4), and must be on the issuer's own host. Their format: RFC 7517.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import jwt
import requests

from shared.adapters.timeout import call_with_timeout
from shared.ports.clock import Clock
from shared.ports.errors import TokenVerifierError

TIMEOUT = (5.0, 10.0)
"""Seconds to connect, and to read the response."""
FRESH = timedelta(hours=1)
MAX_AGE = timedelta(days=1)
"""How long keys are used if the issuer gives no new ones."""
PAUSE = timedelta(seconds=30)
"""Between two requests: anybody can make up a key id, and every visitor would wait again."""


class _Cache(NamedTuple):
    """Replaced as a whole, so that it can be read without the lock."""

    keys: Mapping[str, jwt.PyJWK] = {}
    fetched: datetime = datetime.min.replace(tzinfo=UTC)
    asked: datetime = fetched
    """When the issuer last answered or failed."""
    failure: TokenVerifierError | None = None
    """Why the last request returned no keys."""

    def key(self, key_id: str, now: datetime) -> jwt.PyJWK | None:
        return self.keys.get(key_id) if now - self.fetched < MAX_AGE else None

    def is_fresh(self, key_id: str, now: datetime) -> bool:
        is_known = now - self.fetched < FRESH and key_id in self.keys
        return is_known or now - self.asked < PAUSE


class IssuerKeys:
    """The keys of one issuer, for all threads of the process."""

    def __init__(
        self, issuer: str, clock: Clock, *, timeout: tuple[float, float] = TIMEOUT
    ) -> None:
        """Fetch nothing yet.

        `issuer` is its URL without a slash at the end; `timeout` is in seconds.
        """
        self._issuer, self._clock, self._timeout = issuer, clock, timeout
        self._lock = Lock()
        self._cache = _Cache()

    def key(self, key_id: str) -> jwt.PyJWK | None:
        """Return the key of this id (`kid`), or `None` if the issuer does not have it.

        One thread asks the issuer; another waits for it only if it has no usable key.

        Raises:
            TokenVerifierError: the keys cannot be fetched.
        """
        now = self._clock()
        must_wait = self._cache.key(key_id, now) is None
        if not self._cache.is_fresh(key_id, now) and self._lock.acquire(blocking=must_wait):
            try:
                if not self._cache.is_fresh(key_id, self._clock()):  # no other thread was faster
                    self._cache = self._refreshed()
            finally:
                self._lock.release()
        cache = self._cache
        found = cache.key(key_id, self._clock())
        if found is None and cache.failure is not None:
            raise TokenVerifierError(str(cache.failure), transient=cache.failure.transient)
        return found

    def _refreshed(self) -> _Cache:
        now = self._clock()
        try:
            keys = call_with_timeout(2 * sum(self._timeout), self._fetch)
        except TimeoutError:
            failure = _error("it did not respond in time")
        except TokenVerifierError as error:
            failure = error
        else:
            return _Cache(keys, fetched=now, asked=self._clock())
        return self._cache._replace(asked=self._clock(), failure=failure)

    def _fetch(self) -> Mapping[str, jwt.PyJWK]:
        with requests.Session() as session:
            document = self._get(session, f"{self._issuer}/.well-known/openid-configuration")
            if document.get("issuer") != self._issuer:
                raise _error("its configuration document names another issuer", transient=False)
            url = document.get("jwks_uri")
            if not isinstance(url, str) or urlsplit(url)[:2] != urlsplit(self._issuer)[:2]:
                raise _error(
                    "its configuration document has its keys on another host", transient=False
                )
            try:
                keys = jwt.PyJWKSet.from_dict(self._get(session, url)).keys
            except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
                raise _error("its keys cannot be read") from None
        return {
            key.key_id: key
            for key in keys
            if key.key_id and key.key_type == "RSA" and key.public_key_use in {None, "sig"}
        }

    def _get(self, session: requests.Session, url: str) -> dict[str, Any]:
        try:
            with session.get(url, timeout=self._timeout, allow_redirects=False) as response:
                if response.status_code != requests.codes.ok:
                    raise _error(f"it answered HTTP {response.status_code}")
                document = response.json()
        except ValueError:  # not JSON; requests' own error for that is of both families
            raise _error("its response is not JSON") from None
        except requests.RequestException as error:
            raise _error(f"it cannot be reached ({type(error).__name__})") from None
        if not isinstance(document, dict):
            raise _error("its response is not a JSON object")
        return document


def _error(problem: str, *, transient: bool = True) -> TokenVerifierError:
    to_do = "Try again in a minute" if transient else "Check LAPSEWATCH_SIGN_IN_ISSUER"
    return TokenVerifierError(
        "Your sign-in could not be verified, because the keys of its issuer could not be read:"
        f" {problem}. {to_do}.",
        transient=transient,
    )
