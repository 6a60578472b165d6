"""Routes under `/control` for the vault of new secrets, the person of `az`, and `addPassword`."""

from collections.abc import Iterator
from datetime import timedelta

import msgspec
from werkzeug import Request
from werkzeug.routing import Rule

from local.stand_in.az import Az
from local.stand_in.control import body
from local.stand_in.directory import NotInTenant
from local.stand_in.faults import Fault
from local.stand_in.graph_passwords import Passwords
from local.stand_in.hand_over_vault import HandOverVault
from local.stand_in.vault_secrets import RIGHTS


class AzError(msgspec.Struct, forbid_unknown_fields=True):
    """What `az` writes instead of a token; empty for a token."""

    error: str


class Creation(msgspec.Struct, forbid_unknown_fields=True):
    """What the tenant refuses when a secret is created, and how long reads lag."""

    denied: set[str] = set()
    allowed: bool = True
    max_life_days: int | None = None
    life_said: str = ""
    max_secrets: int = 100
    lag_reads: int = 0
    lag_seconds: float = 0.0


class VaultRules(msgspec.Struct, forbid_unknown_fields=True):
    """What the vault refuses, and for how many requests a deletion keeps a name busy."""

    rights: frozenset[str] = frozenset(RIGHTS)
    rights_of_person: frozenset[str] = frozenset(RIGHTS)
    firewall: bool = False
    purge_protection: bool = False
    busy: int = 0


def hand_over_rules(az: Az, passwords: Passwords, vault: HandOverVault | None) -> Iterator[Rule]:
    """Yield the rules; without a vault, its routes answer 404."""

    def there() -> HandOverVault:
        if vault is None:
            raise NotInTenant("This tenant was started without a vault for new secrets.")
        return vault

    def fail_az(request: Request) -> None:
        az.error = body(request, AzError).error

    def set_creation(request: Request) -> None:
        wanted = body(request, Creation)
        days = wanted.max_life_days
        passwords.max_life = None if days is None else timedelta(days=days)
        for name in ("denied", "allowed", "life_said", "max_secrets", "lag_reads", "lag_seconds"):
            setattr(passwords, name, getattr(wanted, name))

    def set_vault(request: Request) -> None:
        vault, wanted = there(), body(request, VaultRules)
        vault.rights, vault.rights_of_person = set(wanted.rights), set(wanted.rights_of_person)
        vault.firewall = wanted.firewall
        vault.secrets.purge_protection, vault.secrets.busy = wanted.purge_protection, wanted.busy

    def add_faults(request: Request) -> None:
        there().gate.add(*body(request, list[Fault]))

    vault_faults = "/control/vault/faults"
    yield Rule("/control/az", methods=["PUT"], endpoint=fail_az)
    yield Rule("/control/creation", methods=["PUT"], endpoint=set_creation)
    yield Rule("/control/vault", methods=["GET"], endpoint=lambda _: there().described())
    yield Rule("/control/vault", methods=["PUT"], endpoint=set_vault)
    yield Rule(vault_faults, methods=["POST"], endpoint=add_faults)
    yield Rule(vault_faults, methods=["DELETE"], endpoint=lambda _: there().gate.clear())
