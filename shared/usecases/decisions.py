"""Decisions of people: read the app as it is now, decide, save, and notify at once.

A decision that does not fit the current state is `Refused`, with a sentence that shows that
state; nothing is saved then.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from shared.core import decisions, take_back
from shared.core.blank import is_blank
from shared.core.decisions import Refused, ShownCredential
from shared.core.inventory import decisions as item_decisions
from shared.core.model.decision import Person
from shared.core.model.decision_changes import DecisionChanges
from shared.core.model.watchlist import WatchedApp
from shared.core.results import CheckResult
from shared.ports.errors import DirectoryError
from shared.usecases.check import Watch
from shared.usecases.conflict import no_conflict
from shared.usecases.current_app import CurrentApp, app_of, apps_with, read_app
from shared.usecases.current_item import is_item, item_with, known_item
from shared.usecases.save_decision import save_decision
from shared.usecases.tend import tend


@dataclass(frozen=True, slots=True)
class Done:
    """A saved decision, and the check that sent the notifications."""

    decided: DecisionChanges
    check: CheckResult
    notes: tuple[str, ...] = ()
    """What may be a mistake, one sentence each."""
    undo: bool = False
    """Whether it takes back an earlier decision."""


def confirm(
    watch: Watch, service_id: str, key_id: str, *, by: Person, shown: ShownCredential | None = None
) -> Done:
    """Save that a service uses a credential now.

    Args:
        watch: The program.
        service_id: The service.
        key_id: The credential.
        by: The person who decides.
        shown: What the page showed of the credential, if it did.

    Raises:
        Refused: The decision does not fit the current state.
        PortError: The app or the ledger cannot be read or written.
    """
    app = read_app(watch, app_of(watch, service_id), key_id)
    view = app.service(service_id)
    changes = decisions.confirm(view, key_id, app.snapshot, app.at, by=by, shown=shown)
    confirmed = changes.decision.key_id
    done = _finish(watch, changes, app.other_claims(confirmed, service_id))
    return replace(done, undo=decisions.undoes(view, app.credential(confirmed)))


def acknowledge(watch: Watch, service_id: str, until: date, why: str, *, by: Person) -> Done:
    """Save an acknowledgement until a local day, with its reason. Raises like `confirm`.

    `service_id` may be the id of an item of the inventory.
    """
    if is_item(service_id):
        item, known = known_item(watch, service_id)
        return _finish(watch, item_decisions.snooze(item, until, why, known, by=by))
    app = read_app(watch, app_of(watch, service_id))
    view = app.service(service_id)
    return _finish(watch, decisions.acknowledge(view, until, why, app.at, by=by))


def cancel(watch: Watch, service_id: str, *, by: Person) -> Done:
    """Take back an acknowledgement: reminders go on. Raises like `confirm`."""
    if is_item(service_id):
        item, known = known_item(watch, service_id)
        return _finish(watch, item_decisions.resume(item, known, by=by))
    app = read_app(watch, app_of(watch, service_id))
    return _finish(watch, take_back.cancel(app.service(service_id), app.at, by=by))


def claim(watch: Watch, key_id: str, service_ids: Sequence[str], *, by: Person) -> Done:
    """Assign a credential to one service, several, or none. Raises like `confirm`."""
    key_id = key_id.casefold()
    if not service_ids and (found := item_with(watch, key_id)):
        return _finish(watch, item_decisions.ignore(*found, by=by))
    own = [app_of(watch, service_id) for service_id in service_ids]
    app = _app_with(watch, key_id, own[:1] or apps_with(watch, key_id))
    changes = decisions.claim(key_id, service_ids, app.judgement, app.snapshot, app.at, by=by)
    return _finish(watch, changes, app.other_users(key_id, service_ids))


def reopen(watch: Watch, key_id: str, *, by: Person) -> Done:
    """Take back an assignment, to services or to none. Raises like `confirm`."""
    key_id = key_id.casefold()
    if found := item_with(watch, key_id):
        return _finish(watch, item_decisions.notice_again(*found, by=by))
    app = _app_with(watch, key_id, apps_with(watch, key_id))
    return _finish(watch, take_back.reopen(key_id, app.judgement, app.at, by=by))


def _app_with(watch: Watch, key_id: str, apps: Sequence[WatchedApp]) -> CurrentApp:
    """Return the one of `apps` that has the credential; a single one is not asked whether."""
    failure: Refused | DirectoryError | None = None
    for each in apps:
        try:
            app = read_app(watch, each, key_id if len(apps) == 1 else "")
        except (Refused, DirectoryError) as error:  # another app may have the credential
            failure = failure or error
            continue
        if len(apps) == 1 or any(found.key_id == key_id for found in app.snapshot.credentials):
            return app
    raise failure or Refused(
        f"There is no credential {key_id} on any watched app. Nothing was saved."
    )


def _finish(watch: Watch, changes: DecisionChanges, notes: tuple[str, ...] = ()) -> Done:
    """Save the decision, then check, so that everyone is notified now.

    If a check is running already, the next tick sends the notifications.
    """
    if changes.decision.by is None or is_blank(changes.decision.by.name):
        raise Refused("A decision needs the name of a person to ask. Nothing was saved.")
    with no_conflict():
        save_decision(watch.ledger, changes)
    tend(watch)
    return Done(changes, watch.check(whole=False), notes)
