"""OData query options for app registrations, with Graph's words for what it refuses."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote
from uuid import UUID

from local.stand_in.graph_errors import bad_request, unknown_property
from local.stand_in.graph_objects import Json

DEFAULT_PAGE, LARGEST_PAGE, SMALL_PAGE = 100, 999, 20
_KNOWN = frozenset({"$select", "$top", "$filter", "$count", "$skiptoken"})
_FILTER = re.compile(r"\s*appId\s+eq\s+'(?P<client_id>[^']*)'\s*")


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Which app registrations are requested, and where the page begins."""

    size: int
    select: tuple[str, ...]
    client_id: str | None
    """The app of a filter; `None`: all."""
    after: str
    """The object id before the page; empty: the first page."""

    @classmethod
    def of(cls, options: Mapping[str, str]) -> Self:
        """Parse the options. Raise `GraphError` for those that are invalid or unknown here."""
        if unknown := {name for name in options if name.startswith("$")} - _KNOWN:
            raise bad_request(
                f"The stand-in tenant does not know the query option {min(unknown)}.",
                "Request_UnsupportedQuery",
            )
        return cls(page_size(options), selection(options), _filter(options), position(options))

    @property
    def units(self) -> int:
        """The price in Graph's resource units: `$select` and small pages are cheaper."""
        return max(1, 2 - bool(self.select) - (self.size < SMALL_PAGE))


def selection(options: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names in `$select`; empty means all."""
    return tuple(name.strip() for name in options.get("$select", "").split(",") if name.strip())


def selected(document: Json, select: tuple[str, ...], kind: str) -> Json:
    """Return the selected properties and the annotations, in the order of the full document.

    Raises:
        GraphError: a name is unknown.
    """
    if not select:
        return document
    for name in select:
        if name not in document:
            raise unknown_property(name, kind)
    return {
        name: value for name, value in document.items() if name in select or name.startswith("@")
    }


def following(options: Mapping[str, str], last: str) -> str:
    """Return the query of the next page: the same options, and a token for the `last` object id."""
    token = urlsafe_b64encode(last.encode()).decode()
    return "&".join(
        f"{name}={quote(value)}" for name, value in {**options, "$skiptoken": token}.items()
    )


def require_guid(value: str, resource: str) -> None:
    """Raise `GraphError` unless an `appId` is a GUID."""
    try:
        UUID(value)
    except ValueError:
        raise bad_request(
            f"Invalid value specified for property 'appId' of resource '{resource}'."
        ) from None


def page_size(options: Mapping[str, str]) -> int:
    """Return the size of a page, from `$top`. Raise `GraphError`."""
    asked = options.get("$top", str(DEFAULT_PAGE))
    if not re.fullmatch(r"-?\d+", asked):
        raise bad_request(
            f"Invalid value '{asked}' for $top query option found. "
            "The $top query option requires an integer.",
            "BadRequest",
        )
    if not 1 <= int(asked) <= LARGEST_PAGE:
        raise bad_request(
            f"Invalid page size specified: '{asked}'. "
            f"Must be between 1 and {LARGEST_PAGE} inclusive.",
            "Request_UnsupportedQuery",
        )
    return int(asked)


def _filter(options: Mapping[str, str]) -> str | None:
    """Return the client id in `appId eq '...'`, the only filter that is known here."""
    if (clause := options.get("$filter")) is None:
        return None
    found = _FILTER.fullmatch(clause)
    if found is None:
        name = clause.split()[0] if clause.split() else ""
        raise bad_request(
            "Unsupported or invalid query filter clause specified for property "
            f"'{name}' of resource 'Application'.",
            "Request_UnsupportedQuery",
        )
    require_guid(found["client_id"], "Application")
    return found["client_id"]


def position(options: Mapping[str, str]) -> str:
    """Return the object id in `$skiptoken`; empty: the first page. Raise `GraphError`."""
    if "$skiptoken" not in options:
        return ""
    try:
        return str(UUID(urlsafe_b64decode(options["$skiptoken"]).decode()))
    except ValueError:
        message = (
            "The specified page token value has expired "
            "and can no longer be included in your request."
        )
        raise bad_request(message, "Directory_ExpiredPageToken") from None
