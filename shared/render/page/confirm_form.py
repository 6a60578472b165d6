"""Buttons that confirm which credential a service uses, and buttons that undo that."""

from collections.abc import Iterator
from typing import NamedTuple

from shared.core.confirmation import lost_before
from shared.core.judge.claims import claimed_by
from shared.core.judge.snapshot import recalled_snapshot
from shared.core.judge.validity import is_live
from shared.core.model.age import creation_order, started_after
from shared.core.model.context import CheckContext
from shared.core.model.directory import Credential, Kind
from shared.core.model.hand_over import Ending
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss
from shared.render.page.shown_fields import ShownFields, shown_fields
from shared.render.text.escape import clean
from shared.render.text.naming import called, capital, described

MAX_HINT_CHARS = 10
MAX_BUTTONS = 20
"""The most buttons of a kind on a card; the command `confirm` takes any credential."""


class Confirm(NamedTuple):
    """A button that records which credential a service uses."""

    shown: ShownFields
    label: str
    about: str
    """The credential with its name, hint and end."""


def confirms(view: ServiceView, at: CheckContext) -> tuple[Confirm, ...]:
    """Return the buttons for the credentials that a service may use now.

    Newer credentials come first, the newest at the top. While the credential in use is only
    assumed, it and older ones follow. There are none for a service that a pipeline installs.
    """
    if view.service.by_pipeline:
        return ()
    used = view.in_use.key_id if view.in_use is not None else ""
    lost = _lost_value(view)
    live = {c.key_id: c for c in _candidates(view, at) if is_live(c, at.now) and c.key_id != lost}
    others = sorted(
        (c for c in live.values() if c.key_id != used), key=creation_order, reverse=True
    )
    ordered = [c for c in others if not _is_older(c, view)]
    if view.assumed:
        ordered += [live[used]] if used in live else []
        ordered += [c for c in others if _is_older(c, view)]
    shown = ordered[:MAX_BUTTONS]
    return tuple(Confirm(shown_fields(c), _label(c, view), _about(c, at)) for c in shown)


def undos(view: ServiceView, at: CheckContext) -> tuple[Confirm, ...]:
    """Return the buttons that undo a confirmation: one for each older credential that is live.

    If none is, one for the credential before, which is lost. If the confirmed one is lost, there
    is nothing to undo: older ones can be confirmed.
    """
    name = clean(view.service.name)
    found = view.leftovers if view.loss == Loss.NONE else ()
    lost = lost_before(view, at.memory)
    older = [c for c in reversed(found) if is_live(c, at.now)] or ([lost] if lost else [])
    return tuple(
        Confirm(shown_fields(c), f"Undo: {name} still uses {_short_name(c)}", _about(c, at))
        for c in older[:MAX_BUTTONS]
    )


def _candidates(view: ServiceView, at: CheckContext) -> Iterator[Credential]:
    """Yield the service's own credentials, and unclaimed ones if it lacks one."""
    if not view.app.found:
        return
    in_use = view.in_use if view.loss != Loss.DELETED else None
    yield from (c for c in (view.replacement, in_use, *view.candidates) if c is not None)
    watched = next((app for app in at.watchlist.apps if app.key == view.app.key), None)
    snapshot = recalled_snapshot(watched, at.memory) if watched is not None else None
    if watched is None or snapshot is None:
        return
    for credential in snapshot.credentials:
        if view.service.id in claimed_by(credential, watched.services, at.memory).services:
            yield credential


def _lost_value(view: ServiceView) -> str:
    """Return the key id of a secret whose value nobody knows, so that nobody pasted it."""
    record = view.hand_over
    return record.key_id if record is not None and record.ending == Ending.ORPHAN else ""


def _is_older(credential: Credential, view: ServiceView) -> bool:
    """Confirming an older one is an undo; if the one in use is lost, any live one may be it."""
    return (
        view.loss == Loss.NONE
        and view.in_use is not None
        and not started_after(credential, view.in_use)
    )


def _label(credential: Credential, view: ServiceView) -> str:
    service, which = clean(view.service.name), _short_name(credential)
    used, lost = view.in_use, view.loss != Loss.NONE
    if used is not None and (
        credential.key_id == used.key_id or (lost and not started_after(credential, used))
    ):
        return f"Confirm: {service} uses {which}"
    if credential.kind == Kind.CERTIFICATE:
        return f"Confirm: I installed {which} in {service} and saw it sync"
    return f"Confirm: I pasted {which} into {service} and saw it sync"


def _short_name(credential: Credential) -> str:
    """Return the beginning of the value, by which its holder knows a credential."""
    hint = clean(credential.hint, MAX_HINT_CHARS)
    return f"{hint}…" if hint else f"the {called(credential)}"


def _about(credential: Credential, at: CheckContext) -> str:
    return capital(described(credential, at.now, at.watchlist.zone))
