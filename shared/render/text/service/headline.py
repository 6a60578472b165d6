"""Headlines about a service; they never claim that it is down, because nothing shows that."""

from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss, Reason, Standing
from shared.render.text.dates import Moment, date_of, until
from shared.render.text.escape import clean
from shared.render.text.naming import noun


def headline(view: ServiceView, reason: Reason, at: Moment) -> str:
    """Return in one line what a message is about: 'LibCal: secret expires in 21 days (13 Dec)'."""
    name, kind = clean(view.service.name), noun(view.in_use)
    if view.standing == Standing.AWAITING_INSTALL and view.loss == Loss.NONE:
        if view.assumed and reason in {Reason.ASSUMED, Reason.INTRODUCED}:
            return f"{name}: which {kind} does it use?"
        if reason == Reason.STILL_OLD:
            return f"{name}: the old {kind} is still being used"
        if reason == Reason.SHORTER:
            return f"{name}: the new {kind} expires before the current one"
    if reason == Reason.CONFIRMED and view.standing == Standing.EXPIRING and view.in_use:
        return f"{name}: confirmed, but this {kind} {until(view.in_use.ends, *at, brief=True)}"
    return summary(view, at)


def summary(view: ServiceView, at: Moment) -> str:
    """Return the service's status in one line."""
    name = clean(view.service.name)
    if view.standing == Standing.HEALTHY:
        return f"{name} is safe{_safe_until(view, at)}"
    return f"{name}: {_state(view, at)}"


def _safe_until(view: ServiceView, at: Moment) -> str:
    if view.in_use is not None and view.in_use.ends is not None:
        return f" until {date_of(view.in_use.ends, at.zone)}"
    return f": its {noun(view.in_use or view.replacement)} does not expire"


def _state(view: ServiceView, at: Moment) -> str:
    kind = noun(view.in_use or view.replacement)
    expires = until(view.in_use.ends, *at, brief=True) if view.in_use is not None else ""
    match view.standing:
        case Standing.APP_PROBLEM:
            return "its app registration cannot be used"
        case Standing.UNMATCHED:
            unmatched = f"no matching {kind} in Entra"
            return f"its {kind} {_starts(view, at)}" if view.upcoming else unmatched
        case Standing.AWAITING_INSTALL:
            return _waiting(view, kind, expires)
        case Standing.MISSING:
            return f"its current {kind} was deleted in Entra"
        case Standing.EXPIRED | Standing.EXPIRING if view.upcoming:
            return f"{kind} {expires}; the new one {_starts(view, at)}"
        case _:
            return f"{kind} {expires}"


def _waiting(view: ServiceView, kind: str, expires: str) -> str:
    match view.loss:
        case Loss.DELETED if view.stopgap:
            return f"its current {kind} was deleted in Entra; there is no newer one"
        case Loss.EXPIRED if view.stopgap:
            return f"{kind} {expires}; there is no newer one"
        case Loss.DELETED:
            return f"its current {kind} was deleted in Entra; is the new one installed?"
        case Loss.EXPIRED:
            return f"the old {kind} {expires}; is the new one installed?"
        case Loss.NONE if view.assumed:
            return f"there is a newer {kind}; the older one {expires}"
        case Loss.NONE:
            old = f"; the old one {expires}" if expires else ""
            return f"new {kind} ready to install{old}"


def _starts(view: ServiceView, at: Moment) -> str:
    starts = view.replacement.starts if view.replacement is not None else None
    return f"starts on {date_of(starts, at.zone)}" if starts is not None else "has started"
