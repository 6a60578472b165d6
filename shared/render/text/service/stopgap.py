"""The sentences about an older credential that is left after a newer one was lost."""

from collections.abc import Iterator

from shared.core.model.directory import Kind
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss
from shared.render.text.dates import Moment, date_of
from shared.render.text.escape import clean
from shared.render.text.naming import called, noun


def age(view: ServiceView) -> str:
    """Return "older" for a replacement that is known to be older, else "other"."""
    other, lost = view.replacement, view.in_use
    if other is None or lost is None or other.starts is None or lost.starts is None:
        return "other"
    return "older" if other.starts < lost.starts else "other"


def left(view: ServiceView) -> str:
    """Return what is left: 'older secret “LibCal 2024”'."""
    return f"{age(view)} {called(view.replacement)}" if view.replacement is not None else ""


def explanation(view: ServiceView, at: Moment, *, page: bool) -> Iterator[str]:
    """Yield what happened, what is left, and how it can help until there is a new one."""
    name, kind, record = clean(view.service.name), noun(view.replacement), view.in_use_record
    settled = record is not None and record.settled
    if settled and view.loss == Loss.DELETED:
        confirmed = called(view.in_use) if view.in_use is not None else kind
        yield f"The confirmed {confirmed} was deleted in Entra."
    yield f"The {left(view)} still exists{_until(view, at)}; there is no newer one."
    if view.loss == Loss.DELETED:
        yield f"{name} has probably stopped syncing."
    else:
        yield f"If {name} uses the expired one, it has stopped syncing."
    how = "press Confirm on the status page" if page else "run “confirm”"
    if settled:
        yield f"{_install(view, name)} until the new one is ready, then {how}."
    else:
        yield f"Nobody has confirmed which {kind} {name} uses."
        yield f"If it uses the {age(view)} one, {how}."


def _until(view: ServiceView, at: Moment) -> str:
    ends = view.replacement.ends if view.replacement is not None else None
    return f" until {date_of(ends, at.zone)}" if ends is not None else " and does not expire"


def _install(view: ServiceView, name: str) -> str:
    if noun(view.replacement) == Kind.CERTIFICATE:
        return f"If you still have the {age(view)} one with its private key, install it in {name}"
    return f"If the value of the {age(view)} one is still known, paste it into {name}"
