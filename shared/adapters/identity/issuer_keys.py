"""The keys with which an issuer signs: fetched when they are needed, kept for an hour, and fetched again for a key nobody knows yet.

An issuer that fails is asked again after a pause; until then its failure stands, and keys that were good are good for a day.

Where they are: the issuer's own configuration document (OpenID Connect Discovery 1.0, section 4). They are taken from the
issuer's own host only. How they are written: RFC 7517.
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
"""Seconds to connect, and to wait for the answer."""
KEPT = timedelta(hours=1)
OLD = timedelta(days=1)
"""For so long keys that were good are used on, while the issuer gives no new ones."""
PAUSE = timedelta(seconds=30)
"""We do not ask more often than this: anybody can make up a key, and an issuer that fails would keep each visitor waiting anew."""


class _Had(NamedTuple):
    """What was had from the issuer: replaced as a whole, so that it can be read without the lock."""

    keys: Mapping[str, jwt.PyJWK] = {}
    fetched: datetime = datetime.min.replace(tzinfo=UTC)
    asked: datetime = fetched
    """When it last answered, or failed to."""
    failure: TokenVerifierError | None = None
    """What came of that, if it was no keys."""

    def known(self, key_id: str, now: datetime) -> jwt.PyJWK | None:
        return self.keys.get(key_id) if now - self.fetched < OLD else None

    def is_enough(self, key_id: str, now: datetime) -> bool:
        return now - self.asked < PAUSE or (now - self.fetched < KEPT and key_id in self.keys)


class IssuerKeys:
    """The keys of one issuer, for all threads of the process."""

    def __init__(
        self, issuer: str, clock: Clock, *, timeout: tuple[float, float] = TIMEOUT
    ) -> None:
        """Fetch nothing yet; `issuer` is its URL without a slash at the end, `timeout` is in seconds."""
        self._issuer, self._clock, self._timeout = issuer, clock, timeout
        self._asking = Lock()
        self._had = _Had()

    def key(self, key_id: str) -> jwt.PyJWK | None:
        """Give the key of this id (`kid`); `None` if the issuer has no such key. Raises `TokenVerifierError`.

        One thread asks the issuer; another waits for it only if it has no key that was good.
        """
        now = self._clock()
        if not self._had.is_enough(key_id, now) and self._asking.acquire(
            blocking=self._had.known(key_id, now) is None
        ):
            try:
                if not self._had.is_enough(key_id, self._clock()):  # nobody was faster
                    self._had = self._asked()
            finally:
                self._asking.release()
        had = self._had
        found = had.known(key_id, self._clock())
        if found is None and had.failure is not None:
            raise TokenVerifierError(str(had.failure), transient=had.failure.transient)
        return found

    def _asked(self) -> _Had:
        now = self._clock()
        try:
            keys = self._fetched_in_time()
        except TokenVerifierError as error:
            return self._had._replace(asked=self._clock(), failure=error)
        return _Had(keys, fetched=now, asked=self._clock())

    def _fetched_in_time(self) -> Mapping[str, jwt.PyJWK]:
        try:
            return call_with_timeout(2 * sum(self._timeout), self._fetch)
        except TimeoutError:
            raise _failed("it did not answer in time") from None

    def _fetch(self) -> Mapping[str, jwt.PyJWK]:
        with requests.Session() as session:
            document = self._get(session, f"{self._issuer}/.well-known/openid-configuration")
            if document.get("issuer") != self._issuer:
                raise _failed("its configuration document names another issuer", transient=False)
            address = document.get("jwks_uri")
            if not isinstance(address, str) or urlsplit(address)[:2] != urlsplit(self._issuer)[:2]:
                raise _failed(
                    "its configuration document leads to another host for the keys", transient=False
                )
            try:
                keys = jwt.PyJWKSet.from_dict(self._get(session, address)).keys
            except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
                raise _failed("its keys cannot be read") from None
        return {
            key.key_id: key
            for key in keys
            if key.key_id and key.key_type == "RSA" and key.public_key_use in {None, "sig"}
        }

    def _get(self, session: requests.Session, address: str) -> dict[str, Any]:
        try:
            with session.get(address, timeout=self._timeout, allow_redirects=False) as response:
                if response.status_code != requests.codes.ok:
                    raise _failed(f"it answered HTTP {response.status_code}")
                document = response.json()
        except ValueError:  # no JSON; requests' own error for that is of both families
            raise _failed("its answer is not JSON") from None
        except requests.RequestException as error:
            raise _failed(f"it cannot be reached ({type(error).__name__})") from None
        if not isinstance(document, dict):
            raise _failed("its answer is not a JSON object")
        return document


def _failed(problem: str, *, transient: bool = True) -> TokenVerifierError:
    to_do = "Try again in a minute" if transient else "Check LAPSEWATCH_SIGN_IN_ISSUER"
    sentence = f"Who signed in cannot be checked, for the keys of the sign-in's issuer could not be had: {problem}. {to_do}."
    return TokenVerifierError(sentence, transient=transient)
