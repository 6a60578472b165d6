"""What a person may decide about one item of the inventory, and take back.

The rows are those of the watched apps: an acknowledgement under the item's id, an assignment to
no service under the key id. A new credential has another id, so neither is about it.
"""

from dataclasses import replace
from datetime import date

from shared.core.decisions import Refused, require_pause
from shared.core.inventory.context import InventoryContext
from shared.core.model.decision import Acknowledgement, Assignment, Decision, DecisionKind, Person
from shared.core.model.decision_changes import DecisionChanges
from shared.core.model.inventory import InventoryView
from shared.core.model.vocabulary import Standing


def snooze(
    view: InventoryView, until: date, why: str, at: InventoryContext, *, by: Person
) -> DecisionChanges:
    """Pause the messages about an item until a local day (inclusive), or until it expires.

    Raises:
        Refused: The reason is missing, or the day is not possible.
    """
    listed = view.listed
    ends = listed.credential.ends if view.standing == Standing.EXPIRING else None
    require_pause(until, why, ends, at.now, at.watchlist.zone)
    before = at.decided.acknowledgements.get(view.item)
    version = before.version if before else ""
    given = Acknowledgement(view.item, until, why.strip(), at.now, by, view.situation, version)
    decision = _decision(DecisionKind.ACKNOWLEDGE, view, at, by, why=given.why)
    return DecisionChanges(decision, acknowledgements=(given,))


def resume(view: InventoryView, at: InventoryContext, *, by: Person) -> DecisionChanges:
    """Take back the pause of an item. Raises `Refused` if there is none."""
    given = view.acknowledged
    if given is None:
        raise Refused(
            "Messages about this credential are not snoozed, so there is nothing to take back. "
            "Nothing was saved."
        )
    taken_back = replace(given, situation="", at=at.now, by=by)
    decision = _decision(DecisionKind.CANCEL, view, at, by)
    return DecisionChanges(decision, acknowledgements=(taken_back,))


def ignore(view: InventoryView, at: InventoryContext, *, by: Person) -> DecisionChanges:
    """Notify nobody of an item any more: it is not ours."""
    key_id = view.listed.credential.key_id.casefold()
    before = at.decided.assignments.get(key_id)
    given = Assignment(key_id, (), at.now, by, version=before.version if before else "")
    return DecisionChanges(_decision(DecisionKind.CLAIM, view, at, by), assignments=(given,))


def notice_again(view: InventoryView, at: InventoryContext, *, by: Person) -> DecisionChanges:
    """Take back that an item is ignored. Raises `Refused` if it is not."""
    key_id = view.listed.credential.key_id.casefold()
    if view.ignored is None:
        raise Refused(
            f"Credential {key_id} is not ignored, so there is nothing to take back. "
            "Nothing was saved."
        )
    given = replace(view.ignored, at=at.now, by=by, withdrawn=True)
    return DecisionChanges(_decision(DecisionKind.REOPEN, view, at, by), assignments=(given,))


def _decision(
    kind: DecisionKind, view: InventoryView, at: InventoryContext, by: Person, *, why: str = ""
) -> Decision:
    return Decision(at.now, kind, by, (), view.listed.credential.key_id.casefold(), why)
