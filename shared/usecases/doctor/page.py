"""Examine the deployed app: its health, and the sign-in of its page."""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from urllib.parse import urlsplit

from shared.config.clouds import cloud_of
from shared.config.setting_rules import PAGE_PATH
from shared.config.settings import Settings
from shared.ports.errors import PortError
from shared.ports.page_probe import Front
from shared.render.text import commands
from shared.usecases.doctor.finding import Finding

_NO_LINK = "Set LAPSEWATCH_PAGE_URL to add a link to it to messages"
_CLOSED = (
    "closed: no sign-in is set up (LAPSEWATCH_SIGN_IN_CLIENT_ID and LAPSEWATCH_SIGN_IN_ISSUER)"
)
_STALE = (
    "reports that it is stale: one of its settings is wrong, it cannot read its ledger, "
    "or no check has succeeded for 26 hours"
)


type ReadIssuer = Callable[[str], object]
"""Reads the keys of an issuer as the page does, or raises `PortError`."""


def examine_page(
    settings: Settings, ask: Callable[[str], Front], read_issuer: ReadIssuer | None = None
) -> Iterator[Finding]:
    """Ask the deployed app for its page and its health, without signing in, and its issuer."""
    root, on_app, _ = settings.page_url.partition(PAGE_PATH)
    if settings.page_auth is None:
        text = _CLOSED if settings.page_url else f"{_CLOSED}. {_NO_LINK}"
        yield Finding("page", ok=None, text=text)
    elif not settings.page_url:
        yield Finding("page", ok=None, text=f"skipped. {_NO_LINK}")
    else:
        yield _front(settings, settings.page_auth.issuer, ask)
    if settings.page_auth is not None and read_issuer is not None:
        yield _issuer(settings.page_auth.issuer, read_issuer)
    if on_app:
        yield _health(f"{root}/api/health", ask)


def _health(url: str, ask: Callable[[str], Front]) -> Finding:
    """Report the app's own health: its settings may be wrong where ours are good."""
    try:
        status = ask(url).status
    except PortError as error:
        repair = commands.inspect_app()
        return Finding("app", ok=False, text=str(error), commands=repair)
    if status == HTTPStatus.OK:
        return Finding("app", ok=True, text="responds, and its checks are not overdue")
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return Finding("app", ok=False, text=_STALE, commands=commands.inspect_app())
    text = f"{url} returns HTTP {status}, not from the app. Is it deployed?"
    return Finding("app", ok=False, text=text, commands=("azd deploy",))


def _issuer(issuer: str, read_issuer: ReadIssuer) -> Finding:
    """Report whether tokens of the issuer can be verified: it may name itself differently."""
    try:
        read_issuer(issuer)
    except PortError as error:
        return Finding("page sign-in", ok=False, text=f"{issuer}: {error}")
    return Finding("page sign-in", ok=True, text="the keys of its issuer can be read")


def _front(settings: Settings, issuer: str, ask: Callable[[str], Front]) -> Finding:
    try:
        found = ask(settings.page_url)
    except PortError as error:
        return Finding("page", ok=False, text=str(error))
    hosts = {urlsplit(url).netloc for url in (issuer, cloud_of(settings.graph).authority)}
    if found.leads_to in hosts or found.path.startswith("/.auth/login/"):
        return Finding("page", ok=True, text="requires sign-in")
    text = (
        f"{settings.page_url} is reachable without sign-in (HTTP {found.status}): "
        "Easy Auth is not protecting it"
    )
    return Finding("page", ok=False, text=text, commands=commands.sign_in())
