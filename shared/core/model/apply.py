"""What is remembered after something was written: the same step for a forecast, for a test's ledger, and in our heads."""

from collections.abc import Iterable
from dataclasses import replace

from shared.core.model.changes import DecisionChanges
from shared.core.model.memory import Changes, Memory, Notification


def apply_changes(memory: Memory, facts: Changes) -> Memory:
    """Give the memory after `facts` were written; a hold that exists is left alone."""
    return replace(
        memory,
        holds={**{hold.service: hold for hold in facts.holds}, **memory.holds},
        sightings={
            **memory.sightings,
            **{each.credential.key_id: each for each in facts.sightings},
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
        holds={**memory.holds, **{hold.service: hold for hold in decided.holds}},
        formers=memory.formers | set(decided.formers),
        assignments={**memory.assignments, **{each.key_id: each for each in decided.assignments}},
        acknowledgements={
            **memory.acknowledgements,
            **{each.service: each for each in decided.acknowledgements},
        },
    )


def apply_notifications(memory: Memory, told: Iterable[Notification]) -> Memory:
    """Give the memory after a channel heard something."""
    return replace(
        memory, told={**memory.told, **{(each.item, each.channel): each for each in told}}
    )
