"""Read one watchlist, or a folder with one for each tenant.

A mistake in one file is reported with those of all others, and then none is used.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

from shared.config import watchlist
from shared.config.problems import ConfigProblems, InvalidValue
from shared.core.model.watchlist import OWN, Watchlist, Watchlists

_ONE_ID_EACH = (
    'a different [tenant] id = "..." in each watchlist; one watchlist may omit it, for the '
    "managed identity's own tenant"
)


def load(path: Path, file: str, environment: Mapping[str, str]) -> Watchlists:
    """Read the watchlist at `path`, or every `*.toml` in the folder there.

    `file` is its name in messages. Raises `InvalidValue` if nothing can be read there, and
    `Misconfigured` with every mistake.
    """
    if not path.is_dir():
        only = watchlist.load(path, file, environment)
        return MappingProxyType({only.key: only})
    return _folder(path, file.rstrip("/\\"), environment)


def _folder(folder: Path, name: str, environment: Mapping[str, str]) -> Watchlists:
    files = sorted(each for each in folder.glob("*.toml") if not each.name.startswith("."))
    if not files:
        expected = "one watchlist for each tenant in it, or the path of a single watchlist"
        raise InvalidValue("a folder without *.toml files", expected)
    problems = ConfigProblems()
    found: dict[str, Watchlist] = {}
    for each in files:
        place = f"{name}/{each.name}"
        read = problems.read_or(
            None, place="", read=partial(watchlist.load, each, place, environment)
        )
        if read is None:
            continue
        other = found.setdefault(read.key, replace(read, name=each.stem))
        if other.name != each.stem:
            same = "no [tenant] id, like" if read.key == OWN else "the same tenant as in"
            problems.add(f"{place}: tenant.id", f"{same} {name}/{other.name}.toml", _ONE_ID_EACH)
    problems.raise_if_any()
    return MappingProxyType(found)
