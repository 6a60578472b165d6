"""Why a message about a service comes now: what was seen, and what it means if nobody acted."""

from collections.abc import Iterator

from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Kind, Loss, Reason, Standing
from shared.render.text.dates import date_of, day
from shared.render.text.escape import clean
from shared.render.text.naming import called, capital, claim_words, described, listed, noun
from shared.render.text.words import Moment


def explanation(view: ServiceView, reason: Reason, at: Moment, *, page: bool) -> Iterator[str]:
    """Yield the sentences; `page`: there is a status page, so name its buttons."""
    name = clean(view.service.name)
    yield from _news(view, reason, at)
    match view.standing:
        case Standing.EXPIRING if not view.upcoming and reason != Reason.CONFIRMED:
            yield "No replacement exists yet."
        case Standing.AWAITING_INSTALL:
            yield from _waiting(view, reason, at, page=page)
        case Standing.MISSING:
            yield _replacement(view, at)
            yield f"If {name} holds no other value, it is not syncing."
        case Standing.EXPIRED:
            yield _replacement(view, at)
            yield f"If {name} still holds its value, it is not syncing."
        case Standing.UNMATCHED if view.upcoming:
            yield f"The only {noun(view.replacement)} that matches its claim has not started yet."
        case Standing.UNMATCHED:
            claim = claim_words(view.service.claim)
            yield f"{name} should hold a {noun(None)} {claim}, and the app has none."
        case _:
            pass
    yield from _candidates(view, at)
    if (given := view.acknowledged) is not None:
        until, why = day(given.until, *at), clean(given.why).rstrip(".")
        yield f"{clean(given.by.name)} knows, until {until}: {why}."


def _news(view: ServiceView, reason: Reason, at: Moment) -> Iterator[str]:
    name = clean(view.service.name)
    match reason:
        case Reason.CONFIRMED if view.in_use_record is not None:
            yield from _confirmed(view, at)
        case Reason.RECOVERED:
            yield "What was gone is back on the app."
        case Reason.DELETED if view.replacement is None and view.loss == Loss.NONE:
            kind = noun(view.in_use)
            yield f"Its replacement is gone from the app; the {kind} in use counts down again."
        case Reason.STILL_OLD:
            old = f"The old {noun(view.in_use)} was seen signing in"
            yield f"{old} after {name} had been confirmed on the new one."
            yield f"So {name}, or a part of it, may still hold the old value."
        case _:
            pass


def _confirmed(view: ServiceView, at: Moment) -> Iterator[str]:
    name, record = clean(view.service.name), view.in_use_record
    which = f"the {called(view.in_use)}" if view.in_use is not None else "another credential"
    if record is None or record.by is None:
        yield f"{capital(which)} was seen signing in on two days, so {name} uses it."
    else:
        who, then = clean(record.by.name), date_of(record.at, at.zone)
        yield f"{who} confirmed on {then} that {name} uses {which}."
    waiting = view.standing == Standing.AWAITING_INSTALL and view.loss == Loss.NONE
    if waiting and view.in_use is not None:
        yield f"So that {noun(view.in_use)} must stay: do not delete it yet."
    if view.leftovers:
        old = listed([described(credential, *at) for credential in view.leftovers])
        yield f"Still on the app: {old}."


def _replacement(view: ServiceView, at: Moment) -> str:
    starts = view.replacement.starts if view.replacement is not None else None
    if starts is not None:
        return f"Nothing replaces it until the new one starts, on {date_of(starts, at.zone)}."
    if view.candidates:
        return "Nothing on the app is known to replace it."
    return "Nothing on the app replaces it."


def _waiting(view: ServiceView, reason: Reason, at: Moment, *, page: bool) -> Iterator[str]:
    name, kind = clean(view.service.name), noun(view.in_use or view.replacement)
    if view.assumed:
        yield (
            f"Several {kind}s match {name}, and nobody has said which one it uses; "
            "until then, the one that ends first counts."
        )
        yield (
            "Please settle it: press Confirm on the status page beside the one in use."
            if page
            else "Please settle which one is in use (command “confirm”)."
        )
    elif reason != Reason.STILL_OLD and view.loss == Loss.NONE:
        yield (
            f"Nothing shows yet that {name} uses the new {kind}, "
            "so the countdown on the old one goes on."
        )
    yield from _shorter(view, at)
    if view.loss != Loss.NONE:
        is_certificate = kind == Kind.CERTIFICATE
        done = (
            "certificate has not been installed" if is_certificate else "value has not been pasted"
        )
        yield f"If the new {done}, {name} is not syncing."
    if not view.assumed:
        if_so = "If it syncs" if view.loss != Loss.NONE else f"Once {name} syncs with the new one"
        how = "press Confirm on the status page" if page else "have it recorded (command “confirm”)"
        yield f"{if_so}, {how}."


def _shorter(view: ServiceView, at: Moment) -> Iterator[str]:
    new, current = view.replacement, view.in_use
    if not view.shorter or new is None or new.ends is None or current is None:
        return
    later = "does not expire"
    if current.ends is not None:
        later = f"ends on {date_of(current.ends, at.zone)}"
    sooner = date_of(new.ends, at.zone)
    yield f"Beware: the new {noun(new)} ends already on {sooner}, while the one in use {later}."


def _candidates(view: ServiceView, at: Moment) -> Iterator[str]:
    if view.candidates:
        found = listed([described(credential, *at) for credential in view.candidates])
        name = clean(view.service.name)
        yield f"On the app, claimed by no service and so probably {name}'s: {found}."
    elif view.standing == Standing.UNMATCHED:
        yield "No unclaimed credential is live on the app either."
