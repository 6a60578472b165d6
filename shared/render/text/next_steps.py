"""Whose turn it is, and what the next step is, as the reader's role needs it.

Cards, mails, the page, the text status and the documents all take their sentences from here.
"""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet

from shared.core.model.message import Notice
from shared.core.model.views import View
from shared.core.model.vocabulary import Role
from shared.core.model.watchlist import REQUEST
from shared.render.text.dates import Moment
from shared.render.text.turn import ANYBODY, INSTALLER, RENEWER
from shared.render.text.wording import words_for

LEADS = ("Your turn", "Renewer", "Installer")


def next_step(view: View, at: Moment, roles: AbstractSet[Role] = ANYBODY) -> str:
    """Return whose turn it is and what to do, in one sentence; empty if there is nothing to do.

    Without `roles`, for any reader: "Renewer (ITS): create a new client secret ...". With the
    reader's roles: "Your turn: ..."; an installer, while the renewer has to act, is to ask for it.
    """
    return next(iter(next_steps(view, at, roles)), "")


def next_steps(view: View, at: Moment, roles: AbstractSet[Role] = ANYBODY) -> Sequence[str]:
    """Return the same, and for a channel with both roles what the other role does then.

    Its readers may be of either kind, so each sentence names who acts.
    """
    return words_for(view).next_steps(at, roles)


def turns(view: View, at: Moment) -> Sequence[tuple[str, str]]:
    """Return who acts, and their task, in order, where the reader's role is not known.

    Who acts is empty if it is anybody. The tasks are those of `next_step`.
    """
    words = words_for(view)
    return [(words.whose_turn(turn), turn.task) for turn in words.turns(at)]


def lead(step: str) -> str:
    """Return the beginning of a next step that says whose it is, with its colon; else empty."""
    whose, colon, _ = step.partition(":")
    return f"{whose}:" if colon and whose.startswith(LEADS) else ""


def whose_turn(view: View, at: Moment) -> str:
    """Return who acts next, with their channels: "renewer (ITS)"; empty if nobody does."""
    words = words_for(view)
    return words.whose_turn(words.turn(at))


def runbook_sections(view: View, roles: AbstractSet[Role] = ANYBODY) -> tuple[str, ...]:
    """Return the runbook sections that the readers need next; without `roles`, who acts first.

    The request comes before the steps of those who get it.
    """
    sections = words_for(view).runbook_sections()
    if not roles:
        return next(iter(sections.values()), ())
    titles = [title for role in sections if role in roles for title in sections[role]]
    return tuple(sorted(titles, key=lambda title: title != REQUEST))


def sections_of(notice: Notice) -> tuple[str, ...]:
    """Return the runbook sections that the readers of a notice need next."""
    return () if notice.about_snooze else runbook_sections(notice.view, notice.roles)


def show_how(notice: Notice) -> str:
    """Return the label of folded steps; readers with both roles learn whose steps they are."""
    if not notice.roles >= RENEWER | INSTALLER:
        return "Show how"
    sections = words_for(notice.view).runbook_sections()
    whose = [role for role, titles in sections.items() if set(titles) - {REQUEST}]
    return f"Show the {' and '.join(whose)} how"


def step_of(notice: Notice, at: Moment) -> str:
    """Return the next step for the readers of a notice; empty if they have nothing to do."""
    return "" if notice.about_snooze else next_step(notice.view, at, notice.roles)


def items_to_ask_for(notices: Iterable[Notice]) -> Iterator[str]:
    """Yield the ids of the items whose readers have to ask for a new secret."""
    for notice in notices:
        if REQUEST in sections_of(notice):
            yield notice.view.item
