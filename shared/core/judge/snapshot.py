"""What is there, as values: an app as Graph just gave it, or as the ledger remembers it. Both are judged by the same rules."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from shared.core.model.directory import App, Credential
from shared.core.model.memory import AppRecord, CredentialRecord, LastChecks, Memory
from shared.core.model.watchlist import WatchedApp, Watchlist


class CheckContext(NamedTuple):
    """What a round of judging starts from, besides what is observed: what is watched, what is remembered, and one instant."""

    watchlist: Watchlist
    memory: Memory
    now: datetime
    last_checks: LastChecks = LastChecks()


class AppSnapshot(NamedTuple):
    """A watched app with the credentials that are on it."""

    record: AppRecord
    credentials: tuple[Credential, ...]


def snapshot_of(watched: WatchedApp, app: App | None, at: CheckContext) -> AppSnapshot:
    """Take what Graph gave; for an app that is not in the tenant, what was last known of it, marked as not found."""
    if app is None:
        known = recalled_snapshot(watched, at.memory)
        object_id, name = (
            (known.record.object_id, known.record.name) if known else ("", watched.name)
        )
        lost = AppRecord(
            watched.key,
            watched.client_id,
            object_id,
            name,
            found=False,
            disabled="",
            missing_redirect_uris=(),
            read_at=at.now,
        )
        return AppSnapshot(lost, known.credentials if known else ())
    missing = tuple(uri for uri in watched.redirect_uris if uri not in app.redirect_uris)
    sighting = AppRecord(
        watched.key,
        app.client_id,
        app.object_id,
        app.name,
        found=True,
        disabled=app.disabled,
        missing_redirect_uris=missing,
        read_at=at.now,
    )
    return AppSnapshot(sighting, app.credentials)


def recalled_snapshot(watched: WatchedApp, memory: Memory) -> AppSnapshot | None:
    """Give what the ledger remembers of an app; `None` if it was never read completely."""
    known = last_record_of(watched, memory)
    if known is None:
        return None
    here = (
        s.credential
        for s in memory.credential_records.values()
        if s.app == known.key and s.gone_at is None
    )
    return AppSnapshot(replace(known, key=watched.key), tuple(here))


def last_record_of(watched: WatchedApp, memory: Memory) -> AppRecord | None:
    """Give how an app was last read completely: by its client id, for another first service gives it another key; else by its key."""
    mine = (known for known in memory.apps.values() if known.client_id == watched.client_id)
    return max(mine, key=lambda known: known.read_at, default=memory.apps.get(watched.key))


def _is_nobodys(key: str, at: CheckContext) -> bool:
    """Say whether what is remembered under an app's key is of no app on the watchlist: a new registration may have taken its place."""
    known = at.memory.apps.get(key)
    return known is None or all(app.client_id != known.client_id for app in at.watchlist.apps)


def changed_records(observed: AppSnapshot, at: CheckContext) -> Iterator[CredentialRecord]:
    """Give the sightings of an app that are new, different, gone or back. Of an app that is not found nothing is known to be gone."""
    if not observed.record.found:
        return
    key, client_id = observed.record.key, observed.record.client_id
    keys = {known.key for known in at.memory.apps.values() if known.client_id == client_id}
    if _is_nobodys(key, at):
        keys.add(key)
    here: Mapping[str, Credential] = {c.key_id: c for c in observed.credentials}
    for credential in here.values():
        before = at.memory.credential_records.get(credential.key_id)
        if before is None:
            yield CredentialRecord(credential, key, first_seen=at.now)
        elif before != (same := CredentialRecord(credential, key, first_seen=before.first_seen)):
            yield same
    for before in at.memory.credential_records.values():
        if before.app in keys and before.gone_at is None and before.credential.key_id not in here:
            yield CredentialRecord(
                before.credential, key, first_seen=before.first_seen, gone_at=at.now
            )
