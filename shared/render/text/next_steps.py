"""Whose turn it is, and what the next step is, as the reader's role needs it."""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

from shared.core.model.message import Notice
from shared.core.model.views import View
from shared.core.model.vocabulary import Role
from shared.core.model.watchlist import REQUEST
from shared.render.text.turn import ANYBODY
from shared.render.text.wording import words_for

LEADS = ("Your turn", "Renewer", "Installer")


def next_step(view: View, roles: AbstractSet[Role] = ANYBODY) -> str:
    """Return whose turn it is and what to do, in one sentence; empty if there is nothing to do.

    Without `roles`, for any reader: "Renewer (its): create a new client secret ...". With the
    reader's roles: "Your turn: ...", or, for an installer while the renewer has to act, "Ask ...
    for a new client secret". A channel with both roles has readers of either kind, so the one
    who acts is named there too.
    """
    return words_for(view).next_step(roles)


def lead(step: str) -> str:
    """Return the beginning of a next step that says whose it is, with its colon; else empty."""
    whose, colon, _ = step.partition(":")
    return f"{whose}:" if colon and whose.startswith(LEADS) else ""


def whose_turn(view: View) -> str:
    """Return who acts next, with their channels: "renewer (its)"; empty if nobody does."""
    return words_for(view).whose_turn()


def runbook_sections(view: View, roles: AbstractSet[Role] = ANYBODY) -> tuple[str, ...]:
    """Return the runbook sections that the readers need next; without `roles`, who acts first."""
    sections = words_for(view).runbook_sections()
    if not roles:
        return next(iter(sections.values()), ())
    return tuple(title for role in sections if role in roles for title in sections[role])


def items_to_ask_for(notices: Iterable[Notice]) -> Iterator[str]:
    """Yield the ids of the items whose readers have to ask for a new secret."""
    for notice in notices:
        if REQUEST in runbook_sections(notice.view, notice.roles):
            yield notice.view.item
