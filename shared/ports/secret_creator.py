"""The creator: creates client secrets with a person's own sign-in, each exactly once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.core.model.directory import Credential
from shared.core.model.secret import Secret

BY_POLICY = "AsPerAppPolicy"
"""How the code of a `CreationRefused` ends if a policy of the tenant forbids what was asked."""


@dataclass(frozen=True, slots=True)
class CreatedSecret:
    """A client secret that was just created. Its value is never returned again."""

    credential: Credential
    value: Secret


class SecretCreator(Protocol):
    """Creates client secrets on app registrations."""

    def create(self, object_id: str, name: str, ends: datetime) -> CreatedSecret:
        """Create a client secret on the app registration; send the request once.

        Args:
            object_id: The object id of the app registration.
            name: The name of the secret.
            ends: When it expires, in whole seconds.

        Raises:
            CreationRefused: Entra did not create it.
            CreationUnknown: Whether Entra created it is not known.
        """
        ...
