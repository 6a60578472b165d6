"""What people decide, as use cases: look at the app as it is now, decide, write, and tell everybody at once.

A decision that does not hold is `Refused` with a sentence that shows the present state; nothing is written then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import NamedTuple

from shared.core import decide
from shared.core.decide import Refused, Shown
from shared.core.decided import Decided
from shared.core.judge import judge
from shared.core.judged import Judgement, ServiceView
from shared.core.memory import Person
from shared.core.model import WatchedApp
from shared.core.observe import Observed, Round, observe
from shared.core.results import CheckResult
from shared.ports import AppQuery, LedgerConflict
from shared.watch import READ_WITHIN, Watch, write


@dataclass(frozen=True, slots=True)
class Done:
    """A decision that was recorded, and the check that told of it."""

    decided: Decided
    check: CheckResult


class _Look(NamedTuple):
    """An app as it is now, judged by what is remembered."""

    seen: Observed
    judgement: Judgement
    at: Round

    def service(self, service_id: str) -> ServiceView:
        return next(view for view in self.judgement.services if view.service.id == service_id)


def confirm(watch: Watch, service_id: str, key_id: str, *, by: Person, shown: Shown | None = None) -> Done:
    """Record that a service uses the credential `key_id` now. `shown` is what the person saw of it, where they saw it.

    Raises `Refused`, or a `PortError` if the app or the ledger cannot be reached.
    """
    look = _look(watch, _app_of(watch, service_id))
    return _finish(watch, decide.confirm(look.service(service_id), key_id, look.seen, look.at, by=by, shown=shown))


def acknowledge(watch: Watch, service_id: str, until: date, why: str, *, by: Person) -> Done:
    """Record that somebody knows, until a local day, and why. Raises as `confirm` does."""
    look = _look(watch, _app_of(watch, service_id))
    return _finish(watch, decide.acknowledge(look.service(service_id), until, why, look.at, by=by))


def claim(watch: Watch, key_id: str, service_ids: Sequence[str], *, by: Person) -> Done:
    """Record whose a credential is: that of one service, of several, or of none. Raises as `confirm` does."""
    for service_id in service_ids:
        _app_of(watch, service_id)
    apps = (_app_of(watch, service_ids[0]),) if service_ids else watch.watchlist.apps
    for app in apps:
        look = _look(watch, app)
        if len(apps) == 1 or any(credential.key_id == key_id.casefold() for credential in look.seen.credentials):
            return _finish(watch, decide.claim(key_id.casefold(), service_ids, look.judgement, look.seen, look.at, by=by))
    raise Refused(f"There is no credential {key_id} on any watched app. Nothing was recorded.")


def _app_of(watch: Watch, service_id: str) -> WatchedApp:
    app = next((app for app in watch.watchlist.apps if any(service.id == service_id for service in app.services)), None)
    if app is None:
        known = sorted(watch.watchlist.services)
        close = get_close_matches(service_id, known, 1)
        hint = f" Did you mean {close[0]}?" if close else ""
        raise Refused(f"There is no service {service_id} on the watchlist; its services are {', '.join(known)}.{hint}")
    return app


def _look(watch: Watch, app: WatchedApp) -> _Look:
    reading = watch.directory.read([AppQuery(app.client_id, app.service_principal)], seconds=READ_WITHIN)
    if app.client_id in reading.failures:
        raise reading.failures[app.client_id]
    at = Round(watch.watchlist, watch.ledger.load(), watch.clock())
    seen = observe(app, reading.apps[app.client_id], at)
    if not seen.sighting.found:
        raise Refused(f"The app {app.name} cannot be found in the tenant, so nothing can be decided about it. Nothing was recorded.")
    return _Look(seen, judge(at, {app.key: seen}), at)


def _finish(watch: Watch, decided: Decided) -> Done:
    """Write the decision, then check: whoever was bothered hears of it now. A check that is running tells it next time."""
    try:
        write(watch.ledger, decided)
    except LedgerConflict:
        raise Refused("Somebody else decided about this a moment ago. Nothing was recorded; please look again.") from None
    return Done(decided, watch.check())
