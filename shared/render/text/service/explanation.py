"""Why a message about a service comes now: the facts, and their effect if nobody acted."""

from collections.abc import Iterator

from shared.core.model.directory import Kind
from shared.core.model.news import ABOUT_HAND_OVER
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss, Reason, Standing
from shared.render.text.dates import Moment, date_of
from shared.render.text.escape import clean
from shared.render.text.naming import (
    called,
    capital,
    claim_words,
    described,
    listed,
    noun,
    relative_age,
    whom_to_ask,
)


def explanation(view: ServiceView, reason: Reason, at: Moment, *, page: bool) -> Iterator[str]:
    """Yield the sentences; `page`: there is a status page, so name its buttons."""
    name = clean(view.service.name)
    yield from _news(view, reason, at)
    match view.standing:
        case Standing.EXPIRING if not view.upcoming and reason != Reason.CONFIRMED:
            yield "There is no replacement yet."
        case Standing.AWAITING_INSTALL if view.stopgap:
            yield from _stopgap(view, at, page=page)
        case Standing.AWAITING_INSTALL:
            yield from _waiting(view, reason, at, page=page)
        case Standing.MISSING:
            yield _replacement(view, at)
            yield _stopped(view, f"{name} has probably stopped syncing.")
        case Standing.EXPIRED:
            yield _replacement(view, at)
            yield _stopped(view, f"If {name} still uses it, it has stopped syncing.")
        case Standing.UNMATCHED if view.upcoming:
            yield f"The only {noun(view.replacement)} that matches is not valid yet."
        case Standing.UNMATCHED:
            yield _no_match(view)
        case _:
            pass
    yield from candidates(view, at)


def _stopped(view: ServiceView, guess: str) -> str:
    """Return that the service has stopped, if sign-ins showed what it uses; else the guess."""
    name = clean(view.service.name)
    stopped = f"{name} used it to sign in, and has stopped syncing."
    return stopped if view.shown_not_working else guess


def _no_match(view: ServiceView) -> str:
    """Name no pattern: the next step has the exact name of what is needed."""
    name, claim = clean(view.service.name), view.service.claim
    if claim.by == "name":
        return f"The app has no {noun(None)} for {name}."
    return f"{name} should use a {noun(None)} {claim_words(claim)}, but the app has none."


def _news(view: ServiceView, reason: Reason, at: Moment) -> Iterator[str]:
    name = clean(view.service.name)
    match reason:
        case Reason.CONFIRMED if view.in_use_record is not None:
            yield from _confirmed(view, at)
        case Reason.RECOVERED:
            yield f"Its {noun(view.in_use)} is back in Entra."
        case Reason.DELETED if view.replacement is None and view.loss == Loss.NONE:
            kind = noun(view.in_use)
            yield f"The new {kind} was deleted in Entra, so reminders for the current one continue."
        case Reason.STILL_OLD:
            old = f"The old {noun(view.in_use)} was used to sign in"
            yield f"{old} after {name} was confirmed to use the new one."
            yield f"{name}, or a part of it, may still use the old value."
        case _:
            pass


def _confirmed(view: ServiceView, at: Moment) -> Iterator[str]:
    name, record = clean(view.service.name), view.in_use_record
    which = f"the {called(view.in_use)}" if view.in_use is not None else "another credential"
    if record is None or record.by is None:
        yield f"{capital(which)} was used to sign in on two days, so {name} uses it."
    else:
        who, then = clean(record.by.name), date_of(record.at, at.zone)
        yield f"{who} confirmed on {then} that {name} uses {which}."
    waiting = view.standing == Standing.AWAITING_INSTALL and view.loss == Loss.NONE
    if waiting and view.in_use is not None:
        yield "Do not delete it yet."
    if view.leftovers and not view.stopgap:
        old = listed([described(credential, *at) for credential in view.leftovers])
        yield f"Still in Entra: {old}."


def _replacement(view: ServiceView, at: Moment) -> str:
    starts = view.replacement.starts if view.replacement is not None else None
    if starts is not None:
        return f"There is no replacement until the new one starts on {date_of(starts, at.zone)}."
    if view.candidates:
        return "No replacement is known."
    return "There is no replacement."


