"""A watched app as it is now, for a person's decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from shared.core.decisions import Refused
from shared.core.judge.claims import matches
from shared.core.judge.judge import judge
from shared.core.judge.snapshot import snapshot_of
from shared.core.model.context import AppSnapshot, CheckContext
from shared.core.model.directory import App, Credential
from shared.core.model.judgement import Judgement
from shared.core.model.views import ServiceView
from shared.core.model.watchlist import WatchedApp
from shared.core.spare import where
from shared.usecases.gather import READ_WITHIN
from shared.usecases.program import Program
from shared.usecases.second_read import merged, queries, with_second_read


@dataclass(frozen=True, slots=True)
class CurrentApp:
    """An app that was just read, judged by what is remembered."""

    snapshot: AppSnapshot
    judgement: Judgement
    at: CheckContext

    def service(self, service_id: str) -> ServiceView:
        """Return a service of the app."""
        return next(view for view in self.judgement.services if view.service.id == service_id)

    def credential(self, key_id: str) -> Credential:
        """Return a credential of the app, or one that it had before."""
        present = (each for each in self.snapshot.credentials if each.key_id == key_id)
        found = next(present, None)
        return found or self.at.memory.credential_records[key_id].credential

    def other_claims(self, key_id: str, service_id: str) -> tuple[str, ...]:
        """Return a note for each other service whose claim matches: it may be a mistake."""
        credential = self.credential(key_id)
        others = [
            view.service.name
            for view in self.judgement.services
            if view.service.id != service_id and matches(view.service.claim, credential)
        ]
        before = self.at.memory.in_use_records.get(service_id)
        undo = ""
        if before is not None:
            command = f"python -m shared confirm {service_id} --key-id {before.key_id}"
            undo = f" If that was a mistake: {command}."
        return tuple(f"“{credential.name}” matches the claim of {name}.{undo}" for name in others)

    def other_users(self, key_id: str, service_ids: Sequence[str]) -> tuple[str, ...]:
        """Return a note for each other service that uses the credential: it still does."""
        users = [
            view.service
            for view in self.judgement.services
            if view.in_use_record is not None and view.in_use_record.key_id == key_id
        ]
        return tuple(
            f"{user.name} still uses it, until another credential is confirmed."
            for user in users
            if user.id not in service_ids
        )


def read_app(watch: Program, app: WatchedApp, key_id: str = "") -> CurrentApp:
    """Read an app. Raises `Refused` if the tenant does not have it, and `PortError`.

    If it lacks the credential `key_id`, it is read once more: that may be minutes old, and a read
    may lag behind.
    """
    reading = watch.directory.read(queries([app]), seconds=watch.seconds_left(READ_WITHIN))
    at = CheckContext(watch.watchlist, watch.ledger.load(), watch.clock())
    if key_id and _lacks(reading.apps.get(app.client_id), key_id):
        again = watch.directory.read(queries([app]), seconds=watch.seconds_left(READ_WITHIN))
        reading = merged(reading, again)
    else:
        reading = with_second_read(
            reading,
            [app],
            watch.directory,
            at,
            seconds_left=lambda: watch.seconds_left(READ_WITHIN),
        )
    if app.client_id in reading.failures:
        raise reading.failures[app.client_id]
    try:
        snapshot = snapshot_of(app, reading.apps[app.client_id], at)
        judgement = judge(at, {app.key: snapshot})
    except Exception as error:
        raise Refused(
            f"{app.name} could not be evaluated: {where(error)}. Nothing was saved."
        ) from error
    if not snapshot.record.found:
        raise Refused(f"App {app.name} was not found in the tenant. Nothing was saved.")
    return CurrentApp(snapshot, judgement, at)


def _lacks(app: App | None, key_id: str) -> bool:
    if app is None:
        return False
    return all(each.key_id.casefold() != key_id.casefold() for each in app.credentials)


def app_of(watch: Program, service_id: str) -> WatchedApp:
    """Return the app of a service. Raises `Refused` if the watchlist has no service of that id."""
    app = watch.watchlist.app_of(service_id)
    if app is not None:
        return app
    known = sorted(watch.watchlist.services)
    close = get_close_matches(service_id, known, 1)
    hint = f" Did you mean {close[0]}?" if close else ""
    services = ", ".join(known)
    raise Refused(
        f"There is no service {service_id} on the watchlist; its services are {services}.{hint}"
    )


def apps_with(watch: Program, key_id: str) -> Sequence[WatchedApp]:
    """Return the app that was last seen with a credential, or all apps if none was."""
    known = watch.ledger.load().credential_records.get(key_id)
    apps = watch.watchlist.apps
    return [app for app in apps if known is not None and app.key == known.app] or apps
