"""An ID token says who is there, if the issuer signed it, for this app, in this tenant, and not too long ago. Nothing else does.

What is in it: https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference. Easy Auth passes the one of
the sign-in for as long as its own session lasts, which is eight hours, though it says that it ends after about one.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import jwt

from shared.adapters.identity.issuer_keys import TIMEOUT, IssuerKeys
from shared.config.problems import InvalidValue
from shared.config.values import guid, text
from shared.core.model.decision import Person
from shared.ports.clock import Clock
from shared.ports.errors import NotSignedIn
from shared.render.text.escape import clean

SESSION = timedelta(hours=8)
"""How long ago a token may have ended."""
SKEW = timedelta(minutes=5)
"""How far the issuer's clock may be ahead of ours."""
MAX_TOKEN_CHARS = 16_384
"""Characters of a token; Entra's are a tenth of that."""
ALGORITHMS = ["RS256"]
"""What Entra signs with, and nothing that a token could choose for itself."""
_REQUIRED = ["aud", "exp", "iat", "iss", "nbf", "oid", "tid"]


class EntraTokenVerifier:
    """Verifies ID tokens of one issuer for one app registration; implements the port `TokenVerifier`."""

    def __init__(
        self, client_id: str, issuer: str, clock: Clock, *, timeout: tuple[float, float] = TIMEOUT
    ) -> None:
        """Fetch nothing yet; `issuer` is `https://HOST/TENANT/v2.0`, as the tokens have it."""
        self._client_id, self._issuer, self._clock = client_id, issuer, clock
        self._tenant = urlsplit(issuer).path.split("/")[1]
        self._keys = IssuerKeys(issuer, clock, timeout=timeout)

    def person(self, token: str) -> Person:
        """Give whom the token was issued to. Raises `NotSignedIn` or `TokenVerifierError`."""
        claims = self._verified(token)
        if claims["tid"] != self._tenant:
            raise _refused("it is of another tenant")
        self._in_time(claims)
        try:
            object_id = guid(claims["oid"])
        except InvalidValue:
            raise _refused("its object id is none") from None
        names = (claims.get("name"), claims.get("preferred_username"))
        shown = next(
            (line for name in names if isinstance(name, str) and (line := clean(name))), object_id
        )
        return Person(object_id, shown)

    def _verified(self, token: str) -> Mapping[str, Any]:
        """Give the claims of a token that the issuer signed for this app; when it was issued is not looked at yet."""
        try:
            if len(token) > MAX_TOKEN_CHARS:
                raise _refused("it is too long")
            header = jwt.get_unverified_header(token)
            if header.get("alg") not in ALGORITHMS:
                raise _refused("it is not signed as the issuer signs")
            key = self._keys.key(text(header.get("kid")))
            if key is None:
                raise _refused("the issuer has no such key")
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
        except (jwt.PyJWTError, InvalidValue, ValueError, TypeError, RecursionError) as error:
            raise _refused(_FLAWS.get(type(error), "it cannot be read")) from None
        return claims

    def _in_time(self, claims: Mapping[str, Any]) -> None:
        """Our own, because the library knows one leeway for all three instants. Raises `NotSignedIn`."""
        exp, iat, nbf = claims["exp"], claims["iat"], claims["nbf"]
        if not all(type(instant) is int for instant in (exp, iat, nbf)):
            raise _refused("its dates cannot be read")
        now = self._clock().timestamp()
        if exp <= now - SESSION.total_seconds():
            raise _refused("it ended more than eight hours ago")
        if max(iat, nbf) > now + SKEW.total_seconds() or iat >= exp:
            raise _refused("its dates make no sense")


_FLAWS: Mapping[type[Exception], str] = {
    jwt.InvalidSignatureError: "its signature is not the issuer's",
    jwt.InvalidAudienceError: "it was issued for another app",
    jwt.InvalidIssuerError: "it was issued by somebody else",
    jwt.MissingRequiredClaimError: "something is missing in it",
}


def _refused(flaw: str) -> NotSignedIn:
    return NotSignedIn(f"The ID token does not prove who is there: {flaw}.")
