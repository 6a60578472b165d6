"""Gather everything that a check of the watched apps needs: read, then judge.

An app that could not be read completely is reported as unread; its state is never guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

from shared.core.judge.evidence import settle, uses_after
from shared.core.judge.judge import judge
from shared.core.judge.snapshot import snapshot_of
from shared.core.model.apply import apply_changes
from shared.core.model.check_record import Read
from shared.core.model.context import AppSnapshot, CheckContext
from shared.core.model.decision_changes import DecisionChanges
from shared.core.model.directory import App
from shared.core.model.judgement import Judgement
from shared.core.model.memory import Changes, Memory, Use
from shared.core.model.message import Message, NextMessages
from shared.core.model.watchlist import WatchedApp, Watchlist
from shared.core.spare import spare, where
from shared.ports.directory import Directory, DirectoryReading
from shared.ports.errors import DirectoryError
from shared.ports.usage_report import UsageReport
from shared.render.text.lacking import not_known
from shared.usecases.part import MIN_SECONDS, CheckRun
from shared.usecases.second_read import queries, with_second_read

READ_WITHIN = 240.0
"""Seconds for reading the watched apps and their sign-ins; the rest of a check is for messages."""


class Readings(NamedTuple):
    """Everything that was read."""

    reading: DirectoryReading
    snapshots: Mapping[str, AppSnapshot]
    """By app key."""
    unread: dict[str, str]
    """Why an app could not be read completely, by app key."""
    uses: tuple[Use, ...]
    settled: tuple[DecisionChanges, ...]
    """Confirmations that follow from sign-ins, to be saved."""
    evidence: str
    """Why sign-ins could not be read; empty if they were, or if they are not wanted."""
    failed: Mapping[str, str] = MappingProxyType({})
    """Why an app that was read could not be evaluated, by app key."""


class Gathered(NamedTuple):
    """What was read, its judgement, and the messages that are due."""

    readings: Readings
    at: CheckContext
    judgement: Judgement
    messages: tuple[Message, ...]
    next_messages: NextMessages = NextMessages()
    """If all of `messages` are delivered."""

    @property
    def after(self) -> CheckContext:
        """The context once everything that was found is saved."""
        memory = apply_changes(self.at.memory, self.judgement.changes)
        return self.at._replace(memory=memory)

    def read(self, seconds: float = 0.0) -> Read:
        """Return how much was read; `seconds` is how long it took."""
        apps = _found(self.readings.reading)
        credentials = sum(len(app.credentials) for app in apps)
        return Read(len(apps), credentials, self.readings.reading.requests, round(seconds, 3))


@dataclass(frozen=True, slots=True)
class Gatherer:
    """Reads the watched apps."""

    watchlist: Watchlist
    directory: Directory
    usage_report: UsageReport | None

    def gather(self, at: CheckContext, run: CheckRun) -> tuple[Readings, CheckContext]:
        """Read the apps and the sign-ins; return them, and the context with the new sign-ins.

        Sign-ins get half of the time that is left after the apps: no check depends on them.
        """
        apps = self.watchlist.apps
        run.progress(f"reading {len(apps)} app registration{'s' if len(apps) != 1 else ''}")
        reading = self.directory.read(queries(apps), seconds=run.seconds_left(READ_WITHIN))
        reading = with_second_read(
            reading, apps, self.directory, at, seconds_left=lambda: run.seconds_left(READ_WITHIN)
        )
        if reading.unknown:
            run.progress(not_known(reading.unknown))
        uses, evidence = self._uses(at.memory, reading, run)
        at = at._replace(memory=apply_changes(at.memory, Changes(uses=uses)))
        snapshots, failed = spare(partial(_snapshots, at), self._read_apps(reading))
        unread = {
            app.key: f"{app.name}: {reading.failures[app.client_id]}"
            for app in apps
            if app.client_id in reading.failures
        }
        settled, more = spare(partial(_settled, at), snapshots)
        snapshots = {key: each for key, each in snapshots.items() if key not in more}
        failed = {**failed, **more}
        return Readings(reading, snapshots, unread, uses, settled, evidence, failed), at

    def _read_apps(self, reading: DirectoryReading) -> dict[str, tuple[WatchedApp, App | None]]:
        """Return the apps that were read, by app key."""
        found = reading.apps
        return {
            app.key: (app, found[app.client_id])
            for app in self.watchlist.apps
            if app.client_id in found
        }

    def _uses(
        self, memory: Memory, reading: DirectoryReading, run: CheckRun
    ) -> tuple[tuple[Use, ...], str]:
        """Return when credentials were used, and the error if that cannot be read.

        Credentials that are on no watched app are ignored.
        """
        if self.usage_report is None:
            return (), ""
        run.progress("reading sign-ins")
        client_ids = [app.client_id for app in self.watchlist.apps]
        seconds = max(MIN_SECONDS, run.seconds_left(READ_WITHIN) / 2)
        try:
            last_seen = self.usage_report.last_seen(client_ids, seconds=seconds)
        except DirectoryError as error:
            return (), str(error)
        except Exception as error:  # noqa: BLE001  (no check depends on the sign-ins)
            return (), f"Sign-ins could not be evaluated: {where(error)}."
        present = {
            credential.key_id for app in _found(reading) for credential in app.credentials
        } | memory.credential_records.keys()
        known = {key_id: at for key_id, at in last_seen.items() if key_id in present}
        return tuple(uses_after(memory, known)), ""


def _snapshots(
    at: CheckContext,
    apps: Mapping[str, tuple[WatchedApp, App | None]],
    failed: Mapping[str, str],
) -> tuple[dict[str, AppSnapshot], Mapping[str, str]]:
    return {key: snapshot_of(watched, app, at) for key, (watched, app) in apps.items()}, failed


def _settled(
    at: CheckContext, snapshots: Mapping[str, AppSnapshot], failed: Mapping[str, str]
) -> tuple[tuple[DecisionChanges, ...], Mapping[str, str]]:
    """Return the confirmations that follow from sign-ins."""
    views = judge(at, snapshots).services if at.memory.uses else ()
    settled = (settle(view, at.memory, at.now) for view in views)
    return tuple(each for each in settled if each is not None), failed


def _found(reading: DirectoryReading) -> list[App]:
    return [app for app in reading.apps.values() if app is not None]
