"""Examine the deployed app: its health, and the sign-in of its page."""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from urllib.parse import urlsplit

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


def examine_page(settings: Settings, ask: Callable[[str], Front]) -> Iterator[Finding]:
    """Ask the deployed app for its page and its health, without signing in."""
    root, on_app, _ = settings.page_url.partition(PAGE_PATH)
    if settings.page_auth is None:
        text = _CLOSED if settings.page_url else f"{_CLOSED}. {_NO_LINK}"
        yield Finding("page", ok=None, text=text)
    elif not settings.page_url:
        yield Finding("page", ok=None, text=f"skipped. {_NO_LINK}")
    else:
        yield _front(settings.page_url, settings.page_auth.issuer, ask)
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


def _front(page_url: str, issuer: str, ask: Callable[[str], Front]) -> Finding:
    try:
        found = ask(page_url)
    except PortError as error:
        return Finding("page", ok=False, text=str(error))
    if found.leads_to == urlsplit(issuer).netloc or found.path.startswith("/.auth/login/"):
        return Finding("page", ok=True, text="requires sign-in")
    text = (
        f"{page_url} is reachable without sign-in (HTTP {found.status}): "
        "Easy Auth is not protecting it"
    )
    return Finding("page", ok=False, text=text, commands=commands.sign_in())
