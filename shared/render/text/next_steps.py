"""Every item that needs hands says whose turn it is and what the next step is; who reads it decides the address, not the step."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from shared.core.model.message import Role
from shared.core.model.views import (
    AppView,
    InventoryView,
    LeftoverView,
    ServiceView,
    UnclaimedView,
    View,
    WatcherView,
)
from shared.core.model.vocabulary import Kind, Standing
from shared.core.model.watchlist import Service
from shared.render.text.escape import clean
from shared.render.text.naming import called, capital, claim_words, listed, noun, party

ANYBODY: AbstractSet[Role] = frozenset()
RENEWER: AbstractSet[Role] = frozenset({Role.RENEWER})
INSTALLER: AbstractSet[Role] = frozenset({Role.INSTALLER})
BOTH = RENEWER | INSTALLER

YOUR_TURN = "Your turn:"
"""How a next step begins that is the reader's own."""
LEADS = ("Your turn", "Renewer", "Installer")


class _Turn(NamedTuple):
    """Who acts next, and the task, as the end of a sentence."""

    roles: AbstractSet[Role]
    task: str


NOTHING = _Turn(ANYBODY, "")


def next_step(view: View, roles: AbstractSet[Role] = ANYBODY) -> str:
    """Say whose turn it is and what to do, in one sentence; empty if there is nothing to do.

    Without `roles`, as anybody would read it: "Renewer (its): create a new client secret ...". With the reader's roles:
    "Your turn: ...", or, for an installer while the renewer has to act, "Ask ... for a new client secret". A channel that is
    both has readers of either kind, so there the one who acts is named, too.
    """
    turn = _turn(view)
    if not turn.task:
        return ""
    both = roles >= BOTH
    if turn.roles & roles and not both:
        return f"{YOUR_TURN} {turn.task}"
    if (
        Role.INSTALLER in roles
        and not both
        and isinstance(view, ServiceView)
        and (_needs_a_new_one(view) or _is_unmatched(view))
    ):
        return _ask(view)
    return capital(f"{whose}: {turn.task}" if (whose := whose_turn(view)) else turn.task)


def lead(step: str) -> str:
    """Give the beginning of a next step that says whose it is, with its colon; empty if it does not."""
    whose, colon, _ = step.partition(":")
    return f"{whose}:" if colon and whose.startswith(LEADS) else ""


def whose_turn(view: View) -> str:
    """Name who has to act next, with their channels: "renewer (its)"; empty if nobody has to."""
    roles = _turn(view).roles
    return " and ".join(
        party(role.value, _channels(view, role))
        for role in (Role.RENEWER, Role.INSTALLER)
        if role in roles
    )


def runbook_sections(view: View, roles: AbstractSet[Role] = ANYBODY) -> tuple[str, ...]:
    """Name the runbook sections that the readers need next, the nearest first; without `roles`, those of whoever acts."""
    own: dict[Role, tuple[str, ...]] = {}
    match view:
        case ServiceView() if _needs_a_new_one(view):
            own = {Role.RENEWER: ("Create",), Role.INSTALLER: ("Request",)}
        case ServiceView(standing=Standing.AWAITING_INSTALL):
            own = {Role.INSTALLER: ("Install", "Verify")}
        case LeftoverView(deletable=True):
            own = {Role.RENEWER: ("Clean up",)}
        case LeftoverView():
            own = {Role.INSTALLER: ("Verify",)}
        case _:
            pass
    wanted = [sections for role, sections in own.items() if not roles or role in roles]
    return (
        tuple(section for sections in wanted for section in sections)
        if roles
        else next(iter(wanted), ())
    )


def _turn(view: View) -> _Turn:  # noqa: PLR0911  (one return for each kind of item)
    match view:
        case ServiceView():
            return _service_turn(view)
        case UnclaimedView():
            return _Turn(RENEWER, _unclaimed_task(view))
        case AppView():
            return _Turn(RENEWER, _app_task(view)) if view.problems else NOTHING
        case WatcherView(standing=Standing.FAILING):
            return _Turn(ANYBODY, _watcher_task(view))
        case LeftoverView():
            return _leftover_turn(view)
        case InventoryView():
            return _Turn(RENEWER, _tenant_task(view))
        case _:
            return NOTHING


def _service_turn(view: ServiceView) -> _Turn:
    name = clean(view.service.name)
    match view.standing:
        case Standing.HEALTHY if view.assumed:
            return _Turn(
                INSTALLER, f"find out which {noun(view.in_use)} {name} uses, and have it recorded."
            )
        case Standing.HEALTHY | Standing.APP_PROBLEM:
            return NOTHING
        case Standing.UNMATCHED if _is_unmatched(view):
            return _Turn(
                RENEWER, f"create a {_new(view)}, or correct the claim of {name} in the watchlist."
            )
        case Standing.AWAITING_INSTALL:
            settle = (
                f"find out which {noun(view.in_use)} {name} uses; unless it is the newest, "
                if view.assumed
                else ""
            )
            return _Turn(INSTALLER, f"{settle}{_install(view)}, then check that it syncs.")
        case _ if view.upcoming:
            return _Turn(INSTALLER, f"{_install(view)} once it has started.")
        case _:
            return _Turn(RENEWER, _create(view))


