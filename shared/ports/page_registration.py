"""The app registration behind the page's sign-in, as far as hand-overs need it."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PageRegistration:
    """What the registration has."""

    role: bool
    """Whether it has the role *Installer*, enabled for people."""
    claim: bool
    """Whether its ID tokens say when the person signed in."""
    installers: int
    """How many people and groups have the role."""


class RegistrationReader(Protocol):
    """Reads the registration."""

    def read(self, client_id: str, *, seconds: float) -> PageRegistration | None:
        """Return what it has; `None` if no registration has this client id.

        Raises:
            DirectoryError: it cannot be read completely.
        """
        ...
