"""Verify the ID token of a visitor of the page.

The issuer must have signed it for this app and tenant, and not too long ago. Its claims:
https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference. Easy Auth passes
the token of the sign-in for as long as its own session lasts, eight hours, although the token
expires after about one.

Access tokens for this app have the same issuer, audience and signature, and other apps can get
them. They are refused by the claims that only they have:
https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import jwt

from shared.adapters.identity.issuer_keys import ALGORITHM, TIMEOUT, IssuerKeys, Keys
from shared.adapters.identity.visitor_claims import SKEW, authenticated_at, roles
from shared.config.problems import InvalidValue
from shared.config.values import guid, text
from shared.core.model.decision import Person
from shared.core.model.visitor import SIGNED_IN_AT, Visitor
from shared.ports.clock import Clock
from shared.ports.errors import NotSignedIn
from shared.render.text.escape import clean

SESSION = timedelta(hours=8)
"""How long a token is accepted after its expiry."""
MAX_TOKEN_CHARS = 16_384
"""Entra's tokens have a tenth of that."""
MAX_LIFETIME = timedelta(days=1)
"""Entra's tokens live for an hour; a policy can set a day at most."""
ALGORITHMS = [ALGORITHM]
"""A token must not choose its algorithm."""
OF_ACCESS_TOKENS = frozenset({"scp", "azp", "azpacr", "appid", "appidacr", "idtyp"})
"""Claims of access tokens: scopes, the calling app, and whether an app calls for itself."""
VERSION = "2.0"
"""Of the tokens of an issuer `.../v2.0`."""
_REQUIRED = ["aud", "exp", "iat", "iss", "nbf", "oid", "tid"]


class EntraTokenVerifier:
    """Verifies ID tokens of one issuer for one app registration.

    Implements the port `TokenVerifier`.
    """

    def __init__(
        self, client_id: str, issuer: str, clock: Clock, *, timeout: tuple[float, float] = TIMEOUT
    ) -> None:
        """Fetch nothing yet; `issuer` is `https://HOST/TENANT/v2.0`, as in the tokens."""
        self._client_id, self._issuer, self._clock = client_id, issuer, clock
        self._tenant = urlsplit(issuer).path.split("/")[1]
        self._keys = IssuerKeys(issuer, clock, timeout=timeout)

    def visitor(self, token: str) -> Visitor:
        """Return the person in the token. Raises `NotSignedIn` or `TokenVerifierError`."""
        claims = self._verified_claims(token)
        if claims["tid"] != self._tenant:
            raise _not_signed_in("it is from another tenant")
        _check_kind(claims)
        self._check_dates(claims)
        try:
            object_id = guid(claims["oid"])
        except InvalidValue:
            raise _not_signed_in("its object id is not an id") from None
        names = (claims.get("name"), claims.get("preferred_username"))
        lines = (clean(name) for name in names if isinstance(name, str))
        person = Person(object_id, next(filter(None, lines), object_id))
        signed_in = authenticated_at(claims.get(SIGNED_IN_AT), self._clock())
        return Visitor(person, roles(claims.get("roles")), signed_in)

    def _verified_claims(self, token: str) -> Mapping[str, Any]:
        """Return the claims of a token that the issuer signed for this app, of any date."""
        try:
            if len(token) > MAX_TOKEN_CHARS:
                raise _not_signed_in("it is too long")
            header = jwt.get_unverified_header(token)
            if header.get("alg") not in ALGORITHMS:
                raise _not_signed_in("it does not have the issuer's kind of signature")
            if str(header.get("typ", "JWT")).upper() != "JWT":
                raise _not_signed_in("it is not an ID token")
            keys = self._keys.of(text(header.get("kid")))
            if not keys:
                raise _not_signed_in("the issuer does not have its key")
            return self._decoded(token, keys)
        except (jwt.PyJWTError, InvalidValue, ValueError, TypeError, RecursionError) as error:
            raise _not_signed_in(_REASONS.get(type(error), "it cannot be read")) from None

    def _decoded(self, token: str, keys: Keys) -> Mapping[str, Any]:
        """Return the claims, verified with one of the keys. Raises `jwt.PyJWTError`."""
        *others, last = keys
        for key in others:
            with suppress(jwt.InvalidSignatureError):
                return self._decoded_with(token, key)
        return self._decoded_with(token, last)

    def _decoded_with(self, token: str, key: jwt.PyJWK) -> Mapping[str, Any]:
        claims: Mapping[str, Any] = jwt.decode(
            token,
            key,
            algorithms=ALGORITHMS,
            audience=self._client_id,
            issuer=self._issuer,
            options={
                "require": _REQUIRED,
                "strict_aud": True,
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
        return claims

    def _check_dates(self, claims: Mapping[str, Any]) -> None:
        """Raise `NotSignedIn` if the dates do not allow the token.

        The library has only one leeway for all three dates.
        """
        exp, iat, nbf = claims["exp"], claims["iat"], claims["nbf"]
        if not all(type(instant) is int for instant in (exp, iat, nbf)):
            raise _not_signed_in("its dates cannot be read")
        now = self._clock().timestamp()
        if exp <= now - SESSION.total_seconds():
            raise _not_signed_in("it expired more than eight hours ago")
        in_future = max(iat, nbf) > now + SKEW.total_seconds()
        if in_future or not 0 < exp - iat <= MAX_LIFETIME.total_seconds():
            raise _not_signed_in("its dates make no sense")


def _check_kind(claims: Mapping[str, Any]) -> None:
    """Raise `NotSignedIn` if the token is not an ID token of a person.

    In the token of an app, the subject is the app's own object; a person has another subject for
    each app.
    """
    if OF_ACCESS_TOKENS & claims.keys() or claims.get("sub") == claims["oid"]:
        raise _not_signed_in("it is not an ID token")
    if claims.get("ver", VERSION) != VERSION:
        raise _not_signed_in(f"it is not of version {VERSION}")


_REASONS: Mapping[type[Exception], str] = {
    jwt.InvalidSignatureError: "its signature is not the issuer's",
    jwt.InvalidAudienceError: "it was issued for another app",
    jwt.InvalidIssuerError: "it was issued by somebody else",
    jwt.MissingRequiredClaimError: "a claim is missing in it",
}


def _not_signed_in(reason: str) -> NotSignedIn:
    return NotSignedIn(f"The ID token does not prove who you are: {reason}.")
