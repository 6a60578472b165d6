"""App registrations and their credentials as values, as Graph stores them.

Dates are texts as Graph returns them: real payloads mix whole seconds with three and seven digits,
always end in `Z`, and write "does not expire" as null, 2299 or 9999.
"""

from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha1


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """A client secret. Name, hint, dates and custom key identifier are all nullable in Graph."""

    key_id: str
    name: str | None = None
    hint: str | None = None
    starts: str | None = None
    ends: str | None = None
    custom_key_identifier: str | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate.

    Its custom key identifier is the SHA-1 thumbprint, in hex on apps, in Base64 on SAML principals.
    """

    key_id: str
    name: str | None = None
    starts: str | None = None
    ends: str | None = None
    custom_key_identifier: str | None = None
    usage: str = "Verify"
    type: str = "AsymmetricX509Cert"


@dataclass(frozen=True, slots=True)
class Owner:
    """An owner of an app: a user, unless `kind` is set."""

    object_id: str
    name: str | None = None
    mail: str | None = None
    kind: str = "#microsoft.graph.user"
    enabled: bool | None = None
    """`None`: the identity may not read it, as without User.Read.All."""


@dataclass(frozen=True, slots=True)
class ServicePrincipal:
    """The enterprise application that belongs to a registration."""

    object_id: str
    enabled: bool = True
    secrets: tuple[ClientSecret, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    owners: tuple[Owner, ...] = ()
    signs_with: str | None = None
    """`preferredTokenSigningKeyThumbprint`, in hex."""
    type: str = "Application"
    owner_tenant: str | None = None
    """`appOwnerOrganizationId`; `None`: this tenant."""
    listed: bool = True
    """Whether lists contain it: Graph's lists may lag behind."""


@dataclass(frozen=True, slots=True)
class Registration:
    """An app registration, with the newest secret first, as Graph lists them."""

    client_id: str
    object_id: str
    name: str | None
    created: str | None = "2023-11-02T15:20:11Z"
    secrets: tuple[ClientSecret, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    redirect_uris: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    disabled: bool | None = None
    """Graph's `isDisabled`: disabled by an owner."""
    disabled_by_microsoft: str | None = None
    odata_type: str | None = None
    """Only for derived types, such as `#microsoft.graph.agentIdentityBlueprint`."""
    service_principal: ServicePrincipal | None = None
    owners: tuple[Owner, ...] = ()
    notes: str | None = None
    reference: str | None = None
    """`serviceManagementReference`."""


def stamp(instant: datetime, digits: int = 0) -> str:
    """Format an instant as Graph does, in UTC, with `digits` (0 to 7) fraction digits."""
    utc = instant.astimezone(UTC)
    fraction = f".{utc.microsecond:06d}0"[: digits + 1] if digits else ""
    return f"{utc:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def shift_years(instant: datetime, years: int) -> datetime:
    """Return the same day and time `years` later (or earlier); the 28th for a 29 February."""
    day = 28 if (instant.month, instant.day) == (2, 29) else instant.day
    return instant.replace(year=instant.year + years, day=day)


def utf16_identifier(text: str) -> str:
    """Encode a secret's name as the old portal did: Base64 of UTF-16LE, without a display name."""
    return b64encode(text.encode("utf-16-le")).decode("ascii")


def thumbprint(key_id: str) -> str:
    """Return a random SHA-1 thumbprint in hex."""
    return sha1(key_id.encode(), usedforsecurity=False).hexdigest().upper()
