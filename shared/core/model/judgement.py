"""The result of judging all watched apps."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.core.model.memory import Changes
from shared.core.model.views import (
    AppView,
    AssignedView,
    LeftoverView,
    RemovedView,
    ServiceView,
    UnclaimedView,
    View,
    WatcherView,
)
from shared.core.model.vocabulary import Severity


@dataclass(frozen=True, slots=True)
class Judgement:
    """The status of every item, and what of it is new and must be saved."""

    now: datetime
    services: tuple[ServiceView, ...]
    unclaimed: tuple[UnclaimedView, ...]
    apps: tuple[AppView, ...]
    leftovers: tuple[LeftoverView, ...]
    removed: tuple[RemovedView, ...]
    watcher: tuple[WatcherView, ...]
    concluded: frozenset[str]
    """Keys of the apps that were judged; nobody is notified about the others."""
    changes: Changes
    unread: Mapping[str, str]
    """By app key: why it could not be read completely."""
    failed: Mapping[str, str] = field(default_factory=dict)
    """By app key: why it was read and could not be evaluated, a fault of the program."""
    assigned: tuple[AssignedView, ...] = ()
    """What people assigned, for the page and the status; nobody is notified about it."""

    @property
    def ignored(self) -> tuple[AssignedView, ...]:
        """The credentials that people said are not theirs."""
        return tuple(view for view in self.assigned if view.ignored)

    @property
    def views(self) -> tuple[View, ...]:
        """Every item, in no particular order."""
        return (*self._current, *self.removed)

    def failure_of(self, app_key: str) -> str:
        """Return why an app could not be evaluated, now or at the last check; empty if it was."""
        failing = (view for view in self.apps if view.aspect == "failure")
        own = (view for view in failing if view.watched.key == app_key)
        return "; ".join(problem for view in own for problem in view.problems)

    @property
    def worst(self) -> Severity:
        """The highest severity of all items that still exist."""
        severities = (view.severity for view in self._current)
        return max(severities, key=lambda severity: severity.rank, default=Severity.OK)

    @property
    def _current(self) -> tuple[View, ...]:
        return (*self.services, *self.unclaimed, *self.apps, *self.leftovers, *self.watcher)