def _waiting(view: ServiceView, reason: Reason, at: Moment, *, page: bool) -> Iterator[str]:
    name, kind = clean(view.service.name), noun(view.in_use or view.replacement)
    if view.assumed:
        yield (
            f"{name} has more than one matching {kind} "
            "and nobody has confirmed which one it uses. "
            "Until then, the one that expires first is assumed."
        )
        newest = (
            f"install the newest one in {name}"
            if kind == Kind.CERTIFICATE
            else f"paste the newest value into {name}"
        )
        then = "press Confirm on the status page" if page else "run “confirm”"
        yield f"To settle it, {newest}, check that it syncs, then {then}."
    elif reason not in {Reason.STILL_OLD, *ABOUT_HAND_OVER} and view.loss == Loss.NONE:
        yield (f"Nobody has confirmed that {name} uses the new {kind} yet, so reminders continue.")
    if view.hands_over and view.hand_over is None and kind != Kind.CERTIFICATE:
        whom = whom_to_ask(view.service)
        yield f"If you do not have its value, ask {whom} to hand it over on the status page."
    yield from _shorter(view, at)
    if view.loss != Loss.NONE:
        is_certificate = kind == Kind.CERTIFICATE
        done = (
            "certificate has not been installed" if is_certificate else "value has not been pasted"
        )
        yield f"If the new {done}, {name} is not syncing."
    if not view.assumed and not view.value_missing:
        how = "press Confirm on the status page" if page else "run “confirm”"
        yield f"When {name} syncs with the new {kind}, {how}."


def _shorter(view: ServiceView, at: Moment) -> Iterator[str]:
    new, current = view.replacement, view.in_use
    if not view.shorter or new is None or new.ends is None or current is None:
        return
    kind, earlier = noun(new), date_of(new.ends, at.zone)
    if current.ends is None:
        yield f"Note: the new {kind} expires on {earlier}; the current one does not expire."
    else:
        later = date_of(current.ends, at.zone)
        yield f"Note: the new {kind} expires earlier ({earlier}) than the current one ({later})."


def candidates(view: ServiceView, at: Moment) -> Iterator[str]:
    """Yield the unassigned credentials that may be the service's new one."""
    if view.candidates:
        found = listed([described(credential, *at) for credential in view.candidates])
        name = clean(view.service.name)
        yield f"Not assigned to a service, and probably {name}'s: {found}."
    elif view.standing == Standing.UNMATCHED:
        yield "There is no unassigned credential either."


def _stopgap(view: ServiceView, at: Moment, *, page: bool) -> Iterator[str]:
    """Yield what happened, what is left, and how it can help until there is a new one."""
    name, kind, record = clean(view.service.name), noun(view.replacement), view.in_use_record
    settled = record is not None and record.settled
    age = relative_age(view.replacement, view.in_use)
    left = f"{age} {called(view.replacement)}" if view.replacement is not None else ""
    if settled and view.loss == Loss.DELETED:
        confirmed = called(view.in_use) if view.in_use is not None else kind
        yield f"The confirmed {confirmed} was deleted in Entra."
    yield f"The {left} still exists{_still_exists_until(view, at)}; there is no newer one."
    if view.loss == Loss.DELETED:
        yield f"{name} has probably stopped syncing."
    else:
        yield f"If {name} uses the expired one, it has stopped syncing."
    how = "press Confirm on the status page" if page else "run “confirm”"
    if settled:
        yield f"{_install_meanwhile(view, name)} until the new one is ready, then {how}."
    else:
        yield f"Nobody has confirmed which {kind} {name} uses."
        yield f"If it uses the {age} one, {how}."


def _still_exists_until(view: ServiceView, at: Moment) -> str:
    ends = view.replacement.ends if view.replacement is not None else None
    return f" until {date_of(ends, at.zone)}" if ends is not None else " and does not expire"


def _install_meanwhile(view: ServiceView, name: str) -> str:
    age = relative_age(view.replacement, view.in_use)
    if noun(view.replacement) == Kind.CERTIFICATE:
        return f"If you still have the {age} one with its private key, install it in {name}"
    return f"If the value of the {age} one is still known, paste it into {name}"
