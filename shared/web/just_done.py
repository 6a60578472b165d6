"""What a person has just done, according to the ledger.

Anybody can make a link to the page with `?done=`. Its reader must not read of a decision that they
have not made, so the address only chooses among what the ledger confirms.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from shared.core.model.age import started_after
from shared.core.model.check_record import LastChecks, Outcome
from shared.core.model.context import CheckContext
from shared.core.model.decision import Decision, DecisionKind, Person
from shared.render.page.flash import LATER
from shared.web.done import Done

RECENT = timedelta(minutes=10)
"""How long the page says that something was saved."""

_KINDS = {
    "confirm": DecisionKind.CONFIRM,
    "undo": DecisionKind.CONFIRM,
    "acknowledge": DecisionKind.ACKNOWLEDGE,
    "claim": DecisionKind.CLAIM,
    "cancel": DecisionKind.CANCEL,
    "reopen": DecisionKind.REOPEN,
    "hand-over": DecisionKind.HAND_OVER,
    "withdraw": DecisionKind.WITHDRAW,
}


def just_done(
    done: Done,
    person: Person,
    recent: Sequence[Decision],
    histories: Mapping[str, Sequence[Decision]],
    at: CheckContext,
) -> Done | None:
    """Return what was done, or `None` if the ledger does not have it.

    Args:
        done: What the address of the page says.
        person: Who reads the page.
        recent: The decisions since `RECENT` ago, newest first.
        histories: All decisions by service id, newest first.
        at: The state of the ledger.
    """
    notice = done.notice.removesuffix(LATER)
    said_later = done.notice != notice
    if notice == "check":
        later = LATER if said_later and at.last_checks.outcome != Outcome.OK else ""
        return Done(notice + later) if _just_checked(at) else None
    own = (each for each in recent if _is_own(each, person, at.now))
    saved = next((each for each in own if _fits(each, notice, done.service)), None)
    if saved is None or _is_undo(saved, histories.get(done.service, ()), at) != (notice == "undo"):
        return None
    later = LATER if _is_pending(saved, at.last_checks, said=said_later) else ""
    return Done(notice + later, done.service)


def _just_checked(at: CheckContext) -> bool:
    last_checks = at.last_checks
    if last_checks.last_attempt is None or last_checks.outcome == Outcome.FAILED:
        return False
    return _is_recent(last_checks.last_attempt, at.now)


def _is_own(decision: Decision, person: Person, now: datetime) -> bool:
    by = decision.by
    return by is not None and by.object_id == person.object_id and _is_recent(decision.at, now)


def _is_recent(then: datetime, now: datetime) -> bool:
    return abs(now - then) <= RECENT


def _fits(decision: Decision, notice: str, service: str) -> bool:
    """Return whether a decision is of this kind and about this service, as `ACTS` name it."""
    about = decision.services[0] if len(decision.services) == 1 else ""
    return decision.kind == _KINDS.get(notice) and about == service


def _is_undo(decision: Decision, about_service: Sequence[Decision], at: CheckContext) -> bool:
    """Return whether a decision confirmed an older credential than the confirmation before it."""
    if decision.kind != DecisionKind.CONFIRM:
        return False
    confirmed = (each for each in about_service if each.kind == decision.kind)
    until_then = [each.key_id for each in confirmed if each.at <= decision.at]
    records = [at.memory.credential_records.get(key) for key in until_then[:2]]
    match records:
        case [record, before] if record is not None and before is not None:
            return started_after(before.credential, record.credential)
    return False


def _is_pending(decision: Decision, last_checks: LastChecks, *, said: bool) -> bool:
    """Return whether some people have not been notified of a decision yet.

    An incomplete check may have reached them all: only then does the address decide (`said`).
    """
    if last_checks.last_success is None or last_checks.last_success < decision.at:
        return True
    return said and last_checks.outcome != Outcome.OK
