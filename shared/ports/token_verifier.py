"""The token verifier: identifies a visitor of the page."""

from typing import Protocol

from shared.core.model.decision import Person


class TokenVerifier(Protocol):
    """Verifies ID tokens."""

    def person(self, token: str) -> Person:
        """Return the person to whom the token was issued.

        Raises:
            NotSignedIn: The token is not valid.
            TokenVerifierError: The token could not be verified.
        """
        ...
