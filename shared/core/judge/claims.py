"""ClaimsByKeyId a credential is: a person's word beats everything; what a service uses or used is its own; then one rule decides.

If the rules of two services match one credential, neither has it by rule: it stays unclaimed, and both are named.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from shared.core.model.directory import Credential
from shared.core.model.memory import Memory, PreviousCredential
from shared.core.model.watchlist import Claim, Service


@dataclass(frozen=True, slots=True)
class ClaimedBy:
    """To whom a credential belongs, by service id. Nobody, and not `ignored`: it is unclaimed."""

    services: frozenset[str]
    rivals: tuple[Service, ...] = ()
    ignored: bool = False
    """A person said that it is nobody's concern."""


def matches(claim: Claim, credential: Credential) -> bool:
    """Say whether a rule finds a credential: a name by case-insensitive glob, a hint or a key id as it is."""
    match claim.by:
        case "name":
            return fnmatchcase(credential.name.casefold(), claim.value.casefold())
        case "hint":
            return credential.hint == claim.value
        case "key_id":
            return credential.key_id.casefold() == claim.value.casefold()


def claimed_by(credential: Credential, services: Iterable[Service], memory: Memory) -> ClaimedBy:
    """Decide whose `credential` is among the `services` of its app."""
    services = tuple(services)
    assignment = memory.assignments.get(credential.key_id)
    if assignment is not None and not assignment.withdrawn:
        known = frozenset(service.id for service in services)
        return ClaimedBy(
            services=known & frozenset(assignment.services), ignored=not assignment.services
        )
    holders = {service.id for service in services if _held(service, credential.key_id, memory)}
    ruled = tuple(service for service in services if matches(service.claim, credential))
    if len(ruled) == 1:
        holders.add(ruled[0].id)
    return ClaimedBy(
        services=frozenset(holders), rivals=ruled if len(ruled) > 1 and not holders else ()
    )


def _held(service: Service, key_id: str, memory: Memory) -> bool:
    hold = memory.in_use_records.get(service.id)
    used = hold is not None and hold.key_id == key_id
    return used or PreviousCredential(service.id, key_id) in memory.previous_credentials
