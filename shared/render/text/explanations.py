"""Why a message comes now, in plain sentences: what was seen, what it means if nothing was done, and no more than that."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.core.model.message import Notice, Role
from shared.core.model.views import (
    AppView,
    InventoryView,
    LeftoverView,
    Loss,
    RemovedView,
    ServiceView,
    UnclaimedView,
    WatcherView,
)
from shared.core.model.vocabulary import Kind, Reason, Standing
from shared.render.text.dates import day, full_day, when
from shared.render.text.escape import clean
from shared.render.text.inventory import owned_by
from shared.render.text.naming import (
    LISTED,
    called,
    capital,
    channel_of,
    claim_words,
    described,
    listed,
    noun,
)

MAX_PROBLEM_CHARS = 300


def explanation(notice: Notice, *, now: datetime, zone: ZoneInfo, page_url: str = "") -> list[str]:
    """Give the sentences that say why a notice comes now. With `page_url` they also say what can be pressed there."""
    lines = list(_lines(notice, now, zone, page=bool(page_url)))
    if notice.reason == Reason.STILL_WAITING:
        lines.append("This is said daily for a week and then weekly, until it is settled.")
    if notice.roles == {Role.COPY} and not isinstance(notice.view, WatcherView | InventoryView):
        lines.append("You read this for information.")
    return lines


def _lines(notice: Notice, now: datetime, zone: ZoneInfo, *, page: bool) -> Iterator[str]:
    match notice.view:
        case ServiceView() as view:
            yield from _service(view, notice.reason, now, zone, page=page)
        case UnclaimedView() as view:
            yield from _unclaimed(view, page=page)
        case AppView() as view:
            yield from (
                capital(clean(problem, MAX_PROBLEM_CHARS)) + "."
                for problem in view.problems[:LISTED]
            )
            yield from _more(view.problems)
            if view.problems and view.aspect == "app":
                yield "Until this is put right, nothing is said about its services."
        case LeftoverView() as view:
            yield from _leftover(view, now, zone)
        case RemovedView() as view if channel_of(view):
            yield "Nobody is told there any more."
        case WatcherView() as view:
            yield from _watcher(view)
        case InventoryView() as view:
            yield from _of_tenant(view)
        case RemovedView():
            yield "The watchlist no longer names this service, so nobody is told when its credential ends."


def _service(
    view: ServiceView, reason: Reason, now: datetime, zone: ZoneInfo, *, page: bool
) -> Iterator[str]:
    yield from _news(view, reason, now, zone)
    match view.standing:
        case Standing.EXPIRING if not view.upcoming and reason != Reason.CONFIRMED:
            yield "No replacement exists yet."
        case Standing.AWAITING_INSTALL:
            yield from _waiting(view, reason, zone, page=page)
        case Standing.MISSING:
            yield f"{_nothing_replaces(view, zone)} If {_name(view)} holds no other value, it is not syncing."
        case Standing.EXPIRED:
            yield f"{_nothing_replaces(view, zone)} If {_name(view)} still holds its value, it is not syncing."
        case Standing.UNMATCHED if view.upcoming:
            yield f"The only {noun(view.replacement)} that matches its claim has not started yet."
        case Standing.UNMATCHED:
            yield f"{_name(view)} should hold a {noun(None)} {claim_words(view.service.claim)}, and the app has none."
        case _:
            pass
    yield from _candidates(view, now, zone)
    if view.acknowledged is not None:
        given = view.acknowledged
        yield f"{clean(given.by.name)} knows, until {day(given.until, now, zone)}: {clean(given.why).rstrip('.')}."


def _news(view: ServiceView, reason: Reason, now: datetime, zone: ZoneInfo) -> Iterator[str]:
    match reason:
        case Reason.CONFIRMED if view.in_use_record is not None:
            yield _confirmed(view, zone)
            if (
                view.standing == Standing.AWAITING_INSTALL
                and view.in_use is not None
                and view.loss == Loss.NONE
            ):
                yield f"So that {noun(view.in_use)} must stay: do not delete it yet."
            if view.leftovers:
                yield f"Still on the app: {listed([described(credential, now, zone) for credential in view.leftovers])}."
        case Reason.RECOVERED:
            yield "What was gone is back on the app."
        case Reason.DELETED if view.replacement is None and view.loss == Loss.NONE:
            yield f"Its replacement is gone from the app; the {noun(view.in_use)} in use counts down again."
        case Reason.STILL_OLD:
            yield f"The old {noun(view.in_use)} was seen signing in after {_name(view)} had been confirmed on the new one."
            yield f"So {_name(view)}, or a part of it, may still hold the old value."
        case _:
            pass


def _confirmed(view: ServiceView, zone: ZoneInfo) -> str:
    hold = view.in_use_record
    which = f"the {called(view.in_use)}" if view.in_use is not None else "another credential"
    if hold is None or hold.by is None:
        return f"{capital(which)} was seen signing in on two days, so {_name(view)} uses it."
    return f"{clean(hold.by.name)} confirmed on {full_day(hold.at.astimezone(zone).date())} that {_name(view)} uses {which}."


def _nothing_replaces(view: ServiceView, zone: ZoneInfo) -> str:
    starts = view.replacement.starts if view.replacement is not None else None
    if starts is None:
        return (
            "Nothing on the app is known to replace it."
            if view.candidates
            else "Nothing on the app replaces it."
        )
    return f"Nothing replaces it until the new one starts, on {full_day(starts.astimezone(zone).date())}."


def _waiting(view: ServiceView, reason: Reason, zone: ZoneInfo, *, page: bool) -> Iterator[str]:
    name, kind = _name(view), noun(view.in_use or view.replacement)
    if view.assumed:
        yield f"Several {kind}s match {name}, and nobody has said which one it uses; until then, the one that ends first counts."
        if page:
            yield "Please settle it: press Confirm on the status page beside the one in use."
        else:
            yield "Please settle which one is in use (command “confirm”)."
    elif reason != Reason.STILL_OLD and view.loss == Loss.NONE:
        yield f"Nothing shows yet that {name} uses the new {kind}, so the countdown on the old one goes on."
    if view.shorter:
        yield from _shorter(view, zone)
    if view.loss != Loss.NONE:
        untold = (
            "certificate has not been installed"
            if kind == Kind.CERTIFICATE
            else "value has not been pasted"
        )
        yield f"If the new {untold}, {name} is not syncing."
    if not view.assumed:
        syncs = "If it syncs" if view.loss != Loss.NONE else f"Once {name} syncs with the new one"
        yield (
            f"{syncs}, press Confirm on the status page."
            if page
            else f"{syncs}, have it recorded (command “confirm”)."
        )


def _shorter(view: ServiceView, zone: ZoneInfo) -> Iterator[str]:
    if view.replacement is None or view.in_use is None or view.replacement.ends is None:
        return
    sooner = full_day(view.replacement.ends.astimezone(zone).date())
    later = (
        f"ends on {full_day(view.in_use.ends.astimezone(zone).date())}"
        if view.in_use.ends is not None
        else "does not expire"
    )
    yield f"Beware: the new {noun(view.replacement)} ends already on {sooner}, while the one in use {later}."


def _candidates(view: ServiceView, now: datetime, zone: ZoneInfo) -> Iterator[str]:
    if view.candidates:
        found = listed([described(credential, now, zone) for credential in view.candidates])
        yield f"On the app, claimed by no service and so probably {_name(view)}'s: {found}."
    elif view.standing == Standing.UNMATCHED:
        yield "No unclaimed credential is live on the app either."


def _unclaimed(view: UnclaimedView, *, page: bool) -> Iterator[str]:
    if view.rivals:
        every, none = ("both", "neither") if len(view.rivals) == 2 else ("all", "none of them")  # noqa: PLR2004  (both are two)
        yield f"The claims of {listed([clean(service.name) for service in view.rivals])} {every} match it, so {none} has it."
    elif view.wanted_by:
        lack = "lacks" if len(view.wanted_by) == 1 else "lack"
        yield f"{listed([clean(service.name) for service in view.wanted_by])} {lack} a credential, and no service claims this one."
    elif view.standing == Standing.EXPIRED:
        yield "No service claims it, so nobody knows what it was for."
    else:
        yield "No service claims it, so nobody would know what breaks when it ends."
    if page:
        yield "Say on the status page whose it is."
    elif view.standing != Standing.EXPIRED:
        yield "Whose it is can be said with the command “claim”."


def _leftover(view: LeftoverView, now: datetime, zone: ZoneInfo) -> Iterator[str]:
    name = clean(view.owner.service.name)
    if view.deletable:
        yield f"{_settled_on_a_newer_one(view, zone)} Check first that nothing else uses the old one."
    elif view.credential.ends is not None and view.credential.ends > now:
        yield f"If {name} still uses it, sync stops {when(view.credential.ends, now, zone, brief=True)}."
    else:
        yield f"If {name} still uses it, it is not syncing."


def _settled_on_a_newer_one(view: LeftoverView, zone: ZoneInfo) -> str:
    name, hold = clean(view.owner.service.name), view.owner.in_use_record
    if hold is None:
        return f"{name} uses a newer one."
    settled = full_day(hold.at.astimezone(zone).date())
    if hold.by is None:
        return f"Sign-ins showed on {settled} that {name} uses a newer one."
    return f"{name} was confirmed on a newer one on {settled}."


def _watcher(view: WatcherView) -> Iterator[str]:
    yield from (
        clean(problem, MAX_PROBLEM_CHARS).rstrip(".") + "." for problem in view.problems[:LISTED]
    )
    yield from _more(view.problems)
    if view.aspect == "fewer":
        yield "Were apps deleted, or may the identity no longer read all of them? Nothing was told of those that are not seen any more."
    elif view.standing == Standing.FAILING:
        if view.aspect == "reading":
            yield "What has changed since then is not known; silence is no all-clear."
        else:
            yield "Whoever reads only that channel has not heard what was due there."


def _of_tenant(view: InventoryView) -> Iterator[str]:
    if view.standing == Standing.EXPIRED:
        yield "If anything still uses it, it cannot sign in."
    if view.owned is not None:
        yield (
            f"The app has {said}."
            if (said := owned_by(view.owned)) == "no owner"
            else f"The app is {said}."
        )


def _more(problems: Sequence[str]) -> Iterator[str]:
    if len(problems) > LISTED:
        yield f"And {len(problems) - LISTED} more."


def _name(view: ServiceView) -> str:
    return clean(view.service.name)
