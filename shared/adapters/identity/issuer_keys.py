"""The public keys of an issuer: fetched when needed, and cached for an hour.

Keys are fetched again for an unknown key id, and nobody with a known one waits for that. After a
failure the issuer is asked again only after a pause; until then the failure is cached too, and
keys of the last day are still used: a set without a usable key is a failure.
PyJWT's `PyJWKClient` asks for each made-up key id, and lets visitors queue behind an issuer that
does not respond.

The keys' address is in the issuer's configuration document (OpenID Connect Discovery 1.0,
section 4), and must be on the issuer's own host. Their format: RFC 7517.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from threading import Lock, Thread
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from shared.adapters.timeout import call_with_timeout
from shared.ports.clock import Clock
from shared.ports.errors import TokenVerifierError
from shared.render.text.escape import clean

TIMEOUT = (5.0, 10.0)
"""Seconds to connect, and to read the response."""
FRESH = timedelta(hours=1)
MAX_AGE = timedelta(days=1)
"""How long keys are used if the issuer gives no new ones."""
PAUSE = timedelta(seconds=30)
"""Between two requests: anybody can make up a key id, and every visitor would wait again."""
ALGORITHM = "RS256"
"""What Entra signs with."""
MIN_KEY_BITS = 2048
"""RFC 7518, section 3.3."""

type Keys = Sequence[jwt.PyJWK]
"""The keys of one id; nothing forbids two of them."""


class _Cache(NamedTuple):
    """Replaced as a whole, so that it can be read without the lock."""

    keys: Mapping[str, Keys] = {}
    fetched: datetime = datetime.min.replace(tzinfo=UTC)
    asked: datetime = fetched
    """When the issuer last answered or failed."""
    failure: TokenVerifierError | None = None
    """Why the last request returned no keys."""

    def of(self, key_id: str, now: datetime) -> Keys:
        return self.keys.get(key_id, ()) if now - self.fetched < MAX_AGE else ()

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

    def of(self, key_id: str) -> Keys:
        """Return the keys of this id (`kid`), empty if the issuer does not have it.

        One thread asks the issuer. Others wait for it only if they have no usable key.

        Raises:
            TokenVerifierError: the keys cannot be fetched.
        """
        now = self._clock()
        known = self._cache.of(key_id, now)
        if self._cache.is_fresh(key_id, now):
            return known or self._none()
        if known:
            if self._lock.acquire(blocking=False):
                Thread(
                    target=self._refresh,
                    args=(key_id,),
                    name="refresh of an issuer's keys",
                    daemon=True,
                ).start()
            return known
        self._lock.acquire()
        self._refresh(key_id)
        return self._cache.of(key_id, self._clock()) or self._none()

    def _none(self) -> Keys:
        """Return no keys, or raise why there are none."""
        failure = self._cache.failure
        if failure is not None:
            raise TokenVerifierError(str(failure), transient=failure.transient)
        return ()

    def _refresh(self, key_id: str) -> None:
        """Ask the issuer, unless another thread was faster; then release the lock."""
        try:
            if not self._cache.is_fresh(key_id, self._clock()):
                self._cache = self._refreshed()
        finally:
            self._lock.release()

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

    def _fetch(self) -> Mapping[str, Keys]:
        with requests.Session() as session:
            document = self._get(session, f"{self._issuer}/.well-known/openid-configuration")
            named = document.get("issuer")
            if named != self._issuer:
                text = f"its configuration document names another issuer, {clean(str(named), 200)}"
                raise _error(text, transient=False)
            url = document.get("jwks_uri")
            if not isinstance(url, str) or urlsplit(url)[:2] != urlsplit(self._issuer)[:2]:
                raise _error(
                    "its configuration document has its keys on another host", transient=False
                )
            entries = self._get(session, url).get("keys")
        found: dict[str, list[jwt.PyJWK]] = {}
        for entry in entries if isinstance(entries, list) else ():
            if (key := _key(entry)) is not None:
                found.setdefault(str(key.key_id), []).append(key)
        if not found:
            raise _error("its keys cannot be read, or none of them can be used")
        return found

    def _get(self, session: requests.Session, url: str) -> dict[str, Any]:
        try:
            with session.get(url, timeout=self._timeout, allow_redirects=False) as response:
                if response.status_code != requests.codes.ok:
                    raise _error(f"it answered HTTP {response.status_code}")
                document = response.json()
        except (ValueError, RecursionError):  # not JSON; requests' own error is of both families
            raise _error("its response is not JSON") from None
        except requests.RequestException as error:
            raise _error(f"it cannot be reached ({type(error).__name__})") from None
        if not isinstance(document, dict):
            raise _error("its response is not a JSON object")
        return document


def _key(entry: object) -> jwt.PyJWK | None:
    """Return a key that verifies tokens; `None` for any other entry of the set."""
    if not isinstance(entry, dict):
        return None
    try:
        key = jwt.PyJWK(entry)
        return key if _is_usable(key, entry.get("key_ops")) else None
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
        return None


def _is_usable(key: jwt.PyJWK, operations: Any) -> bool:  # noqa: ANN401  (any JSON)
    """Return whether a key may verify tokens. Raises `TypeError` for JSON of another type."""
    return (
        isinstance(key.key_id, str)
        and key.key_id != ""
        and key.algorithm_name == ALGORITHM
        and key.public_key_use in {None, "sig"}
        and (operations is None or "verify" in operations)
        and isinstance(key.key, RSAPublicKey)
        and key.key.key_size >= MIN_KEY_BITS
    )


def _error(problem: str, *, transient: bool = True) -> TokenVerifierError:
    to_do = "Try again in a minute" if transient else "Check LAPSEWATCH_SIGN_IN_ISSUER"
    return TokenVerifierError(
        "Your sign-in could not be verified, because the keys of its issuer could not be read:"
        f" {problem}. {to_do}.",
        transient=transient,
    )
