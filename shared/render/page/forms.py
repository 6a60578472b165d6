"""A form carries what was shown: the hint and the end of the credential, so that nobody confirms what has changed meanwhile."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from shared.core.judge.claims import claimed_by
from shared.core.judge.snapshot import recalled_snapshot
from shared.core.judge.validity import creation_order, is_live, started_after
from shared.core.model.context import CheckContext
from shared.core.model.directory import Credential
from shared.core.model.views import ServiceView, UnclaimedView
from shared.core.model.vocabulary import Kind, Loss, Standing
from shared.render.text.escape import clean
from shared.render.text.naming import called, capital, described

USUAL_QUIET = timedelta(days=7)
"""How long an acknowledgement lasts unless somebody chooses another day."""


class ShownFields(NamedTuple):
    """The hidden fields that say which credential was meant and how it looked."""

    key_id: str
    hint: str
    ends: str
    """RFC 3339 in UTC, with a fraction only where the end has one; empty: it does not expire."""


class Confirm(NamedTuple):
    """A button that records which credential a service uses."""

    shown: ShownFields
    label: str
    about: str
    """The credential, told from its siblings."""


class Acknowledge(NamedTuple):
    """The days between which an acknowledgement may end, local, as `YYYY-MM-DD`."""

    first: str
    last: str
    """Empty: no limit."""
    usual: str


def shown(credential: Credential) -> ShownFields:
    """Give what a form carries of a credential. What UTF-8 cannot carry is replaced, and then no longer holds."""
    return ShownFields(
        _carried(credential.key_id), _carried(credential.hint), _exactly(credential.ends)
    )


def confirms(view: ServiceView, at: CheckContext) -> tuple[Confirm, ...]:
    """Give the buttons for what a service may use now: the replacement first; the one in use too, while it is only assumed."""
    found = {c.key_id: c for c in _choices(view, at) if is_live(c, at.now)}
    used = view.in_use.key_id if view.in_use is not None else ""
    settled = not view.assumed
    newer = [c for c in found.values() if c.key_id != used and not _is_older(c, view)]
    ordered = sorted(newer, key=creation_order, reverse=True)
    if not settled:
        ordered += [c for c in found.values() if c.key_id == used]
        ordered += sorted(
            (c for c in found.values() if c.key_id != used and _is_older(c, view)),
            key=creation_order,
            reverse=True,
        )
    return tuple(Confirm(shown(c), _label(c, view), _about(c, at)) for c in ordered)


def undos(view: ServiceView, at: CheckContext) -> tuple[Confirm, ...]:
    """Give the buttons that take a confirmation back: one for each older credential that is still live."""
    live = (c for c in reversed(view.leftovers) if is_live(c, at.now))
    name = clean(view.service.name)
    return tuple(
        Confirm(shown(c), f"Undo: {name} still uses {_marked(c)}", _about(c, at)) for c in live
    )


def acknowledge(view: ServiceView, at: CheckContext) -> Acknowledge | None:
    """Give the limits of an acknowledgement; `None` where there is nothing to acknowledge."""
    if view.standing == Standing.HEALTHY or not view.app.found:
        return None
    zone = at.watchlist.zone
    today = at.now.astimezone(zone).date()
    ends = view.in_use.ends if view.in_use is not None and view.loss == Loss.NONE else None
    last = ends.astimezone(zone).date() if ends is not None else None
    return Acknowledge(
        today.isoformat(),
        last.isoformat() if last else "",
        min(today + USUAL_QUIET, last or date.max).isoformat(),
    )


def claimants(view: UnclaimedView) -> list[tuple[str, str]]:
    """Give the services that an unclaimed credential may belong to: id and name, the likely ones first."""
    likely = (*view.wanted_by, *view.rivals)
    ordered = sorted(view.watched.services, key=lambda service: service not in likely)
    return [(service.id, clean(service.name)) for service in ordered]


def _choices(view: ServiceView, at: CheckContext) -> Iterator[Credential]:
    """Give what the service may use: its own credentials, and unclaimed ones where it lacks one."""
    if not view.app.found:
        return
    yield from (
        c
        for c in (
            view.replacement,
            view.in_use if view.loss != Loss.DELETED else None,
            *view.candidates,
        )
        if c is not None
    )
    watched = next((app for app in at.watchlist.apps if app.key == view.app.key), None)
    known = recalled_snapshot(watched, at.memory) if watched is not None else None
    if watched is not None and known is not None:
        yield from (
            c
            for c in known.credentials
            if view.service.id in claimed_by(c, watched.services, at.memory).services
        )


def _is_older(credential: Credential, view: ServiceView) -> bool:
    """An older one is an undo, or a matter of what is assumed; where the one in use is over, any live one may be it."""
    return (
        view.loss == Loss.NONE
        and view.in_use is not None
        and not started_after(credential, view.in_use)
    )


def _label(credential: Credential, view: ServiceView) -> str:
    name = clean(view.service.name)
    if view.in_use is not None and credential.key_id == view.in_use.key_id:
        return f"Confirm: {name} uses {_marked(credential)}"
    if credential.kind == Kind.CERTIFICATE:
        return f"Confirm: I installed {_marked(credential)} in {name} and saw it sync"
    return f"Confirm: I pasted {_marked(credential)} into {name} and saw it sync"


def _marked(credential: Credential) -> str:
    """Name a credential as somebody who holds its value knows it: by how it begins."""
    hint = clean(credential.hint, 10)
    return f"{hint}…" if hint else f"the {called(credential)}"


def _about(credential: Credential, at: CheckContext) -> str:
    return capital(described(credential, at.now, at.watchlist.zone))


def _carried(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _exactly(ends: datetime | None) -> str:
    return "" if ends is None else ends.astimezone(UTC).isoformat().replace("+00:00", "Z")
