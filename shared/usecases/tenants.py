"""Several tenants: which of them have something to do now. Each has its ledger, and one that fails is no other's matter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.config.watchlist_folder import Watchlists
from shared.core.judge.schedule import is_stale, is_tick_due
from shared.core.model.memory import Outcome
from shared.core.results import CheckResult
from shared.ports import Ledger, LedgerError


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
            pulse = ledgers[key].pulse()
        except LedgerError as error:
            alarms[key] = CheckResult(now, Outcome.FAILED, str(error))
            continue
        if is_tick_due(pulse, watchlist, now):
            owed.append(key)
        if is_stale(pulse, now):
            last = (
                f"since {pulse.last_success:%Y-%m-%d %H:%M} UTC"
                if pulse.last_success is not None
                else "yet"
            )
            alarms[key] = CheckResult(
                now, Outcome.FAILED, f"No good check of this tenant {last}. {pulse.error}".strip()
            )
    return Survey(tuple(owed), alarms)


def fresh(watchlists: Watchlists, ledgers: Mapping[str, Ledger], now: datetime) -> bool | None:
    """Say whether checks are made: `False` if any tenant is stale, `None` if some have not begun, else `True`.

    The first sign of life of each is noted. Raises `LedgerError`.
    """
    found: list[bool | None] = []
    for key in watchlists:
        pulse = ledgers[key].pulse()
        if pulse.watching_since is None and pulse.last_attempt is None:
            ledgers[key].begin(now)
        found.append(
            False if is_stale(pulse, now) else True if pulse.last_success is not None else None
        )
    return False if False in found else None if None in found else True
