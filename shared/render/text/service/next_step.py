"""Whose turn it is with a service, and what to do."""

from collections.abc import Mapping

from shared.core.model.directory import Credential, Kind
from shared.core.model.hand_over import HandOver, HandOverState
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Role, Standing
from shared.render.text.dates import Moment
from shared.render.text.escape import clean
from shared.render.text.naming import (
    called,
    listed,
    noun,
    party,
    relative_age,
    whom_to_ask,
)
from shared.render.text.suggested_name import suggested_name
from shared.render.text.turn import INSTALLER, NOTHING_TO_DO, RENEWER, Turn


def turn(view: ServiceView, at: Moment) -> Turn:
    """Return who acts next, and what they do."""
    return _turn_of_hand_over(view, at) or _turn_by_standing(view, at)


def _turn_by_standing(view: ServiceView, at: Moment) -> Turn:
    name = clean(view.service.name)
    match view.standing:
        case Standing.HEALTHY if view.assumed:
            return Turn(INSTALLER, f"confirm which {noun(view.in_use)} {name} uses.")
        case Standing.HEALTHY | Standing.APP_PROBLEM:
            return NOTHING_TO_DO
        case Standing.UNMATCHED if not view.upcoming:
            correct = f"correct {name}'s claim in the watchlist"
            return Turn(RENEWER, f"create a {new_credential(view, at)}, or {correct}.")
        case Standing.AWAITING_INSTALL if not view.stopgap:
            return Turn(INSTALLER, f"{_install(view)} and check that it syncs.")
        case _ if view.upcoming:
            return Turn(INSTALLER, f"{_install(view)} once it is valid.")
        case _:
            return Turn(RENEWER, _create(view, at))


def _turn_of_hand_over(view: ServiceView, at: Moment) -> Turn | None:
    """Return who acts next with a value that is handed over, or was; `None` if nothing was."""
    if view.handed_over is not None:
        value = _open(view.handed_over, clean(view.service.name))
        return Turn(INSTALLER, f"{value} and check that it syncs.")
    if not (view.standing == Standing.AWAITING_INSTALL and view.value_missing):
        return None
    value = f"hand the value of {_value(view.replacement)} over again on the status page"
    return Turn(RENEWER, f"{value}, or create a {new_credential(view, at)}.")


def request(view: ServiceView, at: Moment) -> str:
    """Return what an installer asks of those who can create a secret, as a task; else empty.

    An unclaimed credential may already be the new one; its value is with them.
    """
    name = clean(view.service.name)
    whom = whom_to_ask(view.service)
    if view.standing == Standing.AWAITING_INSTALL and view.value_missing:
        return f"ask {whom} to hand the value of {_value(view.replacement)} over again."
    if view.handed_over is not None or not (_is_unmatched(view) or view.needs_new_credential):
        return ""
    if view.candidates:
        value = "" if _is_certificate(view) else ", and for its value"
        is_it = f"whether the {_candidates(view)} is the new one for {name}{value}"
        return f"ask {whom} {is_it}; if it is not, ask for a {new_credential(view, at)}."
    if _is_unmatched(view):
        correct = f"to correct {name}'s claim in the watchlist"
        return f"ask {whom} for a {new_credential(view, at)}, or {correct}."
    return f"{_if_in_use(view)}ask {whom} for a {new_credential(view, at)}."


def runbook_sections(view: ServiceView) -> Mapping[Role, tuple[str, ...]]:
    """Return the runbook sections that each role needs next."""
    if view.handed_over is not None:
        return {Role.INSTALLER: ("Install", "Verify")}
    if view.needs_new_credential:
        return {Role.RENEWER: ("Create",), Role.INSTALLER: ("Request",)}
    if view.value_missing:
        return {}
    if view.standing == Standing.AWAITING_INSTALL:
        return {Role.INSTALLER: ("Install", "Verify")}
    return {}


def _create(view: ServiceView, at: Moment) -> str:
    create = f"{_if_in_use(view)}create a {new_credential(view, at)} and {_send(view)}."
    if not view.candidates:
        return create
    name = clean(view.service.name)
    return f"if the {_candidates(view)} belongs to {name}, assign it to {name}; otherwise {create}"


def _send(view: ServiceView) -> str:
    if view.hands_over and not _is_certificate(view):
        return "hand its value over on the status page"
    thing = "it" if _is_certificate(view) else "its value securely"
    return f"send {thing} to the {party('installer', view.service.installers)}"


def _open(record: HandOver, name: str) -> str:
    value = f"the value of {_value(record.credential)}"
    if record.state == HandOverState.OPENED:
        return f"paste {value} into {name}"
    return f"open {value} on the status page, paste it into {name}"


def _value(new: Credential | None) -> str:
    return f"“{clean(new.name)}”" if new is not None and clean(new.name) else "the new secret"


def _if_in_use(view: ServiceView) -> str:
    """Name the credential that is left, if nobody has confirmed which one the service uses."""
    other, record = view.replacement, view.in_use_record
    if not view.stopgap or other is None or record is None or record.settled:
        return ""
    left = f"{relative_age(other, view.in_use)} {called(other)}"
    return f"if {clean(view.service.name)} uses the {left}, confirm it; otherwise "


def _candidates(view: ServiceView) -> str:
    return listed([called(candidate) for candidate in view.candidates], "or the")


def _install(view: ServiceView) -> str:
    name, new = clean(view.service.name), view.replacement
    if new is not None and new.kind == Kind.CERTIFICATE:
        return f"install the {called(new)} in {name}"
    return f"paste the value of {_value(new)} into {name}"


def new_credential(view: ServiceView, at: Moment) -> str:
    """Name what is needed: what people type is exact. A hint or key id fits no new one."""
    kind = "certificate" if _is_certificate(view) else "client secret"
    if view.service.claim.by != "name":
        return f"new {kind} for {clean(view.service.name)}"
    name = suggested_name(view.service, now=at.now, zone=at.zone)
    return f"new {kind} named “{name}”"


def _is_certificate(view: ServiceView) -> bool:
    return noun(view.in_use) == Kind.CERTIFICATE


def _is_unmatched(view: ServiceView) -> bool:
    return view.standing == Standing.UNMATCHED and not view.upcoming
