"""The stand-in tenant signs people in: it issues ID tokens as Entra does, and shows the key with which they can be verified.

Where the documents are, and what is in them: https://login.microsoftonline.com/TENANT/v2.0/.well-known/openid-configuration.
The key lives as long as the process. Anybody on this machine may ask for a token in any name: it proves nothing elsewhere.
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
"""The app registration behind the status page's sign-in."""
LIFETIME = 3600 + 5 * 60
"""Seconds; Entra gives ID tokens an hour, and dates them back five minutes."""
_PEOPLE = UUID("0f0c6a52-3f5e-4e26-b1a9-6f0d7f4b8c33")
_lock = Lock()


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _signing_key() -> rsa.RSAPrivateKey:
    """Give the key of this process, made when it is first needed."""
    with _lock:
        return _key()


def object_id(name: str) -> str:
    """Give the object id of the person of this name, the same on every run."""
    return str(uuid5(_PEOPLE, name))


class SignInIssuer:
    """Everything that an app needs to let people sign in."""

    key_id = "stand-in-1"

    def __init__(self, root: Callable[[], str]) -> None:
        """Issue in the name of the server at `root`, which is known once it listens."""
        self._root = root

    @property
    def issuer(self) -> str:
        """What `LAPSEWATCH_SIGN_IN_ISSUER` is to be."""
        return f"{self._root()}/{HOME_TENANT_ID}/v2.0"

    def configuration(self, _: Request) -> Response:
        """Answer with the OpenID configuration document: the part of it that verifies."""
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
        """Answer with the key set (RFC 7517); like Entra's, it names no algorithm."""
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
        """Give what an ID token of this person says, issued now."""
        issued = int(time()) - 5 * 60
        return {
            "aud": PAGE_CLIENT_ID,
            "iss": self.issuer,
            "iat": issued,
            "nbf": issued,
            "exp": issued + LIFETIME,
            "name": name,
            "oid": object_id(name),
            "preferred_username": f"{re.sub('[^a-z0-9]+', '.', name.lower()).strip('.') or 'somebody'}@example.org",
            "sub": uuid4().hex,
            "tid": HOME_TENANT_ID,
            "ver": "2.0",
        }

    def id_token(self, name: str, **overrides: object) -> str:
        """Issue an ID token for a person; `overrides` replace claims, and `None` leaves one out."""
        claims = {
            claim: value
            for claim, value in (self.claims(name) | overrides).items()
            if value is not None
        }
        return jwt.encode(claims, _signing_key(), algorithm="RS256", headers={"kid": self.key_id})


def _json(content: Mapping[str, object]) -> Response:
    return Response(json.dumps(content), mimetype="application/json")
