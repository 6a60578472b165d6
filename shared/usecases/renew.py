"""Renew: create a secret for each service, and hand its value over through the vault.

Everything is checked before anything is created: the services, the apps, and that the vault
answers. Then each secret is asked for once; see `renewal`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.core.blank import is_blank
from shared.core.decisions import Refused
from shared.core.model.decision import Person
from shared.core.model.hand_over import HandOver
from shared.core.model.watchlist import WatchedApp
from shared.core.renewal import NotRenewed, end_after, require_renewable
from shared.core.results import CheckResult
from shared.ports.errors import PortError
from shared.ports.secret_creator import SecretCreator
from shared.ports.vault import vault_name
from shared.render.text.suggested_name import new_name
from shared.usecases.check import Watch
from shared.usecases.current_app import CurrentApp, app_of, read_app
from shared.usecases.part import Progress, ignore
from shared.usecases.renewal import Planned, Renewal
from shared.usecases.tend import tend

NOT_TRIED = "Not tried after that. Nothing was created."


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be created, and what would not."""

    planned: tuple[Planned, ...]
    refused: tuple[NotRenewed, ...]
    unread: bool
    """Whether some app could not be read."""


@dataclass(frozen=True, slots=True)
class Renewals:
    """What was created and handed over, and what was not."""

    renewed: tuple[HandOver, ...]
    refused: tuple[NotRenewed, ...]
    check: CheckResult | None = None
    """What notified people; `None` if there was nothing to tell, or if it was interrupted."""


def plan(
    watch: Watch, service_ids: Iterable[str], *, months: int, by: Person, again: bool = False
) -> Plan:
    """Return what `renew` would create now. Writes nothing.

    Raises:
        Refused: A service is not on the watchlist, or nobody is named.
    """
    if is_blank(by.name):
        raise Refused("A renewal needs the name of a person to ask. Nothing was created.")
    owners = {each: app_of(watch, each) for each in service_ids}
    apps = {app.key: _read(watch, app) for app in owners.values()}
    taken: set[datetime | None] = set()
    planned: list[Planned] = []
    refused: list[NotRenewed] = []
    for service_id, watched in owners.items():
        try:
            app = _readable(apps[watched.key])
            view = app.service(service_id)
            require_renewable(view, app.at.now, again=again)
        except (Refused, PortError) as error:
            refused.append(NotRenewed(service_id, str(error)))
            continue
        taken |= {each.ends for each in app.snapshot.credentials}
        ends = end_after(months, app.at.now, watch.watchlist.zone, taken)
        taken.add(ends)
        name = new_name(view.service, ends=ends, zone=watch.watchlist.zone)
        planned.append(Planned(view, watched, app, name, ends, by))
    unread = any(isinstance(app, PortError) for app in apps.values())
    return Plan(tuple(planned), tuple(refused), unread)


def renew(  # noqa: PLR0913  (all by keyword)
    watch: Watch,
    creator: SecretCreator,
    service_ids: Iterable[str],
    *,
    months: int,
    by: Person,
    again: bool = False,
    progress: Progress = ignore,
) -> Renewals:
    """Create a secret for each service, keep its value in the vault, and notify people.

    If one is not created, the others are tried, unless a policy of the tenant forbids it.

    Raises:
        Refused: A service is not on the watchlist, nobody is named, or there is no vault.
        VaultError: The vault does not answer this person.
    """
    if watch.vault is None:
        raise Refused("Secrets are not handed over here, so none was created.")
    progress("reading the app registrations")
    tend(watch, progress)  # an earlier renewal may not be finished
    found = plan(watch, service_ids, months=months, by=by, again=again)
    if not found.planned:
        return Renewals((), found.refused)
    progress("asking the vault")
    watch.vault.has(vault_name(found.planned[0].view.service.id, "new"))
    renewal = Renewal(watch, watch.vault, creator, progress)
    outcomes = _each(renewal, found.planned)
    return Renewals(
        tuple(each for each in outcomes if isinstance(each, HandOver)),
        (*found.refused, *(each for each in outcomes if isinstance(each, NotRenewed))),
        _notify(renewal) if renewal.decided and not renewal.interrupted else None,
    )


def _read(watch: Watch, app: WatchedApp) -> CurrentApp | Exception:
    try:
        return read_app(watch, app)
    except (Refused, PortError) as error:
        return error


def _readable(app: CurrentApp | Exception) -> CurrentApp:
    if isinstance(app, Exception):
        raise app
    return app


def _each(renewal: Renewal, planned: Sequence[Planned]) -> Sequence[HandOver | NotRenewed]:
    outcomes: list[HandOver | NotRenewed] = []
    for each in planned:
        if renewal.stopped:
            outcomes.append(NotRenewed(each.view.service.id, NOT_TRIED))
        else:
            outcomes.append(renewal.create(each))
    return outcomes


def _notify(renewal: Renewal) -> CheckResult | None:
    """Delete the values that were replaced, and check, so that everyone is notified now."""
    watch = renewal.watch
    try:
        tend(watch, renewal.progress)
        return watch.check(renewal.progress, whole=False)
    except KeyboardInterrupt:
        return None
