"""Route templates of HTTP triggers as in ASP.NET Core.

Examples: `page/{action}`, `status/{id:guid?}`, `files/{*path}`. Case and a slash at the end are
ignored. A template with an unknown feature is an error.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

_CONSTRAINTS: Mapping[str | None, str] = {
    None: r"[^/]+",
    "alpha": r"[A-Za-z]+",
    "bool": r"true|false",
    "guid": r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}",
    "int": r"-?[0-9]+",
    "long": r"-?[0-9]+",
}
_PARAMETER = re.compile(
    r"\{(?P<rest>\*{0,2})(?P<name>[A-Za-z_]\w*)(?::(?P<constraint>\w+))?(?P<optional>\?)?\}",
    re.ASCII,
)
_RESERVED = ("admin", "runtime")  # whatever the prefix is, as the host in Azure does


class RouteError(ValueError):
    """The template is invalid. The message names the part."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where a function answers."""

    path: str
    """The path template with its prefix: `/api/status`."""
    methods: frozenset[str]
    """In capitals; an empty set means all."""
    pattern: re.Pattern[str]

    def match(self, method: str, path: str) -> Mapping[str, str] | None:
        """Return the parameters in `path`, or `None` if it does not match."""
        if self.methods and method.upper() not in self.methods:
            return None
        found = self.pattern.fullmatch(path)
        return (
            None
            if found is None
            else {name: value for name, value in found.groupdict().items() if value}
        )


def route(prefix: str, template: str, methods: Collection[str] = ()) -> Route:
    """Parse a template below the prefix of host.json. Raise `RouteError` if it is invalid."""
    if template.strip("/").lower().startswith(_RESERVED):
        raise RouteError("The specified route conflicts with one or more built in routes.")
    segments = [segment for part in (prefix, template) for segment in part.split("/") if segment]
    path = "/" + "/".join(segments)
    try:
        pattern = re.compile("".join(map(_segment, segments)) + "/?", re.IGNORECASE)
    except RouteError as error:
        raise RouteError(f"the route {path!r} {error}") from None
    except re.error:
        raise RouteError(f"the route {path!r} names a parameter twice") from None
    return Route(path, frozenset(method.upper() for method in methods), pattern)


def conflict(one: Route, other: Route) -> bool:
    """Return whether two routes have the same template and a method in common."""
    if one.path.lower() != other.path.lower():
        return False
    return not one.methods or not other.methods or not one.methods.isdisjoint(other.methods)


def _segment(text: str) -> str:
    found = _PARAMETER.fullmatch(text)
    if found is None:
        if "{" in text or "}" in text:
            raise RouteError(
                f"has the part {text!r}; "
                "the local host knows {name}, {name?}, {name:int} and {*name}"
            )
        return "/" + re.escape(text)
    if found["constraint"] not in _CONSTRAINTS:
        known = ", ".join(sorted(name for name in _CONSTRAINTS if name))
        raise RouteError(
            f"has the constraint {found['constraint']!r}; the local host knows {known}"
        )
    pattern = (
        f"/(?P<{found['name']}>{'.*' if found['rest'] else _CONSTRAINTS[found['constraint']]})"
    )
    return f"(?:{pattern})?" if found["optional"] or found["rest"] else pattern
