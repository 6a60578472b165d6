"""The table `[tenant]` of a watchlist: which tenant, and how its inventory is watched."""

from typing import NamedTuple

from shared.config import watchlist_rules as rules
from shared.config.toml_table import TomlTable
from shared.config.values import ValueRule, flag, guid, text
from shared.config.watchlist_channels import channel_names
from shared.core.inventory.noise import NOISE
from shared.core.model.watchlist import DEFAULT_INVENTORY_LADDER, InventoryRules

EXPECTED = "[tenant] with watch = true"
_DEFAULT_LADDER: tuple[int, ...] = DEFAULT_INVENTORY_LADDER
_NO_EXCLUSIONS = InventoryRules(())


class TenantTable(NamedTuple):
    """What `[tenant]` contains."""

    tenant_id: str = ""
    """Empty: the managed identity's own tenant."""
    inventory: InventoryRules | None = None
    """`None`: only the apps on the watchlist are watched."""


def read_tenant(table: TomlTable, channels: tuple[str, ...]) -> TenantTable:
    """Read the table; all of it is checked, even if `watch` is false."""
    tenant_id = table.optional("id", guid, "")
    watch = table.optional("watch", flag, default=False)
    tell = channel_names(table, "tell", channels) if watch or table.has("tell") else ()
    excluded, off = _NO_EXCLUSIONS, frozenset[str]()
    if table.has("exclude"):
        example = 'a table such as { names = ["Test*"] }'
        excluded = table.nested("exclude", _excluded, _NO_EXCLUSIONS, example)
    if table.has("noise"):
        off = table.nested("noise", _off, off, "a table such as { app_service = false }")
    inventory = InventoryRules(
        tell=tell,
        ladder=table.optional("ladder", rules.ladder, _DEFAULT_LADDER),
        service_principals=table.optional("service_principals", flag, default=False),
        owners=table.optional("owners", flag, default=False),
        exclude_names=excluded.exclude_names,
        exclude_client_ids=excluded.exclude_client_ids,
        exclude_tags=excluded.exclude_tags,
        noise=tuple(rule.id for rule in NOISE if rule.id not in off),
    )
    return TenantTable(tenant_id, inventory if watch else None)


def _excluded(table: TomlTable) -> InventoryRules:
    ids = _list(table, "client_ids", guid, "a list of client ids")
    return InventoryRules(
        (),
        exclude_names=_list(table, "names", text, 'a list of names, such as ["Test*"]'),
        exclude_client_ids=frozenset(ids),
        exclude_tags=frozenset(_list(table, "tags", text, 'a list of tags, such as ["lab"]')),
    )


def _list(table: TomlTable, key: str, rule: ValueRule[str], expected: str) -> tuple[str, ...]:
    """Read a list that may be absent or empty: then it excludes nothing."""
    is_filled = table.has(key) and not table.is_empty(key)
    return table.each(key, rule, expected) if is_filled else ()


def _off(table: TomlTable) -> frozenset[str]:
    return frozenset(rule.id for rule in NOISE if not table.optional(rule.id, flag, default=True))
