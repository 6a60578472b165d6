"""Whose turn it is: the roles that act next, and their task."""

from collections.abc import Set as AbstractSet
from typing import NamedTuple

from shared.core.model.vocabulary import Role

ANYBODY: AbstractSet[Role] = frozenset()
RENEWER: AbstractSet[Role] = frozenset({Role.RENEWER})
INSTALLER: AbstractSet[Role] = frozenset({Role.INSTALLER})
YOUR_TURN = "Your turn:"


class Turn(NamedTuple):
    """Who acts next, and the task."""

    roles: AbstractSet[Role]
    """Empty: anybody."""
    task: str
    """The end of a sentence, with its full stop; empty if there is nothing to do."""


NOTHING_TO_DO = Turn(ANYBODY, "")
