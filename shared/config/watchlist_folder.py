"""One watchlist, or a folder of them: one for each tenant. A mistake in one is told with those of all others, and none is used."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

from shared.config import watchlist
from shared.config.problems import Problems, Wrong
from shared.core.model.watchlist import OWN, Watchlist

type Watchlists = Mapping[str, Watchlist]
"""By `Watchlist.key`: the id of a tenant, or `own`."""


def load(path: Path, file: str, environment: Mapping[str, str]) -> Watchlists:
    """Read the watchlist at `path`, or every `*.toml` of the folder there; `file` is what messages call it.

    Raises `Wrong` if nothing can be read there, and `Misconfigured` with every mistake.
    """
    if not path.is_dir():
        only = watchlist.load(path, file, environment)
        return MappingProxyType({only.key: only})
    return _folder(path, file.rstrip("/\\"), environment)


def _folder(folder: Path, name: str, environment: Mapping[str, str]) -> Watchlists:
    files = sorted(each for each in folder.glob("*.toml") if not each.name.startswith("."))
    if not files:
        raise Wrong(
            "a folder without a file *.toml",
            "one watchlist for each tenant in it, or the path of a single watchlist",
        )
    problems = Problems()
    found: dict[str, Watchlist] = {}
    for each in files:
        place = f"{name}/{each.name}"
        load_one = partial(watchlist.load, each, place, environment)
        read = problems.attempt("", load_one, None)
        if read is None:
            continue
        other = found.setdefault(read.key, replace(read, name=each.stem))
        if other.name != each.stem:
            which = "also without a [tenant] id" if read.key == OWN else "the same tenant"
            expected = 'an id of its own for each watchlist, [tenant] id = "..."; one may lack it, which is about the tenant of our identity'
            problems.add(f"{place}: tenant.id", f"{which} as in {name}/{other.name}.toml", expected)
    problems.raise_if_any()
    return MappingProxyType(found)
