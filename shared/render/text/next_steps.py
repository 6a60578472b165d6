"""Whose turn it is, and what the next step is, as the reader's role needs it."""

from collections.abc import Set as AbstractSet

from shared.core.model.views import View
from shared.core.model.vocabulary import Role
from shared.render.text.naming import capital, party
from shared.render.text.wording import words_for
from shared.render.text.words import ANYBODY, INSTALLER, RENEWER

YOUR_TURN = "Your turn:"
LEADS = ("Your turn", "Renewer", "Installer")


def next_step(view: View, roles: AbstractSet[Role] = ANYBODY) -> str:
    """Return whose turn it is and what to do, in one sentence; empty if nothing is to be done.

    Without `roles`, for any reader: "Renewer (its): create a new client secret ...". With the
    reader's roles: "Your turn: ...", or, for an installer while the renewer has to act, "Ask ...
    for a new client secret". A channel with both roles has readers of either kind, so the one
    who acts is named there too.
    """
    words = words_for(view)
    turn, both = words.turn(), roles >= RENEWER | INSTALLER
    if not turn.task:
        return ""
    if turn.roles & roles and not both:
        return f"{YOUR_TURN} {turn.task}"
    if Role.INSTALLER in roles and not both and (request := words.request()):
        return request
    whose = whose_turn(view)
    return capital(f"{whose}: {turn.task}" if whose else turn.task)


def lead(step: str) -> str:
    """Return the beginning of a next step that says whose it is, with its colon; else empty."""
    whose, colon, _ = step.partition(":")
    return f"{whose}:" if colon and whose.startswith(LEADS) else ""


def whose_turn(view: View) -> str:
    """Return who acts next, with their channels: "renewer (its)"; empty if nobody does."""
    words = words_for(view)
    channels = {
        Role.RENEWER: [name for service in words.services for name in service.renewer],
        Role.INSTALLER: [name for service in words.services for name in service.installer],
    }
    roles = words.turn().roles
    return " and ".join(party(role.value, channels[role]) for role in channels if role in roles)


def runbook_sections(view: View, roles: AbstractSet[Role] = ANYBODY) -> tuple[str, ...]:
    """Return the runbook sections that the readers need next; without `roles`, who acts first."""
    sections = words_for(view).runbook_sections()
    if not roles:
        return next(iter(sections.values()), ())
    return tuple(title for role in sections if role in roles for title in sections[role])
