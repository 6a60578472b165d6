"""Renew: create a secret for each service, and hand its value over through the vault.

Everything is checked before anything is created: the services, the apps, and that the vault
answers. Then each secret is asked for once; see `renewal`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.core.decisions import Refused
from shared.core.model.decision import Person
from shared.core.model.hand_over import HandOver
from shared.core.renewal import NotRenewed
from shared.core.results import CheckResult
from shared.ports.errors import VaultError
from shared.ports.secret_creator import SecretCreator
from shared.ports.vault import Vault, vault_name
from shared.usecases.check import Watch
from shared.usecases.part import Progress, ignore
from shared.usecases.renewal import Renewal
from shared.usecases.renewal_plan import Planned, plan
from shared.usecases.tend import tend

NOT_TRIED = "Not tried after that. Nothing was created."


@dataclass(frozen=True, slots=True)
class Renewals:
    """What was created and handed over, and what was not."""

    renewed: tuple[HandOver, ...]
    refused: tuple[NotRenewed, ...]
    check: CheckResult | None = None
    """What notified people; `None` if there was nothing to tell, or if it was interrupted."""


def renew(  # noqa: PLR0913  (all by keyword)
    watch: Watch,
    creator: SecretCreator,
    service_ids: Iterable[str],
    *,
    months: int,
    by: Person,
    again: bool = False,
    progress: Progress = ignore,
) -> Renewals:
    """Create a secret for each service, keep its value in the vault, and notify people.

    If one is not created, the others are tried, unless a policy of the tenant forbids it.

    Raises:
        Refused: A service is not on the watchlist, nobody is named, or there is no vault.
        VaultError: The vault does not answer this person.
    """
    if watch.vault is None:
        raise Refused("Secrets are not handed over here, so none was created.")
    progress("reading the app registrations")
    tend(watch, progress)  # an earlier renewal may not be finished
    found = plan(watch, service_ids, months=months, by=by, again=again)
    if not found.planned:
        return Renewals((), found.refused)
    progress("asking the vault")
    _require_answer(watch.vault, found.planned[0].view.service.id)
    renewal = Renewal(watch, watch.vault, creator, progress)
    outcomes = _each(renewal, found.planned)
    return Renewals(
        tuple(each for each in outcomes if isinstance(each, HandOver)),
        (*found.refused, *(each for each in outcomes if isinstance(each, NotRenewed))),
        _notify(renewal) if renewal.decided and not renewal.interrupted else None,
    )


def _require_answer(vault: Vault, service_id: str) -> None:
    try:
        vault.has(vault_name(service_id, "new"))
    except VaultError as error:
        why = f"{error} Nothing was created."
        raise VaultError(why, transient=error.transient, code=error.code) from None


def _each(renewal: Renewal, planned: Sequence[Planned]) -> Sequence[HandOver | NotRenewed]:
    outcomes: list[HandOver | NotRenewed] = []
    for each in planned:
        if renewal.stopped:
            outcomes.append(NotRenewed(each.view.service.id, NOT_TRIED))
        else:
            outcomes.append(renewal.create(each))
    return outcomes


def _notify(renewal: Renewal) -> CheckResult | None:
    """Delete the values that were replaced, and check, so that everyone is notified now."""
    watch = renewal.watch
    try:
        tend(watch, renewal.progress)
        return watch.check(renewal.progress, whole=False)
    except KeyboardInterrupt:
        return None
