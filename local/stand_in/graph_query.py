"""OData query options as Graph reads them for app registrations: what it takes, and in which words it refuses the rest."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote
from uuid import UUID

from local.stand_in.graph_errors import bad_request
from local.stand_in.graph_objects import Json

DEFAULT_PAGE, LARGEST_PAGE, SMALL_PAGE = 100, 999, 20
_KNOWN = frozenset({"$select", "$top", "$filter", "$count", "$skiptoken"})
_FILTER = re.compile(r"\s*appId\s+eq\s+'(?P<client_id>[^']*)'\s*")


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Which app registrations are asked for, and where the page begins."""

    size: int
    select: tuple[str, ...]
    client_id: str | None
    """The one that a filter asks for; `None`: all."""
    after: str
    """The object id after which the page begins; empty: at the start."""

    @classmethod
    def of(cls, options: Mapping[str, str]) -> Self:
        """Read the options. Raises `GraphError` for those that Graph refuses, and for those that the stand-in does not know."""
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
    """Give the names of `$select`; none means all."""
    return tuple(name.strip() for name in options.get("$select", "").split(",") if name.strip())


def selected(document: Json, select: tuple[str, ...], kind: str) -> Json:
    """Keep the selected properties and the annotations, in the order of the full document. Raises `GraphError` for an unknown name."""
    if not select:
        return document
    for name in select:
        if name not in document:
            raise bad_request(
                f"Parsing OData Select and Expand failed: Could not find a property named '{name}' on type 'microsoft.graph.{kind}'.",
                "BadRequest",
            )
    return {
        name: value for name, value in document.items() if name in select or name.startswith("@")
    }


def following(options: Mapping[str, str], last: str) -> str:
    """Give the query of the next page: the same options, and a token, opaque to clients, for the object id of the `last` one."""
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
    """Give the size of a page, from `$top`. Raises `GraphError`."""
    asked = options.get("$top", str(DEFAULT_PAGE))
    if not re.fullmatch(r"-?\d+", asked):
        raise bad_request(
            f"Invalid value '{asked}' for $top query option found. The $top query option requires an integer.",
            "BadRequest",
        )
    if not 1 <= int(asked) <= LARGEST_PAGE:
        raise bad_request(
            f"Invalid page size specified: '{asked}'. Must be between 1 and {LARGEST_PAGE} inclusive.",
            "Request_UnsupportedQuery",
        )
    return int(asked)


def _filter(options: Mapping[str, str]) -> str | None:
    """Give the client id of `appId eq '...'`, the one filter that the stand-in knows."""
    if (clause := options.get("$filter")) is None:
        return None
    found = _FILTER.fullmatch(clause)
    if found is None:
        name = clause.split()[0] if clause.split() else ""
        raise bad_request(
            f"Unsupported or invalid query filter clause specified for property '{name}' of resource 'Application'.",
            "Request_UnsupportedQuery",
        )
    require_guid(found["client_id"], "Application")
    return found["client_id"]


def position(options: Mapping[str, str]) -> str:
    """Give the id after which the page begins, from `$skiptoken`; empty: at the start. Raises `GraphError`."""
    if "$skiptoken" not in options:
        return ""
    try:
        return str(UUID(urlsafe_b64decode(options["$skiptoken"]).decode()))
    except ValueError:
        message = "The specified page token value has expired and can no longer be included in your request."
        raise bad_request(message, "Directory_ExpiredPageToken") from None
