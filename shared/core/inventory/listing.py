"""Which credentials of the tenant a list with its own horizon has, with who watches them.

It has more than the messages: also what is replaced, what a service uses, and what is excluded.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from shared.core.inventory.context import InventoryContext
from shared.core.inventory.exclusion import Exclusion, Exclusions
from shared.core.inventory.filter import ExpiryWindow, window_of
from shared.core.inventory.judge import inventory_view
from shared.core.inventory.noise import NOISE
from shared.core.judge.claims import claimed_by
from shared.core.judge.validity import has_ended
from shared.core.model.directory import Credential
from shared.core.model.inventory import Holder, InventoryApp, InventoryItem
from shared.core.model.inventory_memory import InventoryMemory
from shared.core.model.listing import ListedCredential
from shared.core.model.memory import Memory
from shared.core.model.watchlist import InventoryRules, WatchedApp, Watchlist

NOISE_CREDENTIALS = "noise_credentials"
"""A noise rule about the name of the credential, as in the counts of `LeftOut`."""


def rules_of(watchlist: Watchlist) -> InventoryRules:
    """Return the rules of `[tenant]`, or those of a watchlist that leaves the table out."""
    return watchlist.inventory or InventoryRules((), noise=tuple(rule.id for rule in NOISE))


class Lister:
    """Lists the credentials of one app at a time; create it once for each read."""

    def __init__(
        self,
        watchlist: Watchlist,
        memory: Memory,
        items: Mapping[str, InventoryItem],
        now: datetime,
        within: int,
        *,
        everything: bool,
    ) -> None:
        """Use what the ledger knows: `memory`, and the `items` of the tenant.

        `everything`: list excluded credentials too.
        """
        self.now = now
        rules = rules_of(watchlist)
        self.window: ExpiryWindow = window_of(watchlist.zone, now, within)
        self._at = InventoryContext(watchlist, rules, InventoryMemory(), now, decided=memory)
        self._exclusions = Exclusions(watchlist, rules)
        self._watched = {app.client_id: app for app in watchlist.apps}
        self._memory, self._items, self._everything = memory, items, everything

    def listed(self, app: InventoryApp) -> Iterator[ListedCredential]:
        """Yield the credentials of an app that expire in the window."""
        watched = self._watched.get(app.client_id.lower())
        if app.holder == Holder.SERVICE_PRINCIPAL and watched and not watched.service_principal:
            watched = None
        rule = self._rule_about(app)
        since, until = self.window
        for credential in app.credentials:
            if credential.ends is None or not since <= credential.ends <= until:
                continue
            excluded = None if watched else rule or self._rule_about_credential(credential)
            if self._everything or excluded is None:
                yield self._row(app, credential, watched, excluded)

    def _rule_about(self, app: InventoryApp) -> str | None:
        rule = self._exclusions.of_app(app.holder, app.client_id, app.name, app.tags)
        return None if rule in {None, Exclusion.WATCHED} else rule

    def _rule_about_credential(self, credential: Credential) -> str | None:
        return NOISE_CREDENTIALS if self._exclusions.of_credential(credential.name) else None

    def _row(
        self,
        app: InventoryApp,
        credential: Credential,
        watched: WatchedApp | None,
        excluded: str | None,
    ) -> ListedCredential:
        now = self.now
        item = InventoryItem(
            app.holder,
            app.client_id,
            app.object_id,
            app.name,
            credential,
            first_seen=now,
            since=now,
            ended=has_ended(credential, now),
        )
        services = (
            claimed_by(credential, watched.services, self._memory).services if watched else ()
        )
        first_seen = self._first_seen(item)
        known = item if first_seen is None else replace(item, first_seen=first_seen)
        view = inventory_view(known, self._at)
        return ListedCredential(view, min(services, default=None), excluded, first_seen)

    def _first_seen(self, item: InventoryItem) -> datetime | None:
        known = self._items.get(item.item) or self._memory.credential_records.get(
            item.credential.key_id
        )
        return known.first_seen if known is not None else None


def soonest_first(row: ListedCredential) -> tuple[datetime, str]:
    """Return a sort key by expiry, and always the same order."""
    ends = row.view.listed.credential.ends
    assert ends is not None  # what does not expire is not listed
    return ends, row.view.item
