"""A watched app as Graph just returned it, or as the ledger remembers it.

Both are judged by the same rules.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from shared.core.judge.copies import without_copies
from shared.core.judge.new_secrets import with_new_secrets
from shared.core.model.context import AppSnapshot, CheckContext, last_record_of
from shared.core.model.directory import App, AppRecord, Credential
from shared.core.model.memory import CredentialRecord, Memory
from shared.core.model.watchlist import WatchedApp

_REDIRECT_URIS = frozenset({"web", "spa", "publicClient"})
"""Graph's properties with redirect URIs. Without one of them, a URI is not known to be missing."""


def snapshot_of(watched: WatchedApp, app: App | None, at: CheckContext) -> AppSnapshot:
    """Return an app as read; if Graph has no such app, as last known but not found."""
    if app is None:
        return _not_found(watched, at)
    missing = tuple(uri for uri in watched.redirect_uris if uri not in app.redirect_uris)
    if not _REDIRECT_URIS.isdisjoint(app.unknown):
        before = last_record_of(watched, at.memory)
        missing = tuple(uri for uri in missing if before and uri in before.missing_redirect_uris)
    record = AppRecord(
        watched.key,
        app.client_id,
        app.object_id,
        app.name,
        found=True,
        disabled=app.disabled,
        missing_redirect_uris=missing,
        read_at=at.now,
    )
    credentials = without_copies(app, watched, at.memory)
    return AppSnapshot(record, with_new_secrets(credentials, watched, at.memory, at.now))


def _not_found(watched: WatchedApp, at: CheckContext) -> AppSnapshot:
    known = recalled_snapshot(watched, at.memory)
    record = AppRecord(
        watched.key,
        watched.client_id,
        known.record.object_id if known else "",
        known.record.name if known else watched.name,
        found=False,
        disabled="",
        missing_redirect_uris=(),
        read_at=at.now,
    )
    return AppSnapshot(record, known.credentials if known else ())


def recalled_snapshot(watched: WatchedApp, memory: Memory) -> AppSnapshot | None:
    """Return an app as the ledger remembers it; `None` if it was never read completely."""
    known = last_record_of(watched, memory)
    if known is None:
        return None
    records = memory.credential_records.values()
    present = (each.credential for each in records if each.app == known.key and not each.gone_at)
    return AppSnapshot(replace(known, key=watched.key), tuple(present))


def changed_records(snapshot: AppSnapshot, at: CheckContext) -> Iterator[CredentialRecord]:
    """Yield the records of an app's credentials that are new, changed, gone or back.

    An app that was not found yields nothing: its credentials are not known to be gone.
    """
    if not snapshot.record.found:
        return
    key = snapshot.record.key
    records = at.memory.credential_records
    present = {c.key_id: c for c in snapshot.credentials}
    for credential in present.values():
        before = records.get(credential.key_id)
        first_seen = before.first_seen if before is not None else at.now
        record = CredentialRecord(credential, key, first_seen=first_seen)
        if before != record:
            yield record
    for before in lost_records(snapshot.record, snapshot.credentials, at):
        yield replace(before, app=key, gone_at=at.now)


def lost_records(
    record: AppRecord, credentials: Iterable[Credential], at: CheckContext
) -> Iterator[CredentialRecord]:
    """Yield what is remembered of the credentials that an app does not have any more."""
    present = {credential.key_id for credential in credentials}
    keys = _keys_of(record, at)
    for before in at.memory.credential_records.values():
        unseen = before.gone_at is None and before.credential.key_id not in present
        if before.app in keys and unseen:
            yield before


def _keys_of(record: AppRecord, at: CheckContext) -> set[str]:
    """Return the keys under which the ledger has an app's credentials."""
    known = at.memory.apps.values()
    keys = {app.key for app in known if app.client_id == record.client_id}
    return keys | {record.key} if _is_unwatched(record.key, at) else keys


def _is_unwatched(key: str, at: CheckContext) -> bool:
    """Return whether the app that the ledger has under `key` is no longer on the watchlist.

    Another app registration may have taken its place.
    """
    known = at.memory.apps.get(key)
    return known is None or all(app.client_id != known.client_id for app in at.watchlist.apps)
