"""Which credentials of the tenant are listed: those that are due or have expired lately.

A newer credential replaces an older one only on the same app, with the same kind and the same
non-empty name, and never the one that the app signs with. Every other credential is only
counted, so the ledger grows with what is due and not with the tenant.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.core.inventory.exclusion import Exclusions
from shared.core.judge.validity import has_ended, has_started
from shared.core.model.age import started_after
from shared.core.model.directory import Credential
from shared.core.model.inventory import InventoryApp, InventoryItem
from shared.core.model.watchlist import InventoryRules, Watchlist

MAX_EXPIRED_DAYS = 90
"""What expired longer ago, by calendar days, is only counted."""


class ExpiryWindow(NamedTuple):
    """The instants of expiry that matter, both included."""

    since: datetime
    until: datetime


def window(watchlist: Watchlist, rules: InventoryRules, now: datetime) -> ExpiryWindow:
    """Return the local days within the ladder, and `MAX_EXPIRED_DAYS` past ones, as instants."""
    return window_of(watchlist.zone, now, rules.ladder[0])


def window_of(zone: ZoneInfo, now: datetime, days: int) -> ExpiryWindow:
    """Return the next local days, and `MAX_EXPIRED_DAYS` past ones, as instants."""
    today = now.astimezone(zone).date()
    first = datetime.combine(today - timedelta(days=MAX_EXPIRED_DAYS), time.min, zone)
    last = datetime.combine(today + timedelta(days=days), time.max, zone)
    return ExpiryWindow(first.astimezone(now.tzinfo), last.astimezone(now.tzinfo))


class InventoryFilter:
    """Selects credentials, one app at a time; create it once for each read."""

    def __init__(self, watchlist: Watchlist, rules: InventoryRules, now: datetime) -> None:
        """Leave out watched apps, what the watchlist excludes, and noise."""
        self._now = now
        self.window = window(watchlist, rules, now)
        self.exclusions = Exclusions(watchlist, rules)
        self.noise_credentials = 0
        """Credentials that a noise rule left out, of those that are due or have expired."""

    def listed(self, app: InventoryApp) -> Iterator[InventoryItem]:
        """Yield the items of an app, as if each were seen for the first time."""
        if self.exclusions.of_app(app.holder, app.client_id, app.name, app.tags) is not None:
            return
        for credential in app.credentials:
            if self._matters(credential) and not self._is_replaced(credential, app):
                yield InventoryItem(
                    app.holder,
                    app.client_id,
                    app.object_id,
                    app.name,
                    credential,
                    first_seen=self._now,
                    since=self._now,
                    ended=has_ended(credential, self._now),
                )

    def _matters(self, credential: Credential) -> bool:
        since, until = self.window
        if credential.ends is None or not since <= credential.ends <= until:
            return False
        is_noise = self.exclusions.of_credential(credential.name)
        self.noise_credentials += is_noise
        return not is_noise

    def _is_replaced(self, credential: Credential, app: InventoryApp) -> bool:
        """Return whether a newer credential replaces it.

        A certificate in use for signing is not replaced: that a newer one exists does not mean
        that it is used.
        """
        if not credential.name or credential.key_id in app.signing:
            return False
        return any(_replaces(newer, credential, self._now) for newer in app.credentials)


def _replaces(newer: Credential, older: Credential, now: datetime) -> bool:
    """Return whether `newer` has started, and works or worked for as long as `older`."""
    same = newer.kind == older.kind and newer.name == older.name != ""
    if not same or not started_after(newer, older) or not has_started(newer, now):
        return False
    if not has_ended(newer, now):
        return True
    return newer.ends is not None and older.ends is not None and newer.ends >= older.ends
