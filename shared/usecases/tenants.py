"""Several tenants: which of them need a check now.

Each tenant has its own ledger; one that fails does not affect the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.core.judge.schedule import is_stale
from shared.core.model.check_record import LastChecks, Outcome
from shared.core.model.watchlist import Watchlists
from shared.core.results import CheckResult
from shared.ports.errors import LedgerError
from shared.ports.ledger import Ledger
from shared.usecases.due import due
from shared.usecases.tend import is_unfinished


@dataclass(frozen=True, slots=True)
class Survey:
    """Which tenants need a check, by the keys of their watchlists."""

    due: tuple[str, ...]
    """Tenants whose check is due or whose hand-overs need a tick, in the watchlists' order."""
    alarms: Mapping[str, CheckResult]
    """Tenants that are stale, or whose ledger cannot be read, each as a failed check."""


def survey(watchlists: Watchlists, ledgers: Mapping[str, Ledger], now: datetime) -> Survey:
    """Read what is due in each tenant. An error of one tenant is its alarm, and is not raised."""
    keys: list[str] = []
    alarms: dict[str, CheckResult] = {}
    for key, watchlist in watchlists.items():
        try:
            found = due(ledgers[key], watchlist, now)
            wanted = found.anything or is_unfinished(ledgers[key].hand_overs())
        except LedgerError as error:
            alarms[key] = CheckResult(now, Outcome.FAILED, str(error))
            continue
        except Exception as error:  # noqa: BLE001  (a bug met by one tenant must not stop the others)
            text = f"Internal error ({type(error).__name__})."
            alarms[key] = CheckResult(now, Outcome.FAILED, text)
            continue
        if wanted:
            keys.append(key)
        if is_stale(found.last_checks, now):
            alarms[key] = CheckResult(now, Outcome.FAILED, _stale(found.last_checks))
    return Survey(tuple(keys), alarms)


def _stale(last_checks: LastChecks) -> str:
    last = last_checks.last_success
    since = f"since {last:%Y-%m-%d %H:%M} UTC" if last is not None else "yet"
    return f"No successful check of this tenant {since}. {last_checks.error}".strip()


def fresh(watchlists: Watchlists, ledgers: Mapping[str, Ledger], now: datetime) -> bool | None:
    """Return whether checks succeed: `False` if any tenant is stale, else `True`.

    `None` if no tenant is stale and some had no successful check yet. Saves the first sign of
    life of each tenant. Raises `LedgerError`.
    """
    states: list[bool | None] = []
    for key in watchlists:
        last_checks = ledgers[key].last_checks()
        if last_checks.watching_since is None and last_checks.last_attempt is None:
            ledgers[key].begin(now)
        if is_stale(last_checks, now):
            states.append(False)
        else:
            states.append(None if last_checks.last_success is None else True)
    if False in states:
        return False
    return None if None in states else True
