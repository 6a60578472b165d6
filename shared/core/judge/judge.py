"""Judge all watched apps: from Graph's data and the ledger to the status of each item.

An app that could not be read completely is not judged. While an app cannot be found or signed in
to, its services keep their last standing and cause no messages: the app's own item does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from shared.core.judge.app_problems import app_views
from shared.core.judge.assigned import assigned_views
from shared.core.judge.changes import changes_of
from shared.core.judge.claims import AppContext, OwnCredentials, with_claims
from shared.core.judge.failure import failure_views
from shared.core.judge.leftovers import leftover_views
from shared.core.judge.pipeline import newest_live, view_of_pipeline
from shared.core.judge.self_watch import removed_channels, watcher_views
from shared.core.judge.severity import severity_of
from shared.core.judge.situation import Situation
from shared.core.judge.standing import view_service
from shared.core.judge.unclaimed import unclaimed_views, with_candidates
from shared.core.model.context import AppSnapshot, CheckContext
from shared.core.model.item_id import ItemId, ItemKind
from shared.core.model.judgement import Judgement
from shared.core.model.memory import Changes, Memory
from shared.core.model.views import (
    AppView,
    AssignedView,
    LeftoverView,
    RemovedView,
    ServiceView,
    UnclaimedView,
)
from shared.core.model.vocabulary import Severity, Standing
from shared.core.model.watchlist import Service


@dataclass(slots=True)
class _Items:
    services: list[ServiceView] = field(default_factory=list)
    unclaimed: list[UnclaimedView] = field(default_factory=list)
    apps: list[AppView] = field(default_factory=list)
    leftovers: list[LeftoverView] = field(default_factory=list)
    assigned: list[AssignedView] = field(default_factory=list)


def judge(
    at: CheckContext,
    snapshots: Mapping[str, AppSnapshot],
    unread: Mapping[str, str] | None = None,
    failed: Mapping[str, str] | None = None,
) -> Judgement:
    """Judge every app in `snapshots` (by app key).

    Args:
        at: The check.
        snapshots: The apps that were read completely, by key.
        unread: Why each other app (by key) could not be read.
        failed: Why an app (by key) that was read cannot be evaluated; it is not in `snapshots`.
    """
    unread, failed = dict(unread or {}), dict(failed or {})
    items = _Items()
    for watched in at.watchlist.apps:
        if watched.key in snapshots:
            _judge_app(with_claims(watched, snapshots[watched.key], at.memory), at, items)
    items.apps += failure_views(at, snapshots, failed)
    judgement = Judgement(
        now=at.now,
        services=tuple(items.services),
        unclaimed=tuple(items.unclaimed),
        apps=tuple(items.apps),
        leftovers=tuple(items.leftovers),
        assigned=tuple(items.assigned),
        removed=(*map(RemovedView, _removed_services(at)), *removed_channels(at)),
        watcher=tuple(watcher_views(at, unread)),
        concluded=frozenset(snapshots),
        changes=Changes(),
        unread=unread,
        failed=failed,
    )
    return replace(judgement, changes=changes_of(judgement, at, snapshots))


def _judge_app(app: AppContext, at: CheckContext, items: _Items) -> None:
    services = [_service_view(service, app, at) for service in app.watched.services]
    unclaimed = list(unclaimed_views(app, services, at))
    items.services += [with_candidates(view, unclaimed, at.now) for view in services]
    items.unclaimed += unclaimed
    items.assigned += assigned_views(app, at)
    items.apps += app_views(app.watched, app.snapshot)
    for view in services:
        items.leftovers += leftover_views(view, app, services, at)


def _service_view(service: Service, app: AppContext, at: CheckContext) -> ServiceView:
    others = (each for each in app.watched.services if each.id != service.id)
    elsewhere = frozenset(_key_id_in_use(other, app, at) for other in others)
    credentials = OwnCredentials(app.owned_by(service), app.snapshot.credentials, elsewhere)
    judged = view_of_pipeline if service.by_pipeline else view_service
    view = judged(service, app.snapshot.record, credentials, at)
    return view if view.app.usable else _with_last_standing(view, at.memory)


def _key_id_in_use(service: Service, app: AppContext, at: CheckContext) -> str:
    if service.by_pipeline:
        newest = newest_live(app.owned_by(service), at.now)
        return newest.key_id if newest is not None else ""
    record = at.memory.in_use_records.get(service.id)
    return record.key_id if record is not None else ""


def _with_last_standing(view: ServiceView, memory: Memory) -> ServiceView:
    last = memory.items.get(view.service.id)
    known = Situation.read(last.situation) if last is not None else None
    # an unreadable situation is that of a service that was off the watchlist
    if last is None or known is None or known.by_pipeline != view.service.by_pipeline:
        return replace(view, standing=Standing.APP_PROBLEM, severity=Severity.CRITICAL)
    severity = severity_of(last.standing, view.loss, view.days_left)
    return replace(view, standing=last.standing, situation=last.situation, severity=severity)


def _removed_services(at: CheckContext) -> list[str]:
    items = {item for item in at.memory.items if ItemId.parse(item).kind == ItemKind.SERVICE}
    return sorted((items | {*at.memory.in_use_records}) - set(at.watchlist.services))
