"""Record a check: how it ended, which channels failed, and what the next tick has to know."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from shared.core.judge.schedule import CLOCKS_DIFFER, last_checks_after
from shared.core.judge.self_watch import fared
from shared.core.model.apply import is_remembered
from shared.core.model.check_record import CheckRecord
from shared.core.model.memory import Changes
from shared.core.notify.retention import HISTORY, is_outlived, outlived
from shared.core.results import CheckResult, Delivery
from shared.ports.errors import LedgerError
from shared.ports.ledger import Ledger
from shared.usecases.gather import READ_WITHIN, Gathered
from shared.usecases.part import PartResult

DECIDED_WITHIN = timedelta(seconds=READ_WITHIN) + CLOCKS_DIFFER
"""How long after its own time, when the person opened the page, a decision may be saved."""


def record_check(
    ledger: Ledger,
    result: CheckResult,
    gathered: Gathered,
    parts: Sequence[PartResult],
    *,
    retry: bool,
) -> None:
    """Write the channels' states and the check, then delete old rows. Raises `LedgerError`."""
    at = gathered.at
    errors = _channel_errors(result.deliveries, at.watchlist.channels)
    states = [
        fared(name, at, error, delivered=not error, retry=retry) for name, error in errors.items()
    ]
    ledger.remember(Changes(channels=tuple(each for each in states if each is not None)))
    record = _record_of(result)
    last_checks = last_checks_after(record, at.last_checks, retry=retry)
    for part in parts:
        last_checks = part.note(last_checks)
    decisions = ledger.decisions_since(result.checked_at - DECIDED_WITHIN)
    if not all(is_remembered(decision, at.memory) for decision in decisions):
        # made during this check, so its own check could not run: the next tick does it
        last_checks = replace(last_checks, retries_left=max(1, last_checks.retries_left))
    ledger.record_check(record, last_checks)
    with suppress(LedgerError):  # the check is recorded; the next one can delete old rows
        after = gathered.after
        ledger.remove(outlived(after))
        ledger.remove_history(
            result.checked_at - HISTORY, lambda decision: is_outlived(decision, after)
        )


def record_failure(ledger: Ledger, result: CheckResult, *, retry: bool) -> None:
    """Write that a check failed, if possible; an error in writing would hide its own."""
    record = _record_of(result)
    with suppress(Exception):
        last_checks = last_checks_after(record, ledger.last_checks(), retry=retry)
        ledger.record_check(record, last_checks)


def _channel_errors(deliveries: Iterable[Delivery], channels: Iterable[str]) -> dict[str, str]:
    """Return each channel of the watchlist that got messages, with its error, empty if none.

    Mailboxes of owners are not channels of the watchlist.
    """
    errors: dict[str, str] = {}
    for delivery in deliveries:
        name = delivery.message.channel
        if name in channels and delivery.tried:
            error = "" if delivery.delivered else delivery.error or "not delivered"
            errors[name] = errors.get(name) or error
    return errors


def _record_of(result: CheckResult) -> CheckRecord:
    delivered = sum(delivery.delivered for delivery in result.deliveries)
    return CheckRecord(result.checked_at, result.outcome, result.error, result.read, delivered)
