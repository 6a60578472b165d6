"""The inventory reader: reads all apps of a tenant, and their owners."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from shared.core.inventory.exclusion import Exclusion, Exclusions
from shared.core.model.inventory import Holder, InventoryApp
from shared.core.model.owners import AppOwners
from shared.ports.errors import DirectoryError


@dataclass(frozen=True, slots=True)
class ScanQuery:
    """Selects the apps with a credential that expires from `since` to `until`.

    All other apps are only counted.
    """

    since: datetime
    until: datetime
    service_principals: bool = False
    tags: bool = False
    """Whether to read the tags of the apps."""
    exclusions: Exclusions | None = None
    """Count the apps that these rules leave out."""


@dataclass(frozen=True, slots=True)
class ScanPage:
    """A page of a scan."""

    apps: Sequence[InventoryApp]
    """The selected apps."""
    applications: int
    """Number of apps on the page, selected or not."""
    credentials: int
    """Number of credentials on the page, selected or not."""
    failures: Mapping[str, DirectoryError]
    """Apps that could not be decoded, by client id, or by `#` and position if that is unknown."""
    requests: int
    """Number of HTTP requests of the scan so far, without retries and token requests."""
    left_out: Mapping[Exclusion, int] = field(default_factory=dict)
    """Number of apps with credentials that the query's rules leave out, by rule."""
    unknown: tuple[str, ...] = ()
    """Graph's names of properties that the page was read without."""


@dataclass(frozen=True, slots=True)
class OwnersReading:
    """The owners that were read. Each object id is a key of exactly one of the two mappings."""

    owned: Mapping[str, AppOwners]
    failures: Mapping[str, DirectoryError] = field(default_factory=dict)
    requests: int = 0


class InventoryReader(Protocol):
    """Reads a whole tenant, page by page."""

    def scan(self, query: ScanQuery, *, seconds: float) -> Generator[ScanPage]:
        """Yield the pages of the tenant, all within `seconds`.

        A caller that stops early closes the generator.

        Raises:
            DirectoryError: The rest could not be read; what it contains is unknown.
        """
        ...

    def owners(self, holders: Mapping[str, Holder], *, seconds: float) -> OwnersReading:
        """Read the owners of applications and service principals, by object id."""
        ...
