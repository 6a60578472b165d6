"""Whom an item concerns, and in which role: the one who can act, the other party, and whoever was bothered before."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

from shared.core.judge.snapshot import CheckContext
from shared.core.model.memory import Notification
from shared.core.model.message import Role
from shared.core.model.views import (
    AppView,
    InventoryView,
    LeftoverView,
    Loss,
    RemovedView,
    ServiceView,
    UnclaimedView,
    View,
    WatcherView,
    item_of_leftover,
)
from shared.core.model.vocabulary import Reason, Standing

NEWS_WHEN_WELL = frozenset({Reason.CONFIRMED, Reason.RECOVERED})
"""The reasons for which it is news that all is well."""
INTRODUCTION = "introduction:"
"""The item under which the ledger keeps that a channel was introduced."""

type Roles = Mapping[str, frozenset[Role]]


class Audience:
    """Who hears of what in one round; made once a round, because it looks many things up by item."""

    def __init__(self, at: CheckContext) -> None:
        """Look at the watchlist and the memory of `at`."""
        self._at = at

    def of(self, view: View) -> Roles:  # noqa: PLR0911  (one return for each kind of item)
        """Say which channels an item concerns in its present standing, and in which roles."""
        match view:
            case ServiceView():
                return self._of_service(view)
            case UnclaimedView():
                renewers = (name for service in view.watched.services for name in service.renewer)
                installers = (name for service in view.wanted_by for name in service.installer)
                return _roles((Role.RENEWER, renewers), (Role.INSTALLER, installers))
            case AppView():
                renewers = (name for service in view.watched.services for name in service.renewer)
                return _roles(
                    (Role.RENEWER, renewers),
                    (Role.COPY, () if view.problems else self._bothered(view.item)),
                )
            case LeftoverView():
                service = view.owner.service
                return (
                    _roles((Role.RENEWER, service.renewer))
                    if view.deletable
                    else _roles((Role.INSTALLER, service.installer))
                )
            case RemovedView():
                heard = tuple(told.channel for told in self._told(view.item))
                return _roles((Role.COPY, heard or self._introduced_before(view.item)))
            case WatcherView():
                return _roles((Role.COPY, self._concerned(view)))
            case InventoryView():
                return {}  # decided in `tenant_due`, by owners

    @cached_property
    def _by_item(self) -> Mapping[str, list[Notification]]:
        found = defaultdict(list)
        for told in self._at.memory.notifications.values():
            if told.channel in self._at.watchlist.channels:
                found[told.item].append(told)
        return found

    def _told(self, item: str) -> list[Notification]:
        return self._by_item.get(item, [])

    def _bothered(self, item: str) -> tuple[str, ...]:
        """Give the channels that last heard something other than that all is well."""
        return tuple(told.channel for told in self._told(item) if told.standing != Standing.HEALTHY)

    def _introduced_before(self, item: str) -> tuple[str, ...]:
        """Give the channels that were there before an item came into its present situation."""
        state = self._at.memory.items.get(item)
        return tuple(
            told.channel
            for told in self._told(INTRODUCTION)
            if state is None or told.at < state.since
        )

    def _of_service(self, view: ServiceView) -> Roles:
        service = view.service
        renewer, installer = (Role.RENEWER, service.renewer), (Role.INSTALLER, service.installer)
        if view.standing == Standing.HEALTHY:
            bothered = self._bothered(view.item)
            everybody = _roles(renewer, installer, (Role.COPY, bothered))
            return {name: everybody[name] for name in bothered}
        copy = (Role.COPY, (*_escalated(view), *self._owed_a_closing(view)))
        if (
            view.standing == Standing.AWAITING_INSTALL
            and view.loss == Loss.NONE
            and not _seen_in_use_again(view)
        ):
            return _roles(installer, copy)
        return _roles(renewer, installer, copy)

    def _owed_a_closing(self, view: ServiceView) -> tuple[str, ...]:
        """Give the channels that heard something else before a person, or evidence, settled what is in use, and have not heard that yet.

        Something else is that it needs them, that it is safe, or that the credential which is in use again can be deleted.
        """
        if view.in_use_record is None or not view.in_use_record.settled:
            return ()
        settled, told = (
            view.in_use_record.at,
            {each.channel: each for each in self._told(view.item)},
        )
        something = {
            name
            for name, each in told.items()
            if each.standing != Standing.HEALTHY or each.reason in NEWS_WHEN_WELL
        }
        deleted = item_of_leftover(view.service.id, view.in_use_record.key_id, deletable=True)
        something |= {each.channel for each in self._told(deleted) if each.at < settled}
        return tuple(
            sorted(name for name in something if name not in told or told[name].at < settled)
        )

    def _concerned(self, view: WatcherView) -> Iterable[str]:
        """Give the channels of the apps that cannot be read, or those beside the one that cannot be reached."""
        if view.standing == Standing.HEALTHY:
            return self._bothered(view.item)
        watchlist = self._at.watchlist
        if view.aspect == "channel":
            return (name for name in watchlist.channels if name != view.subject)
        overdue = set(view.situation.split("|"))
        return (
            name
            for app in watchlist.apps
            if app.key in overdue
            for service in app.services
            for name in service.channels
        )


def needs_action(view: View) -> bool:
    """Say whether somebody must act now, so that reminders are due: the service may be broken already."""
    match view:
        case ServiceView():
            return view.standing in {Standing.MISSING, Standing.EXPIRED} or _waits_with_nothing(
                view.standing, view.loss
            )
        case AppView():
            return view.aspect == "app" and bool(view.problems)
        case _:
            return False


def _waits_with_nothing(standing: Standing, over: Loss) -> bool:
    return standing == Standing.AWAITING_INSTALL and over != Loss.NONE


def _seen_in_use_again(view: ServiceView) -> bool:
    """Say whether sign-ins showed that the service still uses the old one: then both parties hear, since one of them is mistaken."""
    if view.in_use_record is None or not view.in_use_record.evidence or view.replacement is None:
        return False
    return view.replacement.starts is None or view.replacement.starts < view.in_use_record.at


def _escalated(view: ServiceView) -> tuple[str, ...]:
    escalate = view.service.escalate
    if escalate is None:
        return ()
    near = view.days_left is not None and view.days_left <= escalate.below
    return escalate.to if near or needs_action(view) else ()


def _roles(*groups: tuple[Role, Iterable[str]]) -> Roles:
    found: dict[str, frozenset[Role]] = {}
    for role, names in groups:
        for name in names:
            found[name] = found.get(name, frozenset()) | {role}
    return found