def _leftover_turn(view: LeftoverView) -> _Turn:
    if view.deletable:
        return _Turn(
            RENEWER,
            f"check that nothing uses it any more, then delete the {called(view.credential)} in Entra.",
        )
    return _Turn(INSTALLER, f"check that {clean(view.owner.service.name)} holds the newer one.")


def _create(view: ServiceView) -> str:
    thing = "it" if noun(view.in_use) == Kind.CERTIFICATE else "its value"
    create = f"create a {_new(view)} and hand {thing} to the {party('installer', view.service.installer)}."
    if not view.candidates:
        return create
    candidates = listed([called(candidate) for candidate in view.candidates], "or the")
    name = clean(view.service.name)
    return f"if the {candidates} is {name}'s, claim it for {name}; otherwise {create}"


def _ask(view: ServiceView) -> str:
    """Say what an installer asks of whoever can create a secret: an unclaimed one may be it, and its value is with them."""
    whom = clean(view.service.request_to) or f"the {party('renewer', view.service.renewer)}"
    name, value = (
        clean(view.service.name),
        "" if noun(view.in_use) == Kind.CERTIFICATE else ", and for its value",
    )
    if view.candidates:
        candidates = listed([called(candidate) for candidate in view.candidates], "or the")
        return f"Ask {whom} whether the {candidates} is the new one of {name}{value}; if it is not, for a {_new(view)}."
    if _is_unmatched(view):
        return f"Ask {whom} for a {_new(view)}, or have the claim of {name} in the watchlist corrected."
    return f"Ask {whom} for a {_new(view)}."


def _install(view: ServiceView) -> str:
    new = called(view.replacement) if view.replacement is not None else "new one"
    place = clean(view.service.name)
    return (
        f"install the {new} in {place}"
        if noun(view.replacement) == Kind.CERTIFICATE
        else f"paste the value of the {new} into {place}"
    )


def _new(view: ServiceView) -> str:
    """Name what is wanted: only a name pattern says how the new one must be called, a hint or a key id is that of the old one."""
    kind = "certificate" if noun(view.in_use) == Kind.CERTIFICATE else "client secret"
    claim = view.service.claim
    return (
        f"new {kind} {claim_words(claim)}"
        if claim.by == "name"
        else f"new {kind} for {clean(view.service.name)}"
    )


def _unclaimed_task(view: UnclaimedView) -> str:
    if view.rivals:
        return f"make the claims of {_names(view.rivals)} in the watchlist tell their credentials apart."
    if view.standing == Standing.EXPIRED:
        return "find out whether anything used it; if nothing did, delete it in Entra."
    if view.wanted_by:
        return f"if it is for {_names(view.wanted_by, 'or')}, claim it for that service."
    return (
        "find out whose it is, and claim it for that service; or for none, if it does not matter."
    )


def _watcher_task(view: WatcherView) -> str:
    if view.aspect == "fewer":
        return "look into the audit log of Entra for deleted apps; if there are none, run “doctor”."
    if view.aspect == "reading":
        return "ask whoever looks after Lapsewatch to run “doctor”, which says what is missing."
    return f"tell whoever reads “{clean(view.subject)}”, and ask whoever looks after Lapsewatch to run “doctor --send-test”."


def _tenant_task(view: InventoryView) -> str:
    kind = "certificate" if view.listed.credential.kind == Kind.CERTIFICATE else "client secret"
    if view.standing == Standing.EXPIRED:
        return f"find out whether anything uses it; if so, give it a new {kind}, then delete this one in Entra."
    return f"create a new {kind}, put it wherever this one is used, and then delete this one; if nothing uses it, delete it."


def _app_task(view: AppView) -> str:
    if view.aspect == "redirect_uris":
        return "add what is missing under Authentication in Entra, letter by letter."
    if not view.app.found:
        return "check the client id in the watchlist; if the app was deleted, restore it in Entra (possible for 30 days)."
    return "enable the app, or its enterprise application, in Entra."


def _needs_a_new_one(view: ServiceView) -> bool:
    return (
        view.standing in {Standing.EXPIRING, Standing.MISSING, Standing.EXPIRED}
        and not view.upcoming
    )


def _is_unmatched(view: ServiceView) -> bool:
    return view.standing == Standing.UNMATCHED and not view.upcoming


def _channels(view: View, role: Role) -> Sequence[str]:
    services: Sequence[Service] = ()
    match view:
        case ServiceView():
            services = (view.service,)
        case UnclaimedView() | AppView():
            services = view.watched.services
        case LeftoverView():
            services = (view.owner.service,)
        case _:
            pass
    return [
        channel
        for service in services
        for channel in (service.renewer if role == Role.RENEWER else service.installer)
    ]


def _names(services: Sequence[Service], joint: str = "and") -> str:
    return listed([clean(service.name) for service in services], joint)
