"""Line numbers of the tables and keys in a TOML document, for messages.

The standard library's parser does not report them. Dotted keys and inline tables are not
recognised here; a key in one has the line of the table around it.
"""

import re
from collections.abc import Mapping, Sequence

_HEADER = re.compile(r"\s*(\[\[?)\s*([\w-]+(?:\.[\w-]+)*)\s*\]")
_KEY = re.compile(r"\s*([\w-]+)\s*=")
_FENCE = re.compile(r'"""|\'\'\'')


def lines_of(document: str) -> Mapping[str, int]:
    """Return the line, from 1, of each table and key, by its path in messages.

    A path looks like `apps[0].services[1].renewer`.
    """
    found: dict[str, int] = {}
    counts: dict[str, int] = {}  # the path of an array of tables -> the number of its last one
    table, within_text = "", False
    for number, line in enumerate(document.splitlines(), start=1):
        if not within_text:
            if header := _HEADER.match(line):
                *above, last = header[2].split(".")
                table = _path(above, counts)
                table = f"{table}.{last}" if table else last
                if header[1] == "[[":
                    counts[table] = counts.get(table, -1) + 1
                    table = f"{table}[{counts[table]}]"
                found.setdefault(table, number)
            elif key := _KEY.match(line):
                found.setdefault(f"{table}.{key[1]}" if table else key[1], number)
        within_text ^= len(_FENCE.findall(line)) % 2 == 1
    return found


def line_at(path: str, lines: Mapping[str, int]) -> int | None:
    """Return the line of a path, or of the nearest table around it; `None` if there is none."""
    while path and path not in lines:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return lines.get(path)


def _path(names: Sequence[str], counts: Mapping[str, int]) -> str:
    path = ""
    for name in names:
        path = f"{path}.{name}" if path else name
        path = f"{path}[{counts[path]}]" if path in counts else path
    return path
