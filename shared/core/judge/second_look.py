"""Whether a read that shows a loss may lag behind, so that the app should be read once more.

A replica of the directory may not have the latest changes for some minutes. So a loss is believed
at once only if nobody created, confirmed or saw the lost thing within the last 15 minutes.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from shared.core.judge.snapshot import lost_records, snapshot_of
from shared.core.model.context import CheckContext, last_record_of
from shared.core.model.directory import App, AppRecord
from shared.core.model.memory import CredentialRecord
from shared.core.model.watchlist import WatchedApp

RECENT = timedelta(minutes=15)


def may_lag(watched: WatchedApp, app: App | None, at: CheckContext) -> bool:
    """Return whether to read an app once more before its losses are reported.

    Args:
        watched: The app on the watchlist.
        app: The app as it was just read; `None` if it was not found.
        at: The check, with what is remembered.
    """
    record = snapshot_of(watched, app, at).record
    last = last_record_of(watched, at.memory)
    read_recently = last is not None and last.found and _is_recent(last.read_at, at.now)
    if app is None:
        return read_recently
    lost = tuple(lost_records(record, app.credentials, at))
    if last is not None and read_recently and (lost or _is_worse(record, last)):
        return True
    if any(_is_recent(each, at.now) for record in lost for each in _first_signs(record)):
        return True
    return _lacks_what_was_just_confirmed(watched, app, at)


def _is_worse(record: AppRecord, before: AppRecord) -> bool:
    """Return whether an app is newly disabled, or newly lacks a redirect URI."""
    if record.disabled and not before.disabled:
        return True
    return not {*record.missing_redirect_uris} <= {*before.missing_redirect_uris}


def _first_signs(record: CredentialRecord) -> Iterator[datetime]:
    """Yield when a credential was first seen and, if known, when it was created."""
    yield record.first_seen
    if record.credential.starts is not None:
        yield record.credential.starts


def _lacks_what_was_just_confirmed(watched: WatchedApp, app: App, at: CheckContext) -> bool:
    """Return whether a credential is absent that was confirmed minutes ago, and not lost since.

    A check need not have seen it: confirming reads the app, but remembers no credential.
    """
    present = {credential.key_id for credential in app.credentials}
    for service in watched.services:
        in_use = at.memory.in_use_records.get(service.id)
        if in_use is None or in_use.key_id in present or not _is_recent(in_use.at, at.now):
            continue
        known = at.memory.credential_records.get(in_use.key_id)
        if known is None or known.gone_at is None or known.gone_at < in_use.at:
            return True
    return False


def _is_recent(instant: datetime, now: datetime) -> bool:
    """Return whether an instant is near; clocks may differ, so it may lie ahead."""
    return abs(now - instant) < RECENT
