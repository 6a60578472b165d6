"""One certificate that was uploaded more than once is one item."""

from collections.abc import Iterator

from shared.core.model.directory import App, Credential
from shared.core.model.memory import Memory
from shared.core.model.watchlist import WatchedApp


def without_copies(app: App, watched: WatchedApp, memory: Memory) -> tuple[Credential, ...]:
    """Return the credentials of an app, each certificate once.

    A copy that a rule or a decision names by its key id is kept. If none is, the one that is known
    longest is kept.
    """
    named = _named(watched, memory)
    left_out: set[str] = set()
    for copies in app.copies:
        kept = named & set(copies) or {min(copies, key=lambda key_id: _age(key_id, memory))}
        left_out |= set(copies) - kept
    return tuple(each for each in app.credentials if each.key_id not in left_out)


def _named(watched: WatchedApp, memory: Memory) -> set[str]:
    claims = (service.claim for service in watched.services)
    return {
        *(claim.value.casefold() for claim in claims if claim.by == "key_id"),
        *_decided(memory),
    }


def _decided(memory: Memory) -> Iterator[str]:
    """Yield the key ids that the ledger has a decision about."""
    yield from (each.key_id for each in memory.in_use_records.values())
    yield from (each.key_id for each in memory.previous_credentials)
    yield from memory.assignments


def _age(key_id: str, memory: Memory) -> tuple[bool, str]:
    """Return what sorts a copy that is known first; the key id makes the order stable."""
    known = memory.credential_records.get(key_id)
    return known is None or known.gone_at is not None, key_id
