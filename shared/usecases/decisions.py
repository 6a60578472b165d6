"""What people decide, as use cases: look at the app as it is now, decide, write, and tell everybody at once.

A decision that does not hold is `Refused` with a sentence that shows the present state; nothing is written then.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from typing import NamedTuple

from shared.core import decisions
from shared.core.decisions import Refused, ShownCredential
from shared.core.judge.claims import matches
from shared.core.judge.judge import judge
from shared.core.judge.snapshot import snapshot_of
from shared.core.model.context import AppSnapshot, CheckContext
from shared.core.model.decision import DecisionChanges, Person
from shared.core.model.directory import Credential
from shared.core.model.judgement import Judgement
from shared.core.model.views import ServiceView
from shared.core.model.watchlist import WatchedApp
from shared.core.results import CheckResult
from shared.ports.directory import AppQuery
from shared.ports.errors import DirectoryError, LedgerConflict
from shared.usecases.check import READ_WITHIN, Watch, write


@dataclass(frozen=True, slots=True)
class Done:
    """A decision that was recorded, and the check that told of it."""

    decided: DecisionChanges
    check: CheckResult
    notes: tuple[str, ...] = ()
    """What is odd about it, a sentence each: it may be a mistake."""
    undo: bool = False
    """It took back an earlier word."""


class _Look(NamedTuple):
    """An app as it is now, judged by what is remembered."""

    seen: AppSnapshot
    judgement: Judgement
    at: CheckContext

    def service(self, service_id: str) -> ServiceView:
        return next(view for view in self.judgement.services if view.service.id == service_id)

    def credential(self, key_id: str) -> Credential:
        return next(each for each in self.seen.credentials if each.key_id == key_id)

    def others_of(self, key_id: str, service_id: str) -> tuple[str, ...]:
        """Say whose else the credential is: somebody may have mixed them up."""
        credential = self.credential(key_id)
        others = [
            v.service
            for v in self.judgement.services
            if v.service.id != service_id and matches(v.service.claim, credential)
        ]
        before = self.at.memory.in_use_records.get(service_id)
        undo = (
            f" If that was a mistake: python -m shared confirm {service_id} --key-id {before.key_id}."
            if before is not None
            else ""
        )
        return tuple(
            f"“{credential.name}” is {other.name}'s by its claim.{undo}" for other in others
        )

    def users_of(self, key_id: str, service_ids: Sequence[str]) -> tuple[str, ...]:
        """Say which other services use the credential: a claim does not take away what is in use."""
        users = [
            v.service
            for v in self.judgement.services
            if v.in_use_record is not None and v.in_use_record.key_id == key_id
        ]
        others = [user.name for user in users if user.id not in service_ids]
        return tuple(
            f"{name} still uses it, until it is confirmed on another one." for name in others
        )


def confirm(
    watch: Watch, service_id: str, key_id: str, *, by: Person, shown: ShownCredential | None = None
) -> Done:
    """Record that a service uses the credential `key_id` now. `shown` is what the person saw of it, where they saw it.

    Raises `Refused`, or a `PortError` if the app or the ledger cannot be reached.
    """
    look = _look(watch, _app_of(watch, service_id))
    view = look.service(service_id)
    decided = decisions.confirm(view, key_id, look.seen, look.at, by=by, shown=shown)
    done = _finish(watch, decided, look.others_of(decided.decision.key_id, service_id))
    return replace(done, undo=decisions.undoes(view, look.credential(decided.decision.key_id)))


def acknowledge(watch: Watch, service_id: str, until: date, why: str, *, by: Person) -> Done:
    """Record that somebody knows, until a local day, and why. Raises as `confirm` does."""
    look = _look(watch, _app_of(watch, service_id))
    return _finish(
        watch, decisions.acknowledge(look.service(service_id), until, why, look.at, by=by)
    )


def claim(watch: Watch, key_id: str, service_ids: Sequence[str], *, by: Person) -> Done:
    """Record whose a credential is: that of one service, of several, or of none. Raises as `confirm` does."""
    for service_id in service_ids:
        _app_of(watch, service_id)
    apps = (
        (_app_of(watch, service_ids[0]),) if service_ids else _apps_with(watch, key_id.casefold())
    )
    failure: Refused | DirectoryError | None = None
    for app in apps:
        try:
            look = _look(watch, app)
        except (Refused, DirectoryError) as error:  # it may be on another one
            failure = failure or error
            continue
        if len(apps) == 1 or any(
            credential.key_id == key_id.casefold() for credential in look.seen.credentials
        ):
            decided = decisions.claim(
                key_id.casefold(), service_ids, look.judgement, look.seen, look.at, by=by
            )
            return _finish(watch, decided, look.users_of(key_id.casefold(), service_ids))
    raise failure or Refused(
        f"There is no credential {key_id} on any watched app. Nothing was recorded."
    )


def _apps_with(watch: Watch, key_id: str) -> Sequence[WatchedApp]:
    """Give the app on which a credential was last seen; all of them, if it was seen on none."""
    known = watch.ledger.load().credential_records.get(key_id)
    return [
        app for app in watch.watchlist.apps if known is not None and app.key == known.app
    ] or watch.watchlist.apps


def _app_of(watch: Watch, service_id: str) -> WatchedApp:
    app = next(
        (
            app
            for app in watch.watchlist.apps
            if any(service.id == service_id for service in app.services)
        ),
        None,
    )
    if app is None:
        known = sorted(watch.watchlist.services)
        close = get_close_matches(service_id, known, 1)
        hint = f" Did you mean {close[0]}?" if close else ""
        raise Refused(
            f"There is no service {service_id} on the watchlist; its services are {', '.join(known)}.{hint}"
        )
    return app


def _look(watch: Watch, app: WatchedApp) -> _Look:
    reading = watch.directory.read(
        [AppQuery(app.client_id, app.service_principal)],
        seconds=min(READ_WITHIN, watch.deadline.total_seconds()),
    )
    if app.client_id in reading.failures:
        raise reading.failures[app.client_id]
    at = CheckContext(watch.watchlist, watch.ledger.load(), watch.clock())
    seen = snapshot_of(app, reading.apps[app.client_id], at)
    if not seen.record.found:
        raise Refused(
            f"The app {app.name} cannot be found in the tenant, so nothing can be decided about it. Nothing was recorded."
        )
    return _Look(seen, judge(at, {app.key: seen}), at)


def _finish(watch: Watch, decided: DecisionChanges, notes: tuple[str, ...] = ()) -> Done:
    """Write the decision, then check: whoever was bothered hears of it now. A check that is running tells it next time."""
    if decided.decision.by is None or not decided.decision.by.name.strip():
        raise Refused("Say who decides: others have to be able to ask. Nothing was recorded.")
    try:
        write(watch.ledger, decided)
    except LedgerConflict:
        raise Refused(
            "Somebody else decided about this a moment ago. Nothing was recorded; please look again."
        ) from None
    return Done(decided, watch.check(whole=False), notes)
