"""What `renew` would create: a secret for each service that may get one now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from shared.core.blank import is_blank
from shared.core.decisions import Refused
from shared.core.model.decision import Person
from shared.core.model.directory import Credential, Kind
from shared.core.model.hand_over import HandOver
from shared.core.model.views import ServiceView
from shared.core.model.watchlist import WatchedApp
from shared.core.renewal import NotRenewed, end_after, require_renewable
from shared.ports.errors import PortError
from shared.render.text.suggested_name import new_name
from shared.usecases.check import Watch
from shared.usecases.current_app import CurrentApp, app_of, read_app


class Planned(NamedTuple):
    """A secret to create."""

    view: ServiceView
    app: CurrentApp
    name: str
    ends: datetime
    by: Person

    @property
    def before(self) -> HandOver | None:
        """The last hand-over of the service."""
        return self.app.at.memory.hand_overs.get(self.view.service.id)

    @property
    def credential(self) -> Credential:
        """The secret, as far as it is known before it is created."""
        return Credential("", Kind.SECRET, self.name, "", None, self.ends)


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be created, and what would not."""

    planned: tuple[Planned, ...]
    refused: tuple[NotRenewed, ...]
    unread: bool
    """Whether some app could not be read."""


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
        planned.append(Planned(view, app, name, ends, by))
    unread = any(isinstance(app, PortError) for app in apps.values())
    return Plan(tuple(planned), tuple(refused), unread)


def _read(watch: Watch, app: WatchedApp) -> CurrentApp | Exception:
    try:
        return read_app(watch, app)
    except (Refused, PortError) as error:
        return error


def _readable(app: CurrentApp | Exception) -> CurrentApp:
    if isinstance(app, Exception):
        raise app
    return app
