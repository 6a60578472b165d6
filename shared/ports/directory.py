"""The directory: reads the watched app registrations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from shared.core.model.directory import App
from shared.ports.errors import DirectoryError


@dataclass(frozen=True, slots=True)
class AppQuery:
    """A watched app to read."""

    client_id: str
    service_principal: bool = False
    """Whether to read the credentials of its enterprise application too."""


@dataclass(frozen=True, slots=True)
class DirectoryReading:
    """The result of a read. Each client id is a key of exactly one of the two mappings."""

    apps: Mapping[str, App | None]
    """Apps that were read completely; `None` if the tenant has no app with this client id."""
    failures: Mapping[str, DirectoryError] = field(default_factory=dict)
    """Apps that were not read completely: their state is unknown."""
    requests: int = 0
    """Number of HTTP requests, without retries and token requests."""

    @property
    def unknown(self) -> tuple[str, ...]:
        """Graph's names of properties that some app was read without."""
        return tuple(sorted({name for app in self.apps.values() if app for name in app.unknown}))


class Directory(Protocol):
    """Reads app registrations."""

    def read(self, queries: Sequence[AppQuery], *, seconds: float) -> DirectoryReading:
        """Read all queried apps within `seconds`.

        An error that concerns all apps (no token, no connection) is in `failures` for each.
        """
        ...
