"""The page's headline: whether everything is safe, and if not, what is due first.

"Yes" needs a recent, successful check that read everything.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.core.model.context import CheckContext
from shared.core.model.views import AppView, ServiceView
from shared.core.model.vocabulary import Severity, Standing
from shared.core.notify.action import needs_action
from shared.core.results import Status
from shared.render.page.doubts import doubts
from shared.render.page.labels import UNCERTAIN
from shared.render.text.dates import date_of
from shared.render.text.escape import clean
from shared.render.text.headlines import summary
from shared.render.text.naming import capital, listed
from shared.render.text.urgency import WORDS, most_urgent_first, urgency
from shared.render.worst_severity import worst_severity

QUESTION = "Are we safe?"

type OpenView = ServiceView | AppView


class Verdict(NamedTuple):
    """The headline: a word or two in bold, and a sentence that explains them."""

    word: str
    """`Yes`, `No`, `Not certain`, or how urgent the first service is."""
    sentence: str
    severity: Severity

    @property
    def question(self) -> str:
        """The question that `word` answers; empty if it is not an answer."""
        return QUESTION if self.word in {"Yes", "No", UNCERTAIN} else ""


def verdict(status: Status, at: CheckContext, other_items: int) -> Verdict:
    """Return the headline.

    Args:
        status: What is known of the services.
        at: The watchlist and the memory by which `status` was judged.
        other_items: How many items other than services need attention.
    """
    worst = worst_severity(status, at.watchlist)
    views = sorted(_open_views(status), key=most_urgent_first)
    doubt = next(doubts(status, at), None)
    if views:
        first, *others = views
        sentences = [_summary(first, at), *_also(others)]
        if doubt is not None:
            sentences.append(doubt.brief)
        return Verdict(_word(first, at.watchlist.zone), " ".join(sentences), worst)
    if doubt is not None:
        sentence = f"{doubt.brief} No alerts does not mean all is well."
        return Verdict(UNCERTAIN, sentence, worst)
    return Verdict("Yes", f"{_all_safe(status, at)}{_other_items(other_items)}", worst)


def _open_views(status: Status) -> Iterator[OpenView]:
    """Yield the services that are not safe; an unusable app is listed instead of its services."""
    judgement = status.judgement
    yield from (view for view in judgement.apps if view.problems)
    for view in judgement.services:
        if view.standing != Standing.HEALTHY and view.app.usable:
            yield view


def _word(view: OpenView, zone: ZoneInfo) -> str:
    if isinstance(view, AppView):
        return "No" if needs_action(view) else WORDS[Severity.WARNING]
    words = urgency(view, zone)
    return WORDS[Severity.WARNING] if words == WORDS[Severity.NOTICE] else words


def _summary(view: OpenView, at: CheckContext) -> str:
    return f"{summary(view, now=at.now, zone=at.watchlist.zone)}."


def _also(others: Sequence[OpenView]) -> Iterator[str]:
    names = dict.fromkeys(
        clean(view.service.name if isinstance(view, ServiceView) else view.watched.name)
        for view in others
    )
    if names:
        verb = "needs" if len(names) == 1 else "need"
        yield f"{capital(listed(list(names)))} also {verb} attention."


def _all_safe(status: Status, at: CheckContext) -> str:
    services = status.judgement.services
    if len(services) == 1:
        return _summary(services[0], at)
    names = listed([clean(view.service.name) for view in services])
    return f"{names} are safe; {_first_to_expire(services, at.watchlist.zone)}."


def _first_to_expire(services: Sequence[ServiceView], zone: ZoneInfo) -> str:
    # people replace theirs; a pipeline's counts if there is no other
    by_people = [view for view in services if not view.service.by_pipeline]
    ends = _ends(by_people) or _ends(services)
    if not ends:
        return "their credentials do not expire"
    end, name = min(ends)
    return f"{clean(name)}'s credential expires first, on {date_of(end, zone)}"


def _ends(views: Iterable[ServiceView]) -> list[tuple[datetime, str]]:
    return [(end, view.service.name) for view in views if (end := _end_in_use(view)) is not None]


def _other_items(number: int) -> str:
    if not number:
        return ""
    return (
        " 1 other item needs attention."
        if number == 1
        else f" {number} other items need attention."
    )


def _end_in_use(view: ServiceView) -> datetime | None:
    return view.in_use.ends if view.in_use is not None else None
