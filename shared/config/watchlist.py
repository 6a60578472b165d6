"""Read a watchlist: a TOML file becomes frozen values, or one list of all its mistakes.

Unknown keys are errors. A credential is never in the file: the file names its setting.
"""

import tomllib
from collections.abc import Mapping
from datetime import time
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from shared.config import watchlist_channels, watchlist_inventory
from shared.config import watchlist_rules as rules
from shared.config.named_settings import sender
from shared.config.problems import ConfigProblems
from shared.config.runbook import ReadText
from shared.config.text_file import read_text
from shared.config.toml_lines import lines_of
from shared.config.toml_table import TomlTable
from shared.config.watchlist_apps import WatchlistContext, read_app
from shared.config.watchlist_channels import read_channels
from shared.config.watchlist_inventory import TenantTable, read_tenant
from shared.core.model.watchlist import DEFAULT_LADDER, AnyChannel, EmailChannel, Watchlist

_DEFAULT_LADDER: tuple[int, ...] = DEFAULT_LADDER


def load(path: Path, file: str, environment: Mapping[str, str]) -> Watchlist:
    """Read the watchlist at `path`, and its runbooks from the same folder.

    `file` is its name in messages; `environment` has what the watchlist names by `env:`. Raises
    `InvalidValue` if there is no text file, and `Misconfigured` with every mistake in it.
    """
    document = read_text(path, file)
    return parse(document, file, environment, lambda name: read_text(path.parent / name, name))


def parse(document: str, file: str, environment: Mapping[str, str], read: ReadText) -> Watchlist:
    """Return the text of a watchlist as values; `read` returns the runbooks that it names.

    Raises `Misconfigured` with every mistake.
    """
    problems = ConfigProblems()
    values = _toml(document, file, problems)
    problems.raise_if_any()
    table = TomlTable(values, file, "", problems, lines_of(document))
    watchlist = table.read(partial(_watchlist, environment=environment, read=read))
    to_owners = watchlist.inventory is not None and watchlist.inventory.owners
    if to_owners or any(isinstance(each, EmailChannel) for each in watchlist.channels.values()):
        problems.read_or("", "", partial(sender, environment))
    problems.raise_if_any()
    return watchlist


def _toml(document: str, file: str, problems: ConfigProblems) -> Mapping[str, Any]:
    try:
        return tomllib.loads(document)
    except RecursionError:
        problems.add(file, "nested too deeply", "a TOML file")
    except ValueError as error:  # a TOMLDecodeError; or a number with thousands of digits
        reason, _, position = str(error).removesuffix(")").partition(" (at ")
        place = f"{file}: {position}" if position else file
        todo = "Often quotation marks are missing or curly (“ ”), or a bracket is not closed."
        found = f'not valid TOML ("{reason}")'
        problems.add(place, found, "key = value, [table] or [[table]]", todo)
    return {}


def _watchlist(table: TomlTable, environment: Mapping[str, str], read: ReadText) -> Watchlist:
    zone = table.required("timezone", rules.zone, ZoneInfo("UTC"))
    check_at = table.optional("check_at", rules.clock_time, time(8))
    ladder = table.optional("ladder", rules.ladder, _DEFAULT_LADDER)
    no_channels: dict[str, AnyChannel] = {}
    channels = table.nested(
        "channels",
        partial(read_channels, environment=environment),
        no_channels,
        watchlist_channels.EXPECTED,
    )
    names = tuple(channels)
    labels = MappingProxyType({name: each.label for name, each in channels.items() if each.label})
    context = WatchlistContext(environment, read, names, labels, ladder)
    apps = table.tables(
        "apps", partial(read_app, context=context), "at least one [[apps]], with two brackets"
    )
    tenant = TenantTable()
    if table.has("tenant"):
        tenant = table.nested(
            "tenant", partial(read_tenant, channels=names), tenant, watchlist_inventory.EXPECTED
        )
    return Watchlist(
        zone,
        check_at,
        ladder,
        MappingProxyType(channels),
        apps,
        tenant.inventory,
        tenant.tenant_id,
    )
