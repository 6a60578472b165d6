"""One round of judging: from what is there and what is remembered to every item, and to what of it is new.

Nothing is concluded about an app that could not be read completely. While an app itself cannot be found or signed in
to, its services keep their last standing and say nothing: the app speaks for them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from shared.core.judge.claims import ClaimedBy, claimed_by
from shared.core.judge.evidence import is_shown_unused
from shared.core.judge.self_watch import first_tries, removed_channels, watcher_views
from shared.core.judge.situation import Situation, reason_of_change
from shared.core.judge.snapshot import AppSnapshot, CheckContext, changed_records
from shared.core.judge.standing import (
    OwnCredentials,
    creation_order,
    has_ended,
    is_live,
    severity_of,
    severity_of_days,
    started_after,
    view_service,
)
from shared.core.model.days import days_between
from shared.core.model.directory import Credential
from shared.core.model.memory import Changes, ItemState, Memory
from shared.core.model.views import (
    AppView,
    Judgement,
    LeftoverView,
    RemovedView,
    ServiceView,
    UnclaimedView,
    View,
    WatcherView,
    item_of_leftover,
)
from shared.core.model.vocabulary import Reason, Severity, Standing
from shared.core.model.watchlist import Service, WatchedApp, Watchlist

QUIET_DAYS_BEFORE_DELETING = 14
LONG_ENDED_DAYS = 7
"""Ended longer ago than this when first seen: listed, not told."""

FINDINGS = {
    "app": Reason.APP_PROBLEM,
    "redirect_uris": Reason.REDIRECT_URI,
    "reading": Reason.CHECK_FAILING,
    "channel": Reason.CHANNEL_FAILED,
}

type ClaimsByKeyId = Mapping[str, ClaimedBy]


def judge(
    at: CheckContext, observed: Mapping[str, AppSnapshot], unread: Mapping[str, str] | None = None
) -> Judgement:
    """Judge every app in `observed` (by app key); `unread` says of the others why they could not be read."""
    services: list[ServiceView] = []
    unclaimed: list[UnclaimedView] = []
    apps: list[AppView] = []
    leftovers: list[LeftoverView] = []
    for watched in at.watchlist.apps:
        if watched.key not in observed:
            continue
        seen = observed[watched.key]
        whose = {c.key_id: claimed_by(c, watched.services, at.memory) for c in seen.credentials}
        views = [
            _view(service, AppContext(watched, seen, whose), at) for service in watched.services
        ]
        orphans = list(_unclaimed(AppContext(watched, seen, whose), views, at))
        services += [_with_candidates(view, orphans, at.now) for view in views]
        unclaimed += orphans
        apps += _app_views(watched, seen)
        leftovers += [
            each
            for view in views
            for each in _leftovers(view, AppContext(watched, seen, whose), views, at)
        ]
    gone = sorted(
        {*at.memory.in_use_records, *_service_items(at.memory)} - set(at.watchlist.services)
    )
    judgement = Judgement(
        now=at.now,
        services=tuple(services),
        unclaimed=tuple(unclaimed),
        apps=tuple(apps),
        leftovers=tuple(leftovers),
        removed=(*map(RemovedView, gone), *removed_channels(at)),
        watcher=tuple(watcher_views(at, unread or {})),
        concluded=frozenset(observed),
        changes=Changes(),
        unread=dict(unread or {}),
    )
    return replace(judgement, changes=_facts(judgement, at, observed))


class AppContext(NamedTuple):
    """A watched app, what is on it, and whose that is."""

    watched: WatchedApp
    snapshot: AppSnapshot
    whose: ClaimsByKeyId


def _view(service: Service, spot: AppContext, at: CheckContext) -> ServiceView:
    own = tuple(c for c in spot.snapshot.credentials if service.id in spot.whose[c.key_id].services)
    holds = (
        at.memory.in_use_records.get(other.id)
        for other in spot.watched.services
        if other.id != service.id
    )
    elsewhere = frozenset(hold.key_id for hold in holds if hold is not None)
    view = view_service(
        service, spot.snapshot.record, OwnCredentials(own, spot.snapshot.credentials, elsewhere), at
    )
    if view.app.usable:
        return view
    last = at.memory.items.get(service.id)
    if (
        last is None or Situation.read(last.situation) is None
    ):  # never judged, or not since it was off the watchlist
        return replace(view, standing=Standing.APP_PROBLEM, severity=Severity.CRITICAL)
    return replace(
        view,
        standing=last.standing,
        situation=last.situation,
        severity=severity_of(last.standing, view.loss, view.days_left),
    )


def _with_candidates(
    view: ServiceView, orphans: Iterable[UnclaimedView], now: datetime
) -> ServiceView:
    live = (
        orphan.credential
        for orphan in orphans
        if view.service in orphan.wanted_by and is_live(orphan.credential, now)
    )
    return replace(view, candidates=tuple(sorted(live, key=creation_order, reverse=True)))


def _unclaimed(
    spot: AppContext, views: Iterable[ServiceView], at: CheckContext
) -> Iterator[UnclaimedView]:
    needy = [view for view in views if view.standing in {Standing.MISSING, Standing.UNMATCHED}]
    for credential in spot.snapshot.credentials:
        belongs = spot.whose[credential.key_id]
        if belongs.services or belongs.ignored:
            continue
        before = at.memory.credential_records.get(credential.key_id)
        ended = has_ended(credential, at.now)
        days_left = (
            days_between(at.now, credential.ends, at.watchlist.zone)
            if credential.ends is not None
            else None
        )
        standing = _standing_unclaimed(days_left, at.watchlist, ended=ended)
        yield UnclaimedView(
            credential=credential,
            app=spot.snapshot.record,
            watched=spot.watched,
            standing=standing,
            severity=_severity_unclaimed(standing, days_left),
            days_left=days_left,
            situation="ended" if ended else "open",
            first_seen=min(before.first_seen, at.now) if before else at.now,
            rivals=belongs.rivals,
            wanted_by=()
            if ended
            else tuple(view.service for view in needy if _may_replace(credential, view)),
        )


def _may_replace(credential: Credential, view: ServiceView) -> bool:
    return view.in_use is None or started_after(credential, view.in_use)


def _standing_unclaimed(days_left: int | None, watchlist: Watchlist, *, ended: bool) -> Standing:
    if ended:
        return Standing.EXPIRED
    return (
        Standing.EXPIRING
        if days_left is not None and days_left <= watchlist.ladder[0]
        else Standing.HEALTHY
    )


def _severity_unclaimed(standing: Standing, days_left: int | None) -> Severity:
    """Nobody knows whose it is, so it is never all well; once it ended, a week is enough to notice."""
    if standing == Standing.EXPIRED:
        return (
            Severity.WARNING if days_left is None or days_left >= -LONG_ENDED_DAYS else Severity.OK
        )
    return severity_of_days(days_left)


def _app_views(watched: WatchedApp, seen: AppSnapshot) -> Iterator[AppView]:
    app = seen.record
    trouble = (app.disabled,) if app.disabled else ()
    if not app.found:
        trouble = ("it cannot be found in the tenant",)
    yield AppView(
        watched=watched,
        app=app,
        aspect="app",
        standing=Standing.APP_PROBLEM if trouble else Standing.HEALTHY,
        severity=Severity.CRITICAL if trouble else Severity.OK,
        problems=trouble,
        situation="|".join(trouble),
    )
    if app.usable:
        missing = app.missing_redirect_uris
        yield AppView(
            watched=watched,
            app=app,
            aspect="redirect_uris",
            standing=Standing.APP_PROBLEM if missing else Standing.HEALTHY,
            severity=Severity.WARNING if missing else Severity.OK,
            problems=tuple(f"the redirect URI {uri} is missing" for uri in missing),
            situation="|".join(missing),
        )


def _leftovers(
    view: ServiceView, spot: AppContext, views: Iterable[ServiceView], at: CheckContext
) -> Iterator[LeftoverView]:
    if view.in_use_record is None or not view.app.usable:
        return
    zone = at.watchlist.zone
    quiet = -days_between(at.now, view.in_use_record.at, zone)
    wanted = view.shared | {
        other.replacement.key_id
        for other in views
        if other is not view and other.replacement is not None
    }
    for credential in (*view.leftovers, *_just_ended(view, spot, at)):
        days_left = (
            days_between(at.now, credential.ends, zone) if credential.ends is not None else None
        )
        severity = (
            Severity.WARNING
            if days_left is not None and days_left <= LONG_ENDED_DAYS
            else Severity.OK
        )
        if not is_shown_unused(credential.key_id, view.in_use_record, at.memory):
            yield LeftoverView(
                view, credential, deletable=False, severity=severity, days_left=days_left
            )
        deletable = (
            quiet >= QUIET_DAYS_BEFORE_DELETING
            and view.standing == Standing.HEALTHY
            and credential.key_id not in wanted
        )
        if deletable and not has_ended(credential, at.now):
            yield LeftoverView(
                view, credential, deletable=True, severity=Severity.NOTICE, days_left=days_left
            )


def _just_ended(view: ServiceView, spot: AppContext, at: CheckContext) -> Iterator[Credential]:
    """Give the leftovers that have ended within a week and of whose last day an installer has not heard yet."""
    if view.in_use_record is None or view.in_use is None or not view.in_use_record.settled:
        return
    zone = at.watchlist.zone
    own = (
        c
        for c in spot.snapshot.credentials
        if view.service.id in spot.whose[c.key_id].services and c.key_id != view.in_use.key_id
    )
    for credential in (
        c for c in own if has_ended(c, at.now) and not started_after(c, view.in_use)
    ):
        assert credential.ends is not None
        item = item_of_leftover(view.service.id, credential.key_id, deletable=False)
        told = (at.memory.notifications.get((item, channel)) for channel in view.service.installer)
        unheard = any(
            each is None or days_between(each.at, credential.ends, zone) > 0 for each in told
        )
        if unheard and days_between(credential.ends, at.now, zone) <= LONG_ENDED_DAYS:
            yield credential


def _service_items(memory: Memory) -> Iterator[str]:
    return (item for item in memory.items if ":" not in item)


def _facts(judgement: Judgement, at: CheckContext, observed: Mapping[str, AppSnapshot]) -> Changes:
    memory = at.memory
    usable = [view for view in judgement.services if view.app.usable]
    stated: tuple[View, ...] = (
        *usable,
        *judgement.unclaimed,
        *judgement.apps,
        *judgement.removed,
        *judgement.watcher,
    )
    first_holds = (
        view.in_use_record
        for view in usable
        if view.in_use_record is not None and view.service.id not in memory.in_use_records
    )
    return Changes(
        in_use_records=tuple(first_holds),
        credential_records=tuple(
            each for seen in observed.values() for each in changed_records(seen, at)
        ),
        apps=tuple(
            seen.record for key, seen in observed.items() if memory.apps.get(key) != seen.record
        ),
        items=(
            *(
                state
                for view in stated
                if (state := _changed_state(view, memory, at.now)) is not None
            ),
            *first_tries(judgement.unread, at),
        ),
    )


def _changed_state(view: View, memory: Memory, now: datetime) -> ItemState | None:
    before = memory.items.get(view.item)
    if before is not None and before.situation == view.situation:
        return None if before.since <= now else replace(before, since=now)
    match view:
        case ServiceView():
            earlier, present = (
                Situation.read(before.situation) if before is not None else None,
                Situation.read(view.situation),
            )
            ended = earlier is not None and _has_ended(earlier.replacement, memory, now)
            assert present is not None
            reason = reason_of_change(earlier, present, view, replacement_ended=ended)
        case UnclaimedView():
            reason = (
                Reason.EXPIRED
                if view.situation == "ended" and before is not None
                else Reason.UNCLAIMED
            )
        case AppView() | WatcherView():
            if before is None and not view.problems:
                return None
            reason = FINDINGS[view.aspect] if view.problems else Reason.RECOVERED
        case _:
            reason = Reason.REMOVED
    return ItemState(view.item, view.situation, view.standing, now, reason)


def _has_ended(key_id: str, memory: Memory, now: datetime) -> bool:
    known = memory.credential_records.get(key_id)
    return known is not None and known.gone_at is None and has_ended(known.credential, now)
