"""Apps and credentials that the inventory leaves out, by which rule."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from shared.core.inventory.noise import NOISE
from shared.core.model.inventory import Holder
from shared.core.model.left_out import LeftOut
from shared.core.model.name_pattern import any_of
from shared.core.model.watchlist import InventoryRules, Watchlist


class Exclusion(StrEnum):
    """A rule that leaves out an app. All but `WATCHED` are counted, as `LeftOut` names them."""

    WATCHED = "watched"
    """The watchlist names the app: another part of the check reports it."""
    CLIENT_IDS = "client_ids"
    TAGS = "tags"
    NAMES = "names"
    NOISE = "noise_apps"


class Exclusions:
    """The rules, compiled: a tenant has up to 100,000 apps."""

    def __init__(self, watchlist: Watchlist, rules: InventoryRules) -> None:
        """Leave out watched apps, what the watchlist excludes, and noise."""
        self._rules = rules
        noise = [rule for rule in NOISE if rule.id in rules.noise]
        self._names = any_of(rules.exclude_names)
        self._noisy_apps = any_of(rule.app for rule in noise if rule.app)
        self._noisy_credentials = any_of(rule.credential for rule in noise if rule.credential)
        apps = watchlist.apps
        self._watched = {(Holder.APPLICATION, app.client_id) for app in apps}
        self._watched |= {
            (Holder.SERVICE_PRINCIPAL, app.client_id) for app in apps if app.service_principal
        }

    def of_app(
        self, holder: Holder, client_id: str, name: str, tags: Collection[str]
    ) -> Exclusion | None:
        """Return the rule that leaves out an app; `None` if none does."""
        rules, folded, lower = self._rules, name.casefold(), client_id.casefold()
        if (holder, lower) in self._watched:
            return Exclusion.WATCHED
        if lower in rules.exclude_client_ids:
            return Exclusion.CLIENT_IDS
        if tags and not rules.exclude_tags.isdisjoint(tags):
            return Exclusion.TAGS
        if self._names.match(folded):
            return Exclusion.NAMES
        return Exclusion.NOISE if self._noisy_apps.match(folded) else None

    def of_credential(self, name: str) -> bool:
        """Return whether a noise rule leaves out a credential with this name."""
        return self._noisy_credentials.match(name.casefold()) is not None


def left_out_by(apps: Mapping[Exclusion, int], noise_credentials: int = 0) -> LeftOut:
    """Return the counts by rule. Watched apps do not count: another part reports them."""
    by_rule = {rule.value: number for rule, number in apps.items() if rule != Exclusion.WATCHED}
    return LeftOut(noise_credentials=noise_credentials, **by_rule)
