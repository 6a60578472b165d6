"""Examine what handing new secrets over needs: the vault, the page's registration, people."""

from collections.abc import Callable, Iterator

from shared.config.settings import Settings
from shared.core.model.hand_over import HandOverState
from shared.core.model.visitor import INSTALLER, SIGNED_IN_AT
from shared.ports.errors import LedgerError, PortError
from shared.ports.page_registration import PageRegistration
from shared.ports.vault import Vault
from shared.render.text import commands
from shared.render.text.commands import Deployment
from shared.render.text.naming import listed
from shared.render.text.service.hand_over import RETRIED
from shared.usecases.check import Watch
from shared.usecases.doctor.finding import Finding

PROBE = "lapsewatch-doctor"
"""A name that no secret has: whether it is there can be asked only with the right to do so."""
_FORBIDDEN = frozenset({"403", "Forbidden", "ForbiddenByRbac"})
_VAULT, _INSTALLERS = "hand-over vault", "installers"
_OWN_RIGHT = (
    "not tried: your own sign-in has no right in it, and needs none. The app's identity has one"
)
_NO_SIGN_IN = (
    "new secrets can be handed over only on a page with a sign-in: set "
    "LAPSEWATCH_SIGN_IN_CLIENT_ID and LAPSEWATCH_SIGN_IN_ISSUER, or run azd up, which does"
)
_NO_REGISTRATION = "no registration in this tenant has the client id of the page's sign-in"
_NO_ROLE = f"the registration has no role {INSTALLER} that is enabled for people: nobody can open"
_NO_CLAIM = f"its ID tokens lack {SIGNED_IN_AT}, the time of the sign-in: nobody can open"
_NOBODY = (
    f"nobody has the role {INSTALLER}, so nobody can open a new secret. In Entra: Enterprise "
    "applications, the sign-in of the page, Users and groups, Add user/group"
)
_NO_SERVICE = "it is not on the watchlist any more, so nobody can open or withdraw its new secret"

type ReadRegistration = Callable[[str], PageRegistration | None]
"""Reads the page's registration by its client id, or raises `PortError`."""


def examine_hand_overs(
    watch: Watch,
    settings: Settings,
    deployment: Deployment,
    read_registration: ReadRegistration | None = None,
) -> Iterator[Finding]:
    """Try the vault and read the registration; if it is off, report only what is left over."""
    if watch.vault is None:
        yield from _left_over(watch)
        return
    yield _vault(watch.vault, deployment)
    yield from _unfinished(watch)
    if settings.page_auth is None:
        yield Finding("hand-overs", ok=False, text=_NO_SIGN_IN, commands=commands.sign_in())
    elif read_registration is not None:
        yield from _registration(settings.page_auth.client_id, read_registration, deployment)


def _unfinished(watch: Watch) -> Iterator[Finding]:
    """Report what a tick could not finish yet, and values that no page shows any more."""
    try:
        records = watch.ledger.hand_overs()
    except LedgerError:  # reported already
        return
    known = watch.watchlist.services
    for service, record in sorted(records.items()):
        part = f"hand-over of {service}"
        if record.why:
            yield Finding(part, ok=False, text=f"not finished. {record.why} {RETRIED}")
        elif record.kept and service not in known:
            until = f"{record.until.astimezone(watch.watchlist.zone):%Y-%m-%d}"
            text = f"{_NO_SERVICE}, and its value stays in the vault until {until}"
            yield Finding(part, ok=False, text=text)


def _vault(vault: Vault, deployment: Deployment) -> Finding:
    try:
        vault.has(PROBE)
    except PortError as error:
        if error.code not in _FORBIDDEN:
            return Finding(_VAULT, ok=False, text=str(error))
        if deployment.as_person:
            return Finding(_VAULT, ok=None, text=_OWN_RIGHT)
        repair = commands.hand_over_role(deployment)
        return Finding(_VAULT, ok=False, text=str(error), commands=repair)
    return Finding(_VAULT, ok=True, text="can be reached, and allows this sign-in")


def _registration(
    client_id: str, read: ReadRegistration, deployment: Deployment
) -> Iterator[Finding]:
    part = "page registration"
    try:
        found = read(client_id)
    except PortError as error:
        repair = commands.graph_permission(deployment, str(error))
        yield Finding(part, ok=False, text=str(error), commands=repair)
        return
    if found is None:
        text = f"{_NO_REGISTRATION}, {client_id}"
        yield Finding(part, ok=False, text=text, commands=commands.sign_in())
        return
    lacking = [
        text for there, text in ((found.role, _NO_ROLE), (found.claim, _NO_CLAIM)) if not there
    ]
    if lacking:
        repair = (commands.FINISH,)
        yield Finding(part, ok=False, text="; ".join(lacking), commands=repair)
    else:
        text = f"has the role {INSTALLER}; its ID tokens have {SIGNED_IN_AT}"
        yield Finding(part, ok=True, text=text)
    if not found.installers:
        repair = commands.installer(deployment, client_id)
        yield Finding(_INSTALLERS, ok=False, text=_NOBODY, commands=repair)
    else:
        text = f"{found.installers} assigned to the role {INSTALLER}"
        yield Finding(_INSTALLERS, ok=True, text=text)


def _left_over(watch: Watch) -> Iterator[Finding]:
    """Report hand-overs that have not ended: nothing deletes their values any more."""
    try:
        records = watch.ledger.hand_overs(even_if_off=True)
    except LedgerError:  # reported already
        return
    left = [
        service
        for service, record in sorted(records.items())
        if record.state != HandOverState.DONE or record.stale
    ]
    if left:
        text = (
            f"off, but not ended for {listed(left)}: the vault may still have the values, and "
            "nothing deletes them. Switch it on again, withdraw them, then switch it off; or "
            "delete them in the vault (docs/hand-over.md)"
        )
        yield Finding("hand-overs", ok=False, text=text)
