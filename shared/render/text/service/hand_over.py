"""The sentences about the hand-over of a new secret: who did what, when, and what to do now."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from shared.core.model.days import days_between
from shared.core.model.hand_over import Ending, HandOver, HandOverState, Opening
from shared.core.model.news import News
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Reason
from shared.render.text.commands import remove_secret
from shared.render.text.dates import Moment, clock, day, when
from shared.render.text.escape import MAX_ERROR_CHARS, clean
from shared.render.text.naming import called, counted, listed, whom_to_ask

LABEL = "Handed over"
RETRIED = "Each hourly run tries again."
LOOKED_FOR = "The next hourly run looks whether the vault has it."
"""The value is not anywhere else, so nothing can keep it again but the person."""


def headline(view: ServiceView, reason: Reason, at: Moment) -> str:  # noqa: PLR0911  (one for each)
    """Return what a message about a hand-over is about; empty for a message about anything else."""
    name, record = clean(view.service.name), view.hand_over
    if record is None:
        return ""
    match reason:
        case Reason.READY:
            return f"{name}: the new secret is ready"
        case Reason.UNOPENED:
            days = counted(days_between(record.at, at.now, at.zone), "day")
            return f"{name}: nobody has opened the new secret for {days}"
        case Reason.OPENED_AGAIN:
            who = clean(record.opened[-1].by.name)
            return f"{name}: the new secret was opened again, by {who}"
        case Reason.WITHDRAWN:
            return f"{name}: the new secret was withdrawn"
        case Reason.HAND_OVER_EXPIRED:
            return f"{name}: {_unused(record, at)}"
        case Reason.HAND_OVER_FAILED:
            return f"{name}: {_failure(record)}"
        case Reason.ORPHAN:
            return f"{name}: the value of the new secret was lost"
        case _:
            return ""


def sentences(view: ServiceView, news: Iterable[News], at: Moment) -> Iterator[str]:
    """Yield what is news of a hand-over."""
    record = view.hand_over
    for each in news if record is not None else ():
        assert record is not None  # what is news is news of it
        match each.reason:
            case Reason.READY:
                yield _ready(view)
            case Reason.UNOPENED:
                yield f"Nobody has opened the value of the {called(record.credential)} yet."
                yield f"It is deleted {when(record.until, *at, brief=True)}."
            case Reason.OPENED_AGAIN:
                yield from _opened_again(view, record, at)
            case Reason.WITHDRAWN:
                yield f"{_withdrawal(record)} Nobody can open it any more."
            case Reason.HAND_OVER_EXPIRED:
                yield from _expired(view, record, at)
            case Reason.ORPHAN:
                yield from _orphan(view, record)
            case _:
                yield from _failed(record, at)


def fact(view: ServiceView, at: Moment) -> str:
    """Return the state of a hand-over in one line; empty while nothing is kept."""
    record = view.hand_over
    if record is None or not record.shown:
        return ""
    new = view.replacement
    which = (
        "" if new is not None and new.key_id == record.key_id else f"{called(record.credential)} "
    )
    which = f"{which}by {_opening(Opening(record.by, record.at), at)}"
    deleted = f"its value is deleted {when(record.until, *at, brief=True)}"
    match record.state:
        case HandOverState.READY:
            return f"{which}; nobody has opened it; {deleted}"
        case HandOverState.OPENED:
            return f"{which}; opened by {_openings(record.opened, at)}; {deleted}"
        case HandOverState.KEEPING:
            return f"{which}; the vault has not kept the value yet"
        case _:
            return f"{which}; the value must still be deleted"


def _ready(view: ServiceView) -> str:
    return f"The new secret for {clean(view.service.name)} is ready. Open it on the status page."


def _opened_again(view: ServiceView, record: HandOver, at: Moment) -> Iterator[str]:
    *before, last = record.opened
    which, who, then = called(record.credential), clean(last.by.name), _time(last.at, at)
    yield f"{who} opened the value of the {which} on {then}."
    yield f"Before that, it was opened by {_openings(before, at)}."
    yield f"If that was not right, ask {whom_to_ask(view.service)} for a new secret."


def _withdrawal(record: HandOver) -> str:
    which = called(record.credential)
    if record.withdrawn_by is None:
        return f"The value of the {which} was withdrawn."
    return f"{clean(record.withdrawn_by.name)} withdrew the value of the {which}."


def _unused(record: HandOver, at: Moment) -> str:
    days = counted(days_between(record.at, record.until, at.zone), "day")
    verb = "confirmed" if record.opened else "opened"
    return f"nobody {verb} the new secret in {days}"


def _expired(view: ServiceView, record: HandOver, at: Moment) -> Iterator[str]:
    name, which = clean(view.service.name), called(record.credential)
    days = counted(days_between(record.at, record.until, at.zone), "day")
    if record.opened:
        yield f"The value of the {which} was opened by {_openings(record.opened, at)}."
        yield f"Nobody confirmed in {days} that {name} uses it, so its value is deleted."
    else:
        yield f"Nobody opened the value of the {which} in {days}, so it is deleted."


def _orphan(view: ServiceView, record: HandOver) -> Iterator[str]:
    command = remove_secret(view.app.client_id, record.key_id)
    yield f"Entra created the {called(record.credential)}, but nobody knows its value."
    yield f"Remove it with “{command}”, then run “renew” again."


def _failure(record: HandOver) -> str:
    match record.state, record.ending:
        case HandOverState.KEEPING, _:
            return "the new secret could not be handed over yet"
        case HandOverState.ENDING, _:
            return "the value of the new secret could not be deleted yet"
        case _, Ending.NOT_CREATED:
            return "the new secret was not created"
        case _:
            return "the new secret was not handed over"


def _failed(record: HandOver, at: Moment) -> Iterator[str]:
    which, who, then = called(record.credential), clean(record.by.name), _time(record.at, at)
    handed_over = f"{who} handed over the value of the {which} on {then}"
    match record.state, record.ending:
        case HandOverState.KEEPING, _:
            yield f"{handed_over}, but the vault has not kept it yet."
            last = LOOKED_FOR
        case HandOverState.ENDING, _:
            yield f"The value of the {which} must be deleted, but that failed."
            last = RETRIED
        case _, Ending.NOT_CREATED:
            yield f"{who} asked Entra for the {which} on {then}, but it was not created."
            last = "Run “renew” again."
        case _:
            yield f"{handed_over}, but the vault does not have it."
            last = "Run “renew” again." if record.renewed else "Hand the value over again."
    yield from _why(record)
    yield last


def _why(record: HandOver) -> Iterator[str]:
    if why := clean(record.why, MAX_ERROR_CHARS):
        yield why if why.endswith((".", "!", "?", "…")) else f"{why}."


def _openings(opened: Iterable[Opening], at: Moment) -> str:
    return listed([_opening(each, at) for each in opened])


def _opening(opening: Opening, at: Moment) -> str:
    """Return who, and when: "Dana Example on 3 Dec at 14:02 CST"."""
    return f"{clean(opening.by.name)} on {_time(opening.at, at)}"


def _time(instant: datetime, at: Moment) -> str:
    return f"{day(instant.astimezone(at.zone).date(), *at)} at {clock(instant, at.zone)}"
