"""Several tenants: which of them have something to do now. Each has its ledger, and one that fails is no other's matter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.config.watchlist_folder import Watchlists
from shared.core.judge.schedule import is_stale, is_tick_due
from shared.core.model.check_record import Outcome
from shared.core.results import CheckResult
from shared.ports.errors import LedgerError
from shared.ports.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Survey:
    """What is owed, by the keys of watchlists, in their order."""

    owed: tuple[str, ...]
    alarms: Mapping[str, CheckResult]
    """Tenants whose ledger cannot be read, or for which no good check has been made for too long; each as a failed check."""


def survey(watchlists: Watchlists, ledgers: Mapping[str, Ledger], now: datetime) -> Survey:
    """Ask the ledger of each tenant: one table read each. Raises no port's error."""
    owed: list[str] = []
    alarms: dict[str, CheckResult] = {}
    for key, watchlist in watchlists.items():
        try:
            last_checks = ledgers[key].last_checks()
        except LedgerError as error:
            alarms[key] = CheckResult(now, Outcome.FAILED, str(error))
            continue
        if is_tick_due(last_checks, watchlist, now):
            owed.append(key)
        if is_stale(last_checks, now):
            last = (
                f"since {last_checks.last_success:%Y-%m-%d %H:%M} UTC"
                if last_checks.last_success is not None
                else "yet"
            )
            alarms[key] = CheckResult(
                now,
                Outcome.FAILED,
                f"No good check of this tenant {last}. {last_checks.error}".strip(),
            )
    return Survey(tuple(owed), alarms)


def fresh(watchlists: Watchlists, ledgers: Mapping[str, Ledger], now: datetime) -> bool | None:
    """Say whether checks are made: `False` if any tenant is stale, `None` if some have not begun, else `True`.

    The first sign of life of each is noted. Raises `LedgerError`.
    """
    found: list[bool | None] = []
    for key in watchlists:
        last_checks = ledgers[key].last_checks()
        if last_checks.watching_since is None and last_checks.last_attempt is None:
            ledgers[key].begin(now)
        found.append(
            False
            if is_stale(last_checks, now)
            else True
            if last_checks.last_success is not None
            else None
        )
    return False if False in found else None if None in found else True
