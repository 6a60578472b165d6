"""What is remembered after something was written: the same step for a forecast, for a test's ledger, and in our heads."""

from collections.abc import Iterable
from dataclasses import replace

from shared.core.model.changes import DecisionChanges
from shared.core.model.memory import Changes, Memory, Notification


def apply_changes(memory: Memory, facts: Changes) -> Memory:
    """Give the memory after `facts` were written; a hold that exists is left alone."""
    return replace(
        memory,
        in_use_records={
            **{hold.service: hold for hold in facts.in_use_records},
            **memory.in_use_records,
        },
        credential_records={
            **memory.credential_records,
            **{each.credential.key_id: each for each in facts.credential_records},
        },
        apps={**memory.apps, **{app.key: app for app in facts.apps}},
        items={**memory.items, **{state.item: state for state in facts.items}},
        channels={**memory.channels, **{state.name: state for state in facts.channels}},
        uses={**memory.uses, **{use.key_id: use for use in facts.uses}},
    )


def apply_decision(memory: Memory, decided: DecisionChanges) -> Memory:
    """Give the memory after somebody decided."""
    return replace(
        memory,
        in_use_records={
            **memory.in_use_records,
            **{hold.service: hold for hold in decided.in_use_records},
        },
        previous_credentials=memory.previous_credentials | set(decided.previous_credentials),
        assignments={**memory.assignments, **{each.key_id: each for each in decided.assignments}},
        acknowledgements={
            **memory.acknowledgements,
            **{each.service: each for each in decided.acknowledgements},
        },
    )


def apply_notifications(memory: Memory, told: Iterable[Notification]) -> Memory:
    """Give the memory after a channel heard something."""
    return replace(
        memory,
        notifications={
            **memory.notifications,
            **{(each.item, each.channel): each for each in told},
        },
    )
