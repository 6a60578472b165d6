"""Which channels an item concerns, and in which role.

Those who can act, the other party, and those who got an earlier message that is now outdated.
News of a hand-over has channels of its own; see `hand_over`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

from shared.core.model.context import CheckContext
from shared.core.model.inventory import InventoryView
from shared.core.model.item_id import INTRODUCTION, ItemKind, item_id
from shared.core.model.notification import Notification
from shared.core.model.views import (
    AppView,
    LeftoverView,
    RemovedView,
    ServiceView,
    UnclaimedView,
    View,
    WatcherView,
)
from shared.core.model.vocabulary import Loss, Role, Standing
from shared.core.notify.action import NEWS_WHEN_WELL, needs_action
from shared.core.notify.hand_over import is_with_installer
from shared.core.notify.last_message import is_snooze_news

type Roles = Mapping[str, frozenset[Role]]


class Audience:
    """The channels for each item of one check; create it once, it indexes notifications."""

    def __init__(self, at: CheckContext) -> None:
        """Use the watchlist and the memory of `at`."""
        self._at = at

    def of(self, view: View) -> Roles:
        """Return the channels that an item concerns in its present standing, with their roles."""
        match view:
            case ServiceView():
                return self._of_service(view)
            case UnclaimedView():
                installers = (name for each in view.wanted_by for name in each.installer)
                return _roles((Role.RENEWER, _renewers(view)), (Role.INSTALLER, installers))
            case AppView():
                copy = () if view.problems else self._bothered(view.item)
                return _roles((Role.RENEWER, _renewers(view)), (Role.COPY, copy))
            case LeftoverView(deletable=True):
                return _roles((Role.RENEWER, view.owner.service.renewer))
            case LeftoverView():
                return _roles((Role.INSTALLER, view.owner.service.installer))
            case _:
                return _roles((Role.COPY, self._copies(view)))

    def _copies(self, view: RemovedView | WatcherView | InventoryView) -> Iterable[str]:
        match view:
            case RemovedView():
                notified = [each.channel for each in self._notifications(view.item)]
                return notified or self._introduced_before(view.item)
            case WatcherView():
                return self._of_watcher(view)
            case InventoryView():
                return ()  # decided in `shared.core.inventory`, by owners

    @cached_property
    def _by_item(self) -> Mapping[str, list[Notification]]:
        found = defaultdict(list)
        for each in self._at.memory.notifications.values():
            if each.channel in self._at.watchlist.channels:
                found[each.item].append(each)
        return found

    def _notifications(self, item: str) -> list[Notification]:
        return self._by_item.get(item, [])

    def _bothered(self, item: str) -> list[str]:
        """Return the channels whose last message about an item was not that all is well."""
        last = self._notifications(item)
        return [each.channel for each in last if each.standing != Standing.HEALTHY]

    def _introduced_before(self, item: str) -> list[str]:
        """Return the channels that existed before an item came into its present situation."""
        state = self._at.memory.items.get(item)
        introductions = self._notifications(INTRODUCTION)
        return [each.channel for each in introductions if state is None or each.at < state.since]

    def _of_service(self, view: ServiceView) -> Roles:
        renewer = (Role.RENEWER, view.service.renewer)
        install = Role.COPY if view.service.by_pipeline else Role.INSTALLER
        installer = (install, view.service.installer)
        if view.standing == Standing.HEALTHY:
            bothered = self._bothered(view.item)
            everybody = _roles(renewer, installer, (Role.COPY, bothered))
            return {name: everybody[name] for name in bothered}
        copy = (Role.COPY, (*_escalated(view), *self._without_outcome(view)))
        waiting = view.standing == Standing.AWAITING_INSTALL and view.loss == Loss.NONE
        waiting = waiting and not view.value_missing
        if (waiting or is_with_installer(view, self._at.now)) and not _is_seen_in_use_again(view):
            return _roles(installer, copy, (Role.COPY, self._unaware_of_snooze(view)))
        return _roles(renewer, installer, copy)

    def _without_outcome(self, view: ServiceView) -> list[str]:
        """Return the channels whose last message is outdated by the last confirmation.

        They were notified that the service needs them, that it is safe, or that the credential
        which is in use again can be deleted.
        """
        record = view.in_use_record
        if record is None or not record.settled:
            return []
        last = {each.channel: each for each in self._notifications(view.item)}
        deletable = item_id(ItemKind.DELETABLE, view.service.id, record.key_id)
        outdated = {each.channel for each in self._notifications(deletable) if each.at < record.at}
        outdated |= {name for name, each in last.items() if _is_outcome_expected(each)}
        return sorted(name for name in outdated if name not in last or last[name].at < record.at)

    def _unaware_of_snooze(self, view: ServiceView) -> list[str]:
        """Return the renewers to be notified of a pause while it is the installer's turn."""
        last = self._notifications(view.item)
        renewer = view.service.renewer
        return [
            each.channel
            for each in last
            if each.channel in renewer and is_snooze_news(view, each, self._at.now)
        ]

    def _of_watcher(self, view: WatcherView) -> Iterable[str]:
        """Return the channels of the apps that cannot be read, or all but a failing channel."""
        if view.standing == Standing.HEALTHY:
            return self._bothered(view.item)
        watchlist = self._at.watchlist
        if view.aspect == "channel":
            return [name for name in watchlist.channels if name != view.subject]
        overdue = set(view.situation.split("|"))
        services = (each for app in watchlist.apps if app.key in overdue for each in app.services)
        return [name for service in services for name in service.channels]


def _renewers(view: UnclaimedView | AppView) -> Iterable[str]:
    return (name for service in view.watched.services for name in service.renewer)


def _is_outcome_expected(last: Notification) -> bool:
    return last.standing != Standing.HEALTHY or last.reason in NEWS_WHEN_WELL


def _is_seen_in_use_again(view: ServiceView) -> bool:
    """Return whether sign-ins show the old credential in use: one of the parties is mistaken."""
    record, replacement = view.in_use_record, view.replacement
    if record is None or not record.evidence or replacement is None:
        return False
    return replacement.starts is None or replacement.starts < record.at


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
