"""Gathering: everything that a check reads, judged but not yet acted on. What could not be read completely is said, never guessed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from typing import NamedTuple

from shared.core.judge.evidence import settle, uses_after
from shared.core.judge.judge import judge
from shared.core.judge.snapshot import snapshot_of
from shared.core.model.apply import apply_changes, apply_decision
from shared.core.model.check_record import LastChecks, Read
from shared.core.model.context import AppSnapshot, CheckContext
from shared.core.model.decision import DecisionChanges
from shared.core.model.judgement import Judgement
from shared.core.model.memory import Changes, Memory, Use
from shared.core.model.message import Message
from shared.core.model.watchlist import Watchlist
from shared.core.notify.due import messages_due
from shared.ports.directory import AppQuery, Directory, DirectoryReading
from shared.ports.errors import DirectoryError
from shared.ports.usage_report import UsageReport

type Progress = Callable[[str], None]
"""Notification, in a few words, what is going on."""

MIN_SECONDS = 0.001
"""Seconds for a read that has no time left."""


def quiet(_: str) -> None:
    """Say nothing: the progress of a check nobody watches."""


class Readings(NamedTuple):
    """What was read, from wherever."""

    reading: DirectoryReading
    snapshots: dict[str, AppSnapshot]
    """By app key."""
    unread: dict[str, str]
    """By app key: why it could not be read completely."""
    uses: tuple[Use, ...]
    settled: tuple[DecisionChanges, ...]
    """What sign-ins settle, to be written."""
    evidence: str
    """Why sign-ins could not be read, if they were to be."""


class Gathered(NamedTuple):
    """What was read, what it means, and what is due: everything that acting needs."""

    readings: Readings
    at: CheckContext
    judgement: Judgement
    messages: tuple[Message, ...]

    def read(self, seconds: float) -> Read:
        """Count what was read; `seconds` is how long the whole took."""
        found = [app for app in self.readings.reading.apps.values() if app is not None]
        credentials = sum(len(app.credentials) for app in found)
        return Read(len(found), credentials, self.readings.reading.requests, round(seconds, 3))


@dataclass(frozen=True, slots=True)
class Gatherer:
    """Reads what is watched, with what it may read it by."""

    watchlist: Watchlist
    directory: Directory
    usage_report: UsageReport | None

    def gather(
        self,
        memory: Memory,
        last_checks: LastChecks,
        now: datetime,
        left: Callable[[], float],
        progress: Progress,
    ) -> Gathered:
        """Read the apps, and what is known of their use; judge them, with what sign-ins settle already settled.

        `left` gives the seconds that are left for reading; what has none left fails by itself, with its own sentence. Of the
        rest, sign-ins get half: no check depends on them.
        """
        apps = self.watchlist.apps
        progress(f"reading {len(apps)} app registration{'s' if len(apps) != 1 else ''}")
        reading = self.directory.read(
            [AppQuery(app.client_id, app.service_principal) for app in apps],
            seconds=max(MIN_SECONDS, left()),
        )
        uses, evidence = self._uses(memory, reading, max(MIN_SECONDS, left() / 2), progress)
        at = CheckContext(
            self.watchlist, apply_changes(memory, Changes(uses=uses)), now, last_checks
        )
        observed = {
            app.key: snapshot_of(app, reading.apps[app.client_id], at)
            for app in apps
            if app.client_id in reading.apps
        }
        unread = {
            app.key: f"{app.name}: {reading.failures[app.client_id]}"
            for app in apps
            if app.client_id in reading.failures
        }
        views = judge(at, observed).services if at.memory.uses else ()
        settled = tuple(
            decided for view in views if (decided := settle(view, at.memory, now)) is not None
        )
        return judged(Readings(reading, observed, unread, uses, settled, evidence), at)

    def _uses(
        self, memory: Memory, reading: DirectoryReading, seconds: float, progress: Progress
    ) -> tuple[tuple[Use, ...], str]:
        """Read when credentials were used, where that is switched on; without it the check goes on, and says why.

        Of a credential that nobody has seen on an app nothing is kept: no row would be of use, and its key id may be no key.
        """
        if self.usage_report is None:
            return (), ""
        progress("reading sign-ins")
        try:
            seen = self.usage_report.last_seen(
                [app.client_id for app in self.watchlist.apps], seconds=seconds
            )
        except DirectoryError as error:
            return (), str(error)
        here = {
            credential.key_id
            for app in reading.apps.values()
            if app is not None
            for credential in app.credentials
        }
        known = {
            key_id: at
            for key_id, at in seen.items()
            if key_id in here or key_id in memory.credential_records
        }
        return tuple(uses_after(memory, known)), ""


def judged(seen: Readings, at: CheckContext) -> Gathered:
    """Judge what was seen, as it stands once everything that sign-ins settle is written."""
    at = at._replace(memory=reduce(apply_decision, seen.settled, at.memory))
    judgement = judge(at, seen.snapshots, seen.unread)
    judgement = replace(judgement, changes=replace(judgement.changes, uses=seen.uses))
    return Gathered(seen, at, judgement, messages_due(judgement, at))
