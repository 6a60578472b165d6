"""What the page says of any item: the next step, the explanation and the facts."""

from typing import NamedTuple

from shared.core.model.context import CheckContext
from shared.core.model.message import Notice
from shared.core.model.views import ServiceView, View
from shared.core.model.vocabulary import Reason, Standing
from shared.render.text.explanations import explanation
from shared.render.text.facts import facts
from shared.render.text.naming import capital
from shared.render.text.next_steps import next_step, whose_turn

NEXT_STEP = "Next step"
"""The label of the fact that the page shows apart."""
_ANY_URL = "https://page.example"
"""With a page URL, explanations mention the buttons on the status page."""
_UNEXPLAINED = {Standing.HEALTHY, Standing.APP_PROBLEM}


class Turn(NamedTuple):
    """Who acts next, and what they do."""

    whose: str
    """Empty: anybody."""
    task: str


def turn_of(view: View) -> Turn | None:
    """Return who acts next and what they do; `None` if there is nothing to do."""
    step, whose = next_step(view), whose_turn(view)
    if not step:
        return None
    task = step[len(whose) + 2 :] if whose else step
    return Turn(capital(whose), capital(task))


def why(view: View, at: CheckContext) -> str:
    """Return the explanation of an item's status, as its last message gave it."""
    state = at.memory.items.get(view.item)
    reason = state.reason if state is not None else Reason.FIRST
    unexplained = isinstance(view, ServiceView) and view.standing in _UNEXPLAINED
    if unexplained and reason != Reason.CONFIRMED:
        return ""
    notice = Notice(view, reason, frozenset())
    sentences = explanation(notice, now=at.now, zone=at.watchlist.zone, page_url=_ANY_URL)
    return " ".join(sentences).replace(" on the status page", " below")


def fact_rows(view: View, at: CheckContext) -> list[tuple[str, str]]:
    """Return pairs of a label and a text; the next step is not among them."""
    found = facts(Notice(view, Reason.FIRST, frozenset()), now=at.now, zone=at.watchlist.zone)
    return [(label, text) for label, text in found if label != NEXT_STEP]
