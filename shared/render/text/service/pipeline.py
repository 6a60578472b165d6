"""The sentences about a service that a pipeline installs: who looks at the pipeline, and why."""

from collections.abc import Iterator

from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss, Reason, Standing
from shared.render.text.dates import Moment, date_of, day, until
from shared.render.text.escape import clean
from shared.render.text.naming import counted, described, noun
from shared.render.text.turn import NOTHING_TO_DO, RENEWER, Turn


def state(view: ServiceView, at: Moment) -> str:
    """Return in one line what is wrong with the pipeline."""
    name, kind = clean(view.service.name), noun(view.in_use)
    if view.loss == Loss.DELETED:
        return f"{name}: its newest {kind} was deleted in Entra"
    if view.late_since is not None:
        return f"The rotation of {name} has not run since {_late_since(view, at)}"
    return f"{name}: {kind} {_expires(view, at)}; its pipeline has not replaced it"


def reminder(view: ServiceView, at: Moment) -> str:
    """Return the same for a reminder, whose reason is the expiry."""
    if view.late_since is None:
        return state(view, at)
    kind, since = noun(view.in_use), f"its rotation has not run since {_late_since(view, at)}"
    return f"{clean(view.service.name)}: {kind} {_expires(view, at)}; {since}"


def turn(view: ServiceView) -> Turn:
    """Return who looks at the pipeline."""
    name, kind = clean(view.service.name), f"new {noun(view.in_use)}"
    match view.standing:
        case Standing.HEALTHY | Standing.APP_PROBLEM:
            return NOTHING_TO_DO
        case Standing.UNMATCHED:
            correct = f"or correct {name}'s claim in the watchlist"
            return Turn(RENEWER, f"run the pipeline that creates a {kind}, {correct}.")
        case _:
            why = f"find out why the pipeline of {name} has created no {kind}"
            return Turn(RENEWER, f"{why}, and run it again.")


def explanation(view: ServiceView, reason: Reason, at: Moment) -> Iterator[str]:
    """Yield why a message about the pipeline comes now."""
    name, kind = clean(view.service.name), noun(view.in_use)
    match view.standing:
        case Standing.HEALTHY if reason == Reason.RECOVERED and view.in_use is not None:
            yield f"Its pipeline has created the {described(view.in_use, *at)}."
        case Standing.EXPIRING if view.late_since is not None:
            created = f"Its newest {kind} was created on {date_of(view.late_since, at.zone)}"
            every = counted(view.service.rotates_every or 1, "day")
            yield f"{created}; a new one is due every {every}."
        case Standing.EXPIRING:
            yield f"Its pipeline should have replaced this {kind} by now."
        case Standing.MISSING:
            yield f"No working {kind} is left. {name} has probably stopped syncing."
        case _:
            pass


def _late_since(view: ServiceView, at: Moment) -> str:
    assert view.late_since is not None  # the caller asked
    return day(view.late_since.astimezone(at.zone).date(), *at)


def _expires(view: ServiceView, at: Moment) -> str:
    return until(view.in_use.ends if view.in_use is not None else None, *at, brief=True)
