"""Which service a credential belongs to.

A person's assignment decides. Without one, a service keeps the credentials that it uses or has
used, and one matching rule decides about the rest. A service that a pipeline installs keeps none:
only its rule decides. If the rules of two services match, neither gets the credential: it stays
unclaimed, and both are named.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from shared.core.model.context import AppSnapshot
from shared.core.model.decision import PreviousCredential
from shared.core.model.directory import Credential
from shared.core.model.memory import Memory
from shared.core.model.name_pattern import matches_name
from shared.core.model.watchlist import Claim, Service, WatchedApp


@dataclass(frozen=True, slots=True)
class ClaimedBy:
    """The services that a credential belongs to; without any it is unclaimed or ignored."""

    services: frozenset[str]
    """Service ids."""
    rivals: tuple[Service, ...] = ()
    ignored: bool = False
    """A person decided that it needs no attention."""


class AppContext(NamedTuple):
    """A watched app as read, with the claims on each of its credentials (by key id)."""

    watched: WatchedApp
    snapshot: AppSnapshot
    claims: dict[str, ClaimedBy]

    def owned_by(self, service: Service) -> tuple[Credential, ...]:
        """Return the credentials on the app that belong to a service."""
        credentials = self.snapshot.credentials
        return tuple(c for c in credentials if service.id in self.claims[c.key_id].services)


class OwnCredentials(NamedTuple):
    """The credentials that a service may use, and the others on the app."""

    own: tuple[Credential, ...]
    present: tuple[Credential, ...]
    """Every credential on the app."""
    in_use_elsewhere: frozenset[str]
    """Key ids that other services of the app use."""


def with_claims(watched: WatchedApp, snapshot: AppSnapshot, memory: Memory) -> AppContext:
    """Decide for each credential of an app which services it belongs to."""
    credentials = snapshot.credentials
    claims = {c.key_id: claimed_by(c, watched.services, memory) for c in credentials}
    return AppContext(watched, snapshot, claims)


def matches(claim: Claim, credential: Credential) -> bool:
    """Return whether a rule matches: names by pattern, hints and key ids exactly."""
    match claim.by:
        case "name":
            return matches_name(claim.value, credential.name)
        case "hint":
            return credential.hint == claim.value
        case "key_id":
            return credential.key_id.casefold() == claim.value.casefold()


# A credential that was confirmed for a service stays its own, even if another service's rule
# matches it: a wrong click cannot hide a replacement.
def claimed_by(credential: Credential, services: Iterable[Service], memory: Memory) -> ClaimedBy:
    """Return which of the `services` of its app a credential belongs to."""
    services = tuple(services)
    assignment = memory.assignments.get(credential.key_id)
    if assignment is not None and not assignment.withdrawn:
        known = frozenset(service.id for service in services)
        assigned = known & frozenset(assignment.services)
        return ClaimedBy(assigned, ignored=not assignment.services)
    by_person = (each for each in services if not each.by_pipeline)
    owners = {each.id for each in by_person if _uses_or_used(each, credential.key_id, memory)}
    matching = tuple(service for service in services if matches(service.claim, credential))
    if len(matching) == 1:
        owners.add(matching[0].id)
    rivals = matching if len(matching) > 1 and not owners else ()
    return ClaimedBy(frozenset(owners), rivals)


def _uses_or_used(service: Service, key_id: str, memory: Memory) -> bool:
    in_use = memory.in_use_records.get(service.id)
    if in_use is not None and in_use.key_id == key_id:
        return True
    return PreviousCredential(service.id, key_id) in memory.previous_credentials
