"""The token verifier: identifies a visitor of the page."""

from typing import Protocol

from shared.core.model.visitor import Visitor


class TokenVerifier(Protocol):
    """Verifies ID tokens."""

    def visitor(self, token: str) -> Visitor:
        """Return the person to whom the token was issued, with their roles and their sign-in.

        Raises:
            NotSignedIn: The token is not valid.
            TokenVerifierError: The token could not be verified.
        """
        ...
