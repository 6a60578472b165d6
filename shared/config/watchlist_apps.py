"""The tables `[[apps]]` of a watchlist, with their services."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from shared.config import watchlist_rules as rules
from shared.config.named_settings import client_id
from shared.config.runbook import ReadText, runbook_file
from shared.config.toml_table import TomlTable
from shared.config.urls import url
from shared.config.values import ValueRule, email_address, flag, text, whole_days
from shared.config.watchlist_channels import channel_names
from shared.core.model.watchlist import Claim, Escalation, Installer, Service, WatchedApp

_NO_CLAIM = Claim("name", "")
_NO_ESCALATION = Escalation((), 0)


@dataclass(frozen=True, slots=True)
class WatchlistContext:
    """What an app or a service needs of the rest of the watchlist."""

    environment: Mapping[str, str]
    read: ReadText
    channels: tuple[str, ...]
    labels: Mapping[str, str]
    """What people call the channels that have a label, by name."""
    ladder: tuple[int, ...]
    _places: dict[str, str] = field(default_factory=dict)

    def require_unique(self, table: TomlTable, key: str, value: str, expected: str) -> None:
        """Add a problem if another place of the watchlist has the same id."""
        if value and self._places.setdefault(value, table.place(key)) != table.place(key):
            table.problem(key, f"the same as {self._places[value]}", expected)


def read_app(table: TomlTable, context: WatchlistContext) -> WatchedApp:
    """Read one of `[[apps]]`."""
    name = table.required("name", rules.name, "")
    read_id = partial(client_id, environment=context.environment)
    app_id = table.required("client_id", read_id, "")
    one_table = "one [[apps]] for each app registration, with all of its services"
    context.require_unique(table, "client_id", app_id, one_table)
    redirect_uris: tuple[str, ...] = ()
    if table.has("redirect_uris"):
        expected = 'a list of URLs, such as ["https://library.example/callback"]'
        redirect_uris = table.each("redirect_uris", url, expected)
    services = table.tables(
        "services",
        partial(_service, context=context),
        "at least one [[apps.services]], with two brackets",
    )
    service_principal = table.optional("service_principal", flag, default=False)
    return WatchedApp(name, app_id, services, redirect_uris, service_principal=service_principal)


def _service(table: TomlTable, context: WatchlistContext) -> Service:
    name = table.required("name", rules.name, "")
    installed_by: Installer = "person"
    if table.has("installed_by"):  # after a wrong value, no other key is a mistake because of it
        installed_by = table.required("installed_by", rules.installed_by, "pipeline")
    by_pipeline = installed_by == "pipeline"
    nobody = by_pipeline and not table.has("installer")
    return Service(
        id=_service_id(table, name, context),
        name=name,
        breaks=table.required("breaks", rules.breaks, ""),
        renewer=channel_names(table, "renewer", context.channels),
        installer=() if nobody else channel_names(table, "installer", context.channels),
        claim=_claim_of(table, by_pipeline=by_pipeline),
        ladder=table.optional("ladder", rules.ladder, context.ladder),
        request_to=table.optional("request_to", email_address, ""),
        runbook=table.optional("runbook", partial(runbook_file, read=context.read), None),
        link=table.optional("link", url, ""),
        escalate=_escalation(table, context) if table.has("escalate") else None,
        installed_by=installed_by,
        rotates_every=_rotation(table, by_pipeline=by_pipeline),
        labels=context.labels,
    )


def _rotation(table: TomlTable, *, by_pipeline: bool) -> int | None:
    """Return the days between two rotations, which only a pipeline has."""
    if not table.has("rotates_every"):
        return None
    if not by_pipeline:
        found = "a rotation of a service that a person installs"
        expected = 'installed_by = "pipeline" beside it, or no rotates_every'
        table.problem("rotates_every", found, expected)
    return table.required("rotates_every", rules.rotation, None)


def _service_id(table: TomlTable, name: str, context: WatchlistContext) -> str:
    """Return the service's id, which is optional if its name can be turned into one."""
    slug = rules.slug(name)
    read_id = table.required if name and not slug else table.optional
    service_id = read_id("id", rules.service_id, slug)
    context.require_unique(table, "id", service_id, 'a different id, such as id = "libcal-2"')
    return service_id


def _claim_of(table: TomlTable, *, by_pipeline: bool) -> Claim:
    claim = table.nested("claims", _claim, _NO_CLAIM, 'a table such as { name = "LibCal*" }')
    if by_pipeline and claim.by != "name":
        found = f"a {claim.by} for a service that a pipeline installs"
        todo = "Each new credential has another hint and key id; only its name can stay the same."
        table.problem("claims", found, 'a name or pattern, such as { name = "LibCal*" }', todo)
    return claim


def _claim(table: TomlTable) -> Claim:
    by_key: Mapping[Literal["name", "hint", "key_id"], ValueRule[str]] = {
        "name": text,
        "hint": rules.hint,
        "key_id": rules.key_id,
    }
    claims = [
        Claim(by, table.required(by, rule, "")) for by, rule in by_key.items() if table.has(by)
    ]
    if len(claims) != 1:
        found = " and ".join(claim.by for claim in claims) or "an empty table"
        table.problem("", found, "exactly one of name, hint and key_id")
    return claims[0] if claims else _NO_CLAIM


def _escalation(table: TomlTable, context: WatchlistContext) -> Escalation:
    def build(nested: TomlTable) -> Escalation:
        to = channel_names(nested, "to", context.channels)
        return Escalation(to, nested.required("below", whole_days, 0))

    expected = 'a table such as { to = ["its"], below = 7 }'
    return table.nested("escalate", build, _NO_ESCALATION, expected)
