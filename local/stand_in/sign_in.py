"""Sign-in of people: ID tokens as from Entra, and the key that verifies them.

The documents are those at
https://login.microsoftonline.com/TENANT/v2.0/.well-known/openid-configuration. The key lasts as
long as the process. Anybody on this machine can get a token for any name: it proves nothing
elsewhere.
"""

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from threading import Lock
from time import time
from typing import Any
from uuid import UUID, uuid4, uuid5

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from werkzeug import Request, Response

from local.stand_in.graph_objects import HOME_TENANT_ID

PAGE_CLIENT_ID = "b81f5d0e-44c2-4f0b-9d63-2f7a90c1e5d4"
"""The app registration of the status page's sign-in."""
LIFETIME = 3600 + 5 * 60
"""Seconds; Entra's ID tokens last an hour, and begin five minutes in the past."""
_PEOPLE = UUID("0f0c6a52-3f5e-4e26-b1a9-6f0d7f4b8c33")
_lock = Lock()


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _signing_key() -> rsa.RSAPrivateKey:
    """Return the key of this process, created when first needed."""
    with _lock:
        return _key()


def object_id(name: str) -> str:
    """Return the object id of the person with this name, the same on every run."""
    return str(uuid5(_PEOPLE, name))


class SignInIssuer:
    """The endpoints with which an app signs people in."""

    key_id = "stand-in-1"

    def __init__(self, root: Callable[[], str]) -> None:
        """Set the URL of the server, which is known once it listens."""
        self._root = root

    @property
    def issuer(self) -> str:
        """The value of `LAPSEWATCH_SIGN_IN_ISSUER`."""
        return f"{self._root()}/{HOME_TENANT_ID}/v2.0"

    def configuration(self, _: Request) -> Response:
        """Return the OpenID configuration document: the part that is needed to verify a token."""
        return _json(
            {
                "issuer": self.issuer,
                "jwks_uri": f"{self._root()}/{HOME_TENANT_ID}/discovery/v2.0/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
                "response_types_supported": ["id_token"],
                "subject_types_supported": ["pairwise"],
            }
        )

    def keys(self, _: Request) -> Response:
        """Return the key set (RFC 7517); like Entra's, it names no algorithm."""
        public = RSAAlgorithm.to_jwk(_signing_key().public_key(), as_dict=True)
        return _json(
            {
                "keys": [
                    {
                        "kty": "RSA",
                        "use": "sig",
                        "kid": self.key_id,
                        "n": public["n"],
                        "e": public["e"],
                    }
                ]
            }
        )

    def claims(self, name: str) -> dict[str, Any]:
        """Return the claims of an ID token for this person, who signs in now and has no role."""
        now = int(time())
        issued = now - 5 * 60
        local_part = re.sub("[^a-z0-9]+", ".", name.lower()).strip(".") or "somebody"
        return {
            "aud": PAGE_CLIENT_ID,
            "auth_time": now,
            "iss": self.issuer,
            "iat": issued,
            "nbf": issued,
            "exp": issued + LIFETIME,
            "name": name,
            "oid": object_id(name),
            "preferred_username": f"{local_part}@example.org",
            "sub": uuid4().hex,
            "tid": HOME_TENANT_ID,
            "ver": "2.0",
        }

    def id_token(self, name: str, **overrides: object) -> str:
        """Issue an ID token for a person; `overrides` replace claims, and `None` omits one."""
        claims = {
            claim: value
            for claim, value in (self.claims(name) | overrides).items()
            if value is not None
        }
        return jwt.encode(claims, _signing_key(), algorithm="RS256", headers={"kid": self.key_id})


def _json(content: Mapping[str, object]) -> Response:
    return Response(json.dumps(content), mimetype="application/json")
