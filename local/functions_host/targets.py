"""Paths and queries of requests, as Kestrel and ASP.NET Core read them."""

import re
from urllib.parse import quote, unquote, unquote_to_bytes

_ENCODED = re.compile(r"(?:%(?!2[Ff])[0-9A-Fa-f]{2})+")
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NOT_UTF_8 = re.compile("[\udc80-\udcff]")


def path_of(raw: str) -> str:
    """Decode a path but for `%2F`, then resolve its dot segments.

    Raises:
        ValueError: it has a zero byte.
    """
    path = _ENCODED.sub(_decoded, raw)
    if "\0" in path:
        raise ValueError("the path has a zero byte")
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)


def _decoded(found: re.Match[str]) -> str:
    text = unquote_to_bytes(found[0]).decode("utf-8", "surrogateescape")
    # what is not UTF-8 stays as it was
    return _NOT_UTF_8.sub(lambda byte: f"%{ord(byte[0]) - 0xDC00:02X}", text)


def encoded(path: str) -> str:
    """Encode a path for a URL. What is encoded already stays so."""
    return quote(_BARE_PERCENT.sub("%25", path), safe="/:@!$&'()*+,;=-._~%")


def parameters(query: str) -> dict[str, list[str]]:
    """Return the values of each parameter, by the name that came first in any letter case."""
    found: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for pair in filter(None, query.split("&")):
        name, _, value = (unquote(part.replace("+", " ")) for part in pair.partition("="))
        found.setdefault(names.setdefault(name.lower(), name), []).append(value)
    return found


def parameter(query: str, name: str) -> str:
    """Return the first value of a parameter; empty if it is missing."""
    found = {key.lower(): values[0] for key, values in parameters(query).items()}
    return found.get(name, "")
