"""What judging starts from: the watchlist, the ledger, one instant, and the apps as read."""

from datetime import datetime
from typing import NamedTuple

from shared.core.model.check_record import LastChecks
from shared.core.model.directory import AppRecord, Credential
from shared.core.model.memory import Memory
from shared.core.model.watchlist import Watchlist


class CheckContext(NamedTuple):
    """The watchlist, the memory and the instant of a check."""

    watchlist: Watchlist
    memory: Memory
    now: datetime
    last_checks: LastChecks = LastChecks()


class AppSnapshot(NamedTuple):
    """A watched app with the credentials that are on it."""

    record: AppRecord
    credentials: tuple[Credential, ...]
