"""The entries of the calendar: one for each end date, and for some weeks those of deleted ones."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shared.core.judge.claims import matches
from shared.core.judge.rotation import reminders
from shared.core.model.directory import Credential
from shared.core.model.memory import CredentialRecord
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss
from shared.core.model.watchlist import WatchedApp, Watchlist
from shared.core.notify.reason import LEFTOVER_LADDER
from shared.core.results import Status
from shared.render.text.escape import clean
from shared.render.text.naming import called

CANCELLED_FOR = timedelta(days=30)
"""How long a deleted credential stays in the calendar, as cancelled."""
DIGEST_DIGITS = 24
"""Hexadecimal digits of the digest of a key id: enough to be unique."""
MAX_TEXT_CHARS = 300


@dataclass(frozen=True, slots=True)
class Entry:
    """An end date with its texts."""

    owner: str
    """The service id; empty for an unclaimed credential."""
    credential: Credential
    summary: str
    text: str
    rungs: Sequence[int]
    """Days before the end; an alarm for each."""
    changed: datetime
    link: str = ""
    cancelled: bool = False

    @property
    def uid(self) -> str:
        """The id of the event, the same for the whole life of the credential."""
        digest = hashlib.sha256(self.credential.key_id.encode()).hexdigest()[:DIGEST_DIGITS]
        return f"{self.owner or 'unclaimed'}.{digest}@lapsewatch"


def entries(
    status: Status, watchlist: Watchlist, gone: Iterable[CredentialRecord]
) -> dict[str, Entry]:
    """Return the entries by id; a deleted credential does not replace one that exists."""
    services = status.judgement.services
    found = (
        *_deleted(status, watchlist, gone),
        *(entry for view in services for entry in _of_service(view, watchlist.zone)),
        *_unclaimed(status, watchlist),
    )
    return {entry.uid: entry for entry in found}


def _of_service(view: ServiceView, zone: ZoneInfo) -> Iterator[Entry]:
    name = clean(view.service.name)
    if view.in_use is not None and view.loss != Loss.DELETED:
        summary = f"{name}: {called(view.in_use)} expires"
        role = "probably in use" if view.assumed else "in use"
        if view.service.by_pipeline:
            role = "in use, and a pipeline replaces it"
        text = f"It is {role}. {clean(view.service.breaks, MAX_TEXT_CHARS)}"
        rungs = reminders(view.service, view.in_use, zone)
        yield _entry(view, view.in_use, summary, text, rungs)
    if view.replacement is not None:
        age = "older" if view.stopgap else "new"
        summary = f"{name}: {age} {called(view.replacement)} expires"
        text = f"It will replace the current one; install it in {name}."
        if view.stopgap:
            text = f"{name} has no newer one. It needs a new one."
        yield _entry(view, view.replacement, summary, text, view.service.ladder)
    for leftover in view.leftovers:
        summary = f"{name}: old {called(leftover)} expires"
        text = f"{name} was confirmed on a newer one. If {name} still uses this one, sync stops."
        yield _entry(view, leftover, summary, text, LEFTOVER_LADDER)


def _entry(
    view: ServiceView, credential: Credential, summary: str, text: str, rungs: Sequence[int]
) -> Entry:
    changed = view.app.read_at
    if view.in_use_record is not None:
        changed = max(changed, view.in_use_record.at)
    link = view.service.link
    return Entry(view.service.id, credential, summary, text, rungs, changed, link=link)


def _unclaimed(status: Status, watchlist: Watchlist) -> Iterator[Entry]:
    for view in status.judgement.unclaimed:
        summary = f"{clean(view.watched.name)}: unassigned {called(view.credential)} expires"
        text = "It is not assigned to a service."
        yield Entry("", view.credential, summary, text, watchlist.ladder, view.app.read_at)


def _deleted(
    status: Status, watchlist: Watchlist, gone: Iterable[CredentialRecord]
) -> Iterator[Entry]:
    """Yield the recently deleted credentials, for every service that had an entry for it."""
    users = {
        view.service.id: view.in_use.key_id
        for view in status.judgement.services
        if view.in_use is not None
    }
    apps = {app.key: app for app in watchlist.apps}
    for record in gone:
        credential, gone_at, app = record.credential, record.gone_at, apps.get(record.app)
        if app is None or gone_at is None or gone_at + CANCELLED_FOR < status.judgement.now:
            continue
        for owner, name in _owners(credential, app, users):
            summary = f"{clean(name)}: {called(credential)} was deleted"
            text = "It is no longer on the app."
            yield Entry(owner, credential, summary, text, (), gone_at, cancelled=True)


def _owners(
    credential: Credential, app: WatchedApp, users: dict[str, str]
) -> list[tuple[str, str]]:
    """Return id and name of the services that used it, or of the only one that claims it."""
    using = [each for each in app.services if users.get(each.id) == credential.key_id]
    claiming = [each for each in app.services if matches(each.claim, credential)]
    owners = using or (claiming if len(claiming) == 1 else [])
    return [(each.id, each.name) for each in owners] or [("", app.name)]
