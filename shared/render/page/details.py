"""What the page says of any item: the next step, the explanation and the facts."""

from typing import NamedTuple

from shared.core.model.context import CheckContext
from shared.core.model.message import Notice
from shared.core.model.views import ServiceView, View
from shared.core.model.vocabulary import Reason, Standing
from shared.render.text.dates import Moment
from shared.render.text.explanations import explanation
from shared.render.text.facts import NEXT_STEP, THEN, facts
from shared.render.text.naming import capital
from shared.render.text.next_steps import turns
from shared.render.text.service.hand_over import LABEL as HANDED_OVER

_ANY_URL = "https://page.example"
"""With a page URL, explanations mention the buttons on the status page."""
_ELSEWHERE = {NEXT_STEP, THEN, HANDED_OVER}
_UNEXPLAINED = {Standing.HEALTHY, Standing.APP_PROBLEM}


class Turn(NamedTuple):
    """Who acts next, and what they do."""

    whose: str
    """Empty: anybody."""
    task: str


def turn_of(view: View, at: CheckContext) -> Turn | None:
    """Return who acts next and what they do; `None` if there is nothing to do."""
    found = turns_of(view, at)
    return found[0] if found else None


def turns_of(view: View, at: CheckContext) -> tuple[Turn, ...]:
    """Return everybody's task, in order; empty if there is nothing to do."""
    tasks = turns(view, Moment(at.now, at.watchlist.zone))
    return tuple(Turn(capital(whose), capital(_here(task))) for whose, task in tasks)


def why(view: View, at: CheckContext) -> str:
    """Return the explanation of an item's status, as its last message gave it."""
    state = at.memory.items.get(view.item)
    reason = state.reason if state is not None else Reason.FIRST
    unexplained = isinstance(view, ServiceView) and view.standing in _UNEXPLAINED
    if unexplained and reason != Reason.CONFIRMED:
        return ""
    notice = Notice(view, reason, frozenset())
    sentences = explanation(notice, now=at.now, zone=at.watchlist.zone, page_url=_ANY_URL)
    return _here(" ".join(sentences))


def fact_rows(view: View, at: CheckContext) -> list[tuple[str, str]]:
    """Return pairs of a label and a text, without what the page says elsewhere."""
    found = facts(Notice(view, Reason.FIRST, frozenset()), now=at.now, zone=at.watchlist.zone)
    return [(label, text) for label, text in found if label not in _ELSEWHERE]


def _here(text: str) -> str:
    text = text.replace("over on the status page", "over here")  # its form is above the explanation
    return text.replace(" on the status page", " below")
