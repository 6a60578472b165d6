"""Return what is remembered after something was saved.

Checks, forecasts and the ledger in memory of the tests share these steps.
"""

from collections.abc import Iterable
from dataclasses import replace

from shared.core.model.decision import Acknowledgement, Assignment, Decision, DecisionKind, InUse
from shared.core.model.decision_changes import DecisionChanges
from shared.core.model.inventory_memory import InventoryChanges, InventoryMemory
from shared.core.model.memory import Changes, Memory
from shared.core.model.notification import Notification


def apply_changes(memory: Memory, changes: Changes) -> Memory:
    """Return the memory after `changes`; an existing record of a credential in use is kept."""
    records = {each.credential.key_id: each for each in changes.credential_records}
    return replace(
        memory,
        in_use_records={each.service: each for each in changes.in_use_records}
        | {**memory.in_use_records},
        credential_records={**memory.credential_records, **records},
        apps={**memory.apps, **{app.key: app for app in changes.apps}},
        items={**memory.items, **{state.item: state for state in changes.items}},
        channels={**memory.channels, **{state.name: state for state in changes.channels}},
        uses={**memory.uses, **{use.key_id: use for use in changes.uses}},
    )


def apply_decision(memory: Memory, changes: DecisionChanges) -> Memory:
    """Return the memory after a decision."""
    dropped = {each.service for each in changes.dropped}
    kept = {name: each for name, each in memory.in_use_records.items() if name not in dropped}
    in_use = {each.service: each for each in changes.in_use_records}
    assignments = {each.key_id: each for each in changes.assignments}
    acknowledgements = {each.service: each for each in changes.acknowledgements}
    return replace(
        memory,
        in_use_records={**kept, **in_use},
        previous_credentials=memory.previous_credentials | set(changes.previous_credentials),
        assignments={**memory.assignments, **assignments},
        acknowledgements={**memory.acknowledgements, **acknowledgements},
        hand_overs={**memory.hand_overs, **{each.service: each for each in changes.hand_overs}},
    )


def apply_inventory_changes(memory: InventoryMemory, changes: InventoryChanges) -> InventoryMemory:
    """Return the memory of the inventory after `changes`."""
    gone, forgotten = set(changes.gone), set(changes.forgotten_notifications)
    kept = {item: each for item, each in memory.items.items() if item not in gone}
    notifications = memory.notifications.items()
    return replace(
        memory,
        scan=changes.scan or memory.scan,
        items={**kept, **{each.item: each for each in changes.items}},
        notifications={key: each for key, each in notifications if key not in forgotten},
    )


def apply_notifications[M: (Memory, InventoryMemory)](
    memory: M, notifications: Iterable[Notification]
) -> M:
    """Return the memory, of the watched apps or the inventory, after messages were delivered."""
    new = {(each.item, each.channel): each for each in notifications}
    return replace(memory, notifications={**memory.notifications, **new})


def is_remembered(decision: Decision, memory: Memory) -> bool:
    """Return whether `memory` was read after a decision was saved.

    Decisions by evidence count as remembered: the check saves them itself.
    """
    values: list[InUse | Assignment | Acknowledgement | None]
    match decision.kind:
        case _ if decision.by is None:
            return True
        case DecisionKind.CLAIM | DecisionKind.REOPEN:
            values = [memory.assignments.get(decision.key_id)]
        case DecisionKind.CONFIRM:
            values = [memory.in_use_records.get(service) for service in decision.services]
        case DecisionKind.ACKNOWLEDGE | DecisionKind.CANCEL:
            values = [memory.acknowledgements.get(service) for service in decision.services]
        case _:
            return _knows_hand_over(decision, memory)
    return all(value is not None and value.at >= decision.at for value in values)


def _knows_hand_over(decision: Decision, memory: Memory) -> bool:
    """Return whether `memory` has the state of a hand-over after a decision about it."""
    records = [memory.hand_overs.get(service) for service in decision.services]
    return all(record is not None and record.changed >= decision.at for record in records)
