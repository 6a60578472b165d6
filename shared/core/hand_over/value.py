"""Which secret a pasted value belongs to. No sentence has more of it than Entra's hint."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from shared.core.blank import is_blank
from shared.core.decisions import Refused
from shared.core.hand_over.form import require_form
from shared.core.judge.claims import ClaimedBy, claimed_by
from shared.core.judge.validity import has_ended, has_started, is_live
from shared.core.model.age import started_after
from shared.core.model.context import AppSnapshot, CheckContext
from shared.core.model.directory import Credential, Kind
from shared.core.model.secret import Secret
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss, Standing

NOTHING_SAVED = "Nothing was saved."


class NoSuchSecret(Refused):
    """No secret of the app begins like the value; it may have been created a moment ago."""


class _App(NamedTuple):
    """An app as just read: its services, and which of them its credentials belong to."""

    view: ServiceView
    """The service that the value was pasted for."""
    views: Sequence[ServiceView]
    at: CheckContext
    name: str

    def claims(self, credential: Credential) -> ClaimedBy:
        services = (each.service for each in self.views)
        return claimed_by(credential, services, self.at.memory)

    def owners(self, credential: Credential) -> list[ServiceView]:
        claimed = self.claims(credential).services
        return [each for each in self.views if each.service.id in claimed]


def credential_for(
    value: Secret,
    view: ServiceView,
    views: Sequence[ServiceView],
    snapshot: AppSnapshot,
    at: CheckContext,
) -> Credential:
    """Return the secret of an app whose value was pasted for the service of `view`.

    Args:
        value: What was pasted.
        view: The service that it was pasted for.
        views: Services; those of other apps are ignored.
        snapshot: The app as just read.
        at: What is remembered.

    Raises:
        Refused: It is not the value of one secret that the service may need.
    """
    if view.service.by_pipeline:
        raise Refused(
            f"A pipeline installs the secrets of {view.service.name}, so there is nothing to hand "
            f"over. {NOTHING_SAVED}"
        )
    require_form(value)
    own = [each for each in views if each.app.key == view.app.key]
    app = _App(view, own, at, snapshot.record.name)
    credential = _match(value, snapshot.credentials, app)
    _require_fitting(credential, app)
    return credential


def _match(value: Secret, credentials: Iterable[Credential], app: _App) -> Credential:
    """Return the only live secret that begins like the value and is not replaced yet."""
    text, now = value.reveal(), app.at.now
    secrets = (c for c in credentials if c.kind == Kind.SECRET and c.hint)
    alike = [c for c in secrets if text.startswith(c.hint)]
    live = [c for c in alike if is_live(c, now)]
    wanted = [c for c in live if not _is_replaced(c, app)]
    if len(wanted) == 1:
        return wanted[0]
    if wanted:
        names = " and ".join(_name(c) for c in wanted)
        raise Refused(
            f"Several secrets of {app.name} begin like this value: {names}. Lapsewatch "
            f"cannot tell which one it is. {NOTHING_SAVED} Create a new secret, and hand over its "
            "value."
        )
    if live:
        raise Refused(_replaced(live[0], app))
    raise _no_live(alike, app)


def _no_live(alike: Sequence[Credential], app: _App) -> Refused:
    for each in alike:
        if not has_started(each, app.at.now) and not has_ended(each, app.at.now):
            starts = each.starts.astimezone(app.at.watchlist.zone) if each.starts else None
            return Refused(
                f"{_name(each)} is valid from {starts:%Y-%m-%d %H:%M}, so it does not work yet. "
                f"{NOTHING_SAVED} Hand its value over then."
            )
    if alike:
        return NoSuchSecret(f"{_name(alike[0])} has expired. {NOTHING_SAVED} {_advice(app)}")
    return NoSuchSecret(
        f"No secret of {app.name} begins like this value: it is an old one, of another app, or "
        f"not complete. {NOTHING_SAVED} {_advice(app)}"
    )


def _require_fitting(credential: Credential, app: _App) -> None:
    view, owners = app.view, app.owners(credential)
    if _uses(view, credential):
        raise Refused(f"{view.service.name} uses this value already.")
    if view in owners:
        return
    other = next((each for each in app.views if _uses(each, credential)), None)
    if other is not None:
        raise Refused(f"{other.service.name} uses this value already.")
    if owners:
        raise Refused(_belongs(credential, app))
    if app.claims(credential).ignored:
        raise Refused(
            f"A person assigned {_name(credential)} to no service. {NOTHING_SAVED} "
            "Take that back first."
        )
    if credential not in view.candidates and view.standing != Standing.UNMATCHED:
        raise Refused(
            f"{_name(credential)} belongs to no service. {NOTHING_SAVED} Assign it to "
            f"{view.service.name} first if it is its new secret."
        )


def _is_replaced(credential: Credential, app: _App) -> bool:
    """Return whether each service that it may be for was confirmed on a newer one that works."""
    return all(_has_newer(each, credential) for each in app.owners(credential) or [app.view])


def _has_newer(view: ServiceView, credential: Credential) -> bool:
    record, newer = view.in_use_record, view.in_use
    if record is None or newer is None or not record.settled or view.loss != Loss.NONE:
        return False
    return started_after(newer, credential)


def _uses(view: ServiceView, credential: Credential) -> bool:
    in_use = view.in_use if view.loss == Loss.NONE else None
    return in_use is not None and in_use.key_id == credential.key_id


def _replaced(credential: Credential, app: _App) -> str:
    owners = app.owners(credential)
    if owners and app.view not in owners:
        return _belongs(credential, app)
    return (
        f"{app.view.service.name} was confirmed on a newer secret; this is the value of an older "
        f"one, {_name(credential)}. {NOTHING_SAVED}"
    )


def _belongs(credential: Credential, app: _App) -> str:
    names = " and ".join(each.service.name for each in app.owners(credential))
    return f"This value belongs to {names}: hand it over there. {NOTHING_SAVED}"


def _advice(app: _App) -> str:
    return f"Copy the value of the new secret of {app.view.service.name} and try again."


def _name(credential: Credential) -> str:
    name = "An unnamed secret" if is_blank(credential.name) else f"“{credential.name}”"
    return f"{name} (begins with {credential.hint})"
