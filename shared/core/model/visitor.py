"""A visitor of the page: who, with which roles, signed in when."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.core.model.decision import Person

INSTALLER = "Installer"
"""The app role of those who may open a value: the `value` in the page's app registration."""
SIGNED_IN_AT = "auth_time"
"""The optional claim of an ID token that says when a person signed in."""
SIGNED_IN_WITHIN = timedelta(minutes=10)
"""How long ago those may have signed in."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """What a valid ID token says of a person."""

    person: Person
    roles: frozenset[str] = frozenset()
    """App roles of the page's registration."""
    authenticated_at: datetime | None = None
    """When the person last proved who they are; `None` if the token does not say it."""

    @property
    def is_installer(self) -> bool:
        """Whether this person may open values."""
        return INSTALLER in self.roles

    def signed_in_lately(self, now: datetime) -> bool:
        """Return whether the sign-in is recent enough to open a value."""
        return self.authenticated_at is not None and now - self.authenticated_at <= SIGNED_IN_WITHIN
