"""The table `[tenant]` of a watchlist: which tenant it is about, and how all of it is watched."""

from functools import partial
from typing import NamedTuple

from shared.config import watchlist_rules as rules
from shared.config.toml_table import Table
from shared.config.values import flag, guid, text
from shared.core.inventory.noise import NOISE
from shared.core.model.watchlist import DEFAULT_INVENTORY_LADDER, InventoryRules

NO_LADDER: tuple[int, ...] = DEFAULT_INVENTORY_LADDER
NOBODY = InventoryRules(())


class Tenant(NamedTuple):
    """What `[tenant]` says."""

    tenant_id: str = ""
    """Empty: the tenant of our own identity."""
    rules: InventoryRules | None = None
    """`None`: it is not watched as a whole."""


def tenant(table: Table, channels: tuple[str, ...]) -> Tenant:
    """Read the table; what is in it holds, whether or not the tenant is watched as a whole."""
    tenant_id = table.optional("id", guid, "")
    watch = table.optional("watch", flag, default=False)
    tell = _tell(table, channels) if watch or table.has("tell") else ()
    excluded = (
        table.nested("exclude", _excluded, NOBODY, 'a table such as { names = ["Test*"] }')
        if table.has("exclude")
        else NOBODY
    )
    off = (
        table.nested("noise", _off, frozenset[str](), "a table such as { app_service = false }")
        if table.has("noise")
        else frozenset()
    )
    found = InventoryRules(
        tell=tell,
        ladder=table.optional("ladder", rules.ladder, NO_LADDER),
        service_principals=table.optional("service_principals", flag, default=False),
        owners=table.optional("owners", flag, default=False),
        exclude_names=excluded.exclude_names,
        exclude_client_ids=excluded.exclude_client_ids,
        exclude_tags=excluded.exclude_tags,
        noise=tuple(rule.id for rule in NOISE if rule.id not in off),
    )
    return Tenant(tenant_id, found if watch else None)


def _tell(table: Table, channels: tuple[str, ...]) -> tuple[str, ...]:
    expected = 'a list with at least one channel, such as ["its"]'
    return tuple(
        dict.fromkeys(table.each("tell", partial(rules.known_channel, known=channels), expected))
    )


def _excluded(table: Table) -> InventoryRules:
    names = (
        table.each("names", text, 'a list of names, such as ["Test*"]')
        if _filled(table, "names")
        else ()
    )
    ids = (
        table.each("client_ids", guid, "a list of client ids")
        if _filled(table, "client_ids")
        else ()
    )
    tags = (
        table.each("tags", text, 'a list of tags, such as ["lab"]')
        if _filled(table, "tags")
        else ()
    )
    return InventoryRules(
        (), exclude_names=names, exclude_client_ids=frozenset(ids), exclude_tags=frozenset(tags)
    )


def _filled(table: Table, key: str) -> bool:
    """Say whether there is anything to read: an empty list excludes nothing, and is no mistake."""
    return table.has(key) and not table.is_empty(key)


def _off(table: Table) -> frozenset[str]:
    return frozenset(rule.id for rule in NOISE if not table.optional(rule.id, flag, default=True))
