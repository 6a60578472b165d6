"""Is everything in place? Each part is tried as a check would use it, and what is missing is said with what mends it."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from shared.config.clouds import OtherTenant, cloud_of, consent
from shared.config.setting_rules import PAGE_PATH
from shared.config.settings import Settings
from shared.config.values import is_loopback
from shared.core.inventory.filter import InventoryFilter
from shared.core.judge.claims import matches
from shared.core.judge.judge import judge
from shared.core.judge.schedule import is_stale
from shared.core.judge.snapshot import snapshot_of
from shared.core.judge.validity import has_ended
from shared.core.model.check_record import LastChecks, Outcome
from shared.core.model.context import AppSnapshot, CheckContext
from shared.core.model.memory import Memory
from shared.core.model.message import Message
from shared.core.model.views import ServiceView
from shared.core.model.watchlist import EmailChannel, WatchedApp
from shared.ports.directory import AppQuery, DirectoryReading
from shared.ports.errors import ChannelError, DirectoryError, LedgerError, PortError
from shared.ports.inventory import ScanQuery
from shared.ports.page_probe import Front
from shared.render.text import commands
from shared.render.text.commands import Deployment
from shared.render.text.dates import clock, day
from shared.render.text.naming import called, claim_words, listed
from shared.usecases.check import READ_WITHIN, Watch
from shared.usecases.inventory import InventoryWatch

WRONG_CLIENT_ID = (
    "Compare its client_id in the watchlist, or the setting that this names, with the “Application (client) ID” in Entra; "
    "it is neither the object id nor a Secret ID. An app that was deleted can be restored there for 30 days."
)
NO_LINK = "messages that are sent from here have no link to the page"


@dataclass(frozen=True, slots=True)
class Finding:
    """One part, and how it is. `ok` is `None` where it was not tried."""

    part: str
    ok: bool | None
    text: str
    mend: tuple[str, ...] = ()
    """Commands that put it in place; empty where there is nothing to mend, or no command for it."""
    by_the_way: bool = False
    """Of one whose `ok` is `None`: it was tried, and what it says is only worth knowing."""


def deployment(settings: Settings) -> Deployment:
    """Give what the settings say of the deployment."""
    host = (
        urlsplit(settings.tables.value.reveal()).hostname or ""
        if settings.tables.by == "endpoint"
        else ""
    )
    return Deployment(
        client_id=settings.identity_client_id,
        as_person=not settings.managed_identity,
        account=host.partition(".")[0] if ".table." in host else "",
        mailbox=settings.mail_sender,
        graph=settings.graph,
        consent=_consent(settings),
    )


def _consent(settings: Settings) -> str:
    """Give where another tenant consents; empty if it is our own that is read."""
    tenant_id = settings.watchlist.tenant_id
    authority = settings.authority or cloud_of(settings.graph).authority
    return (
        consent(OtherTenant(tenant_id, settings.tenants_client_id), authority) if tenant_id else ""
    )


def examine(
    watch: Watch, settings: Settings, ask: Callable[[str], Front], *, send_test: bool = False
) -> Iterator[Finding]:
    """Try the ledger, Graph with its permission, each app and each claim, and the front of the page; with `send_test`, each channel.

    `ask` says what a stranger is answered at a URL.
    """
    known = deployment(settings)
    beside = (
        f"; Graph is a stand-in on this machine, {settings.graph}"
        if is_loopback(urlsplit(settings.graph))
        else ""
    )
    yield Finding(
        "settings",
        ok=True,
        text=f"read, {len(watch.watchlist.services)} services on the watchlist{beside}",
    )
    yield from _ledger(watch, known)
    yield from _apps(watch, known)
    if watch.inventory is not None:
        yield _tenant(watch.inventory, watch.clock(), known)
    yield from _deployed(settings, ask)
    for name in watch.watchlist.channels:
        yield (
            _channel(watch, name, known)
            if send_test
            else Finding(
                f"channel {name}", ok=None, text="not tried; --send-test posts a test message"
            )
        )


def _ledger(watch: Watch, known: Deployment) -> Iterator[Finding]:
    try:
        lease = watch.ledger.lease()
        if lease is not None:
            lease.release()
        watch.ledger.load()
        last_checks = watch.ledger.last_checks()
    except LedgerError as error:
        forbidden = error.code in {"AuthorizationPermissionMismatch", "AuthorizationFailure"}
        yield Finding(
            "ledger",
            ok=False,
            text=str(error),
            mend=commands.table_role(known) if forbidden else (),
        )
        return
    yield Finding("ledger", ok=True, text="can be read and written")
    yield _checks(last_checks, watch, known)
    if watch.usage_report is not None:
        text = last_checks.evidence or "switched on, and nothing failed when they were last read"
        yield Finding(
            "sign-ins",
            ok=not last_checks.evidence,
            text=text,
            mend=commands.graph_permission(known, last_checks.evidence),
        )


def _checks(last_checks: LastChecks, watch: Watch, known: Deployment) -> Finding:
    """What the last check could not do is missing, even where our own try succeeds: the app may lack what we have."""
    now, zone = watch.clock(), watch.watchlist.zone
    good = "none has ended well yet"
    if began := last_checks.last_success:
        good = f"the last good one began on {day(began.astimezone(zone).date(), now, zone)} at {clock(began, zone)}"
    if last_checks.outcome == Outcome.FAILED:
        text = f"the last one failed: {last_checks.error} Before that, {good}."
        return Finding(
            "checks", ok=False, text=text, mend=commands.graph_permission(known, last_checks.error)
        )
    if is_stale(last_checks, now):
        return Finding(
            "checks",
            ok=False,
            text=f"{good}; that is more than 26 hours ago: is the timer running?",
        )
    if last_checks.outcome == Outcome.PARTIAL:
        text = f"the last one was only partly done: {last_checks.error}"
        return Finding(
            "checks", ok=False, text=text, mend=commands.graph_permission(known, last_checks.error)
        )
    return Finding("checks", ok=True if last_checks.last_success else None, text=good)


def _apps(watch: Watch, known: Deployment) -> Iterator[Finding]:
    """Read each app as a check does; what the ledger knows of it decides what is in use, and may be missing."""
    apps = watch.watchlist.apps
    reading = watch.directory.read(
        [AppQuery(app.client_id, app.service_principal) for app in apps], seconds=READ_WITHIN
    )
    try:
        memory = watch.ledger.load()
    except LedgerError:  # said already; whether the apps can be read is still worth knowing
        memory = Memory()
    yield _sign_in(reading, known)
    for app in apps:
        failure = reading.failures.get(app.client_id)
        if failure is not None:
            yield Finding(f"app {app.name}", ok=False, text=str(failure))
            continue
        at = CheckContext(watch.watchlist, memory, watch.clock())
        seen = snapshot_of(app, reading.apps[app.client_id], at)
        judgement = judge(at, {app.key: seen})
        problems = [problem for view in judgement.apps for problem in view.problems]
        if not seen.record.found:
            mend = commands.find_app(app.name, app.client_id)
            yield Finding(
                f"app {app.name}",
                ok=False,
                text=f"{'; '.join(problems)}. {WRONG_CLIENT_ID}",
                mend=mend,
            )
            continue
        yield Finding(
            f"app {app.name}",
            ok=not problems,
            text="; ".join(problems) or f"read, {len(seen.credentials)} credentials",
        )
        if not seen.record.usable:
            continue
        for view in judgement.services:
            doubt = _doubt_about_the_claim(view, app, seen, at)
            settled = view.in_use_record is not None and view.in_use_record.settled
            ok = True if not doubt else None if settled else False
            text = doubt or f"claimed, standing {view.standing}"
            yield Finding(f"service {view.service.name}", ok=ok, text=text, by_the_way=ok is None)


def _doubt_about_the_claim(
    view: ServiceView, app: WatchedApp, seen: AppSnapshot, at: CheckContext
) -> str:
    """Say what is odd about a rule by itself, whatever is in use: it has to find the next credential too. Empty if nothing is."""
    mine = [
        credential for credential in seen.credentials if matches(view.service.claim, credential)
    ]
    if not mine:
        used = f"; in use is {called(view.in_use)}" if view.in_use is not None else ""
        there = listed([called(credential) for credential in seen.credentials]) or "none"
        return f"its claim ({claim_words(view.service.claim)}) finds nothing on the app{used}. Credentials there: {there}"
    for credential in mine:
        claimants = [service.name for service in app.services if matches(service.claim, credential)]
        decided = credential.key_id in at.memory.assignments or has_ended(credential, at.now)
        if len(claimants) > 1 and not decided:
            return f"{called(credential)} is claimed by {listed(claimants)}: narrow one of their claims in the watchlist"
    return ""


def _sign_in(reading: DirectoryReading, known: Deployment) -> Finding:
    """Whether any app could be read says whether a token is given, and whether it allows to read."""
    if reading.apps:
        return Finding(
            "sign-in",
            ok=True,
            text="a token is given, and may read app registrations (Application.Read.All)",
        )
    said = str(next(iter(reading.failures.values())))
    return Finding("sign-in", ok=False, text=said, mend=commands.graph_permission(known, said))


def _tenant(tenant: InventoryWatch, now: datetime, known: Deployment) -> Finding:
    """Read the first page of the tenant, as a check does, and no more of it."""
    sieve = InventoryFilter(tenant.watchlist, tenant.rules, now)
    try:
        with closing(tenant.directory.scan(ScanQuery(*sieve.window), seconds=READ_WITHIN)) as pages:
            first = next(pages)
        listed = len(tenant.ledger.load_items().items)
    except (DirectoryError, LedgerError) as error:
        return Finding(
            "tenant", ok=False, text=str(error), mend=commands.graph_permission(known, str(error))
        )
    text = f"its first page can be read, {first.applications} apps; {listed} credentials are due or have ended, by the last read"
    return Finding("tenant", ok=True, text=text)


def _deployed(settings: Settings, ask: Callable[[str], Front]) -> Iterator[Finding]:
    """Ask the app that is deployed, as a stranger: is it well, and does its page lead to the sign-in?"""
    root, of_ours, _ = settings.page_url.partition(PAGE_PATH)
    if settings.page_auth is None:
        no_link = f"; {NO_LINK}" if not settings.page_url else ""
        text = f"closed: no sign-in is set (LAPSEWATCH_SIGN_IN_CLIENT_ID and LAPSEWATCH_SIGN_IN_ISSUER){no_link}"
        yield Finding("page", ok=None, text=text)
    elif not settings.page_url:
        yield Finding(
            "page",
            ok=None,
            text=f"not tried; LAPSEWATCH_PAGE_URL says where it is. Without it, {NO_LINK}",
        )
    else:
        yield _front(settings.page_url, settings.page_auth.issuer, ask)
    if of_ours:
        yield _health(f"{root}/api/health", ask)


def _health(url: str, ask: Callable[[str], Front]) -> Finding:
    """The deployed app reads its own settings, which may be wrong where ours are good."""
    try:
        status = ask(url).status
    except PortError as error:
        return Finding("app", ok=False, text=str(error), mend=commands.look_at_the_app())
    if status == HTTPStatus.OK:
        return Finding("app", ok=True, text="answers, and its checks are not overdue")
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        text = "says that it is stale: a setting of it is wrong, it cannot read its ledger, or no check has ended well for 26 hours"
        return Finding("app", ok=False, text=text, mend=commands.look_at_the_app())
    return Finding(
        "app",
        ok=False,
        text=f"{url} is answered {status}, and not by the app: is it deployed?",
        mend=("azd deploy",),
    )


def _front(page_url: str, issuer: str, ask: Callable[[str], Front]) -> Finding:
    try:
        found = ask(page_url)
    except PortError as error:
        return Finding("page", ok=False, text=str(error))
    if found.leads_to == urlsplit(issuer).netloc or found.path.startswith("/.auth/login/"):
        return Finding("page", ok=True, text="the sign-in is in front of it")
    text = f"a stranger is answered {found.status}, and not led to the sign-in: Easy Auth is not in front of {page_url}"
    return Finding("page", ok=False, text=text, mend=commands.sign_in())


def _channel(watch: Watch, name: str, known: Deployment) -> Finding:
    try:
        watch.channels[name].send(
            Message(
                name,
                watch.clock(),
                watch.watchlist.zone,
                (),
                test=True,
                tenant_name=watch.watchlist.name,
            )
        )
    except ChannelError as error:
        return Finding(
            f"channel {name}",
            ok=False,
            text=str(error),
            mend=_mend_channel(watch, name, error, known),
        )
    return Finding(
        f"channel {name}", ok=True, text="a test message was accepted; look whether it arrived"
    )


def _mend_channel(
    watch: Watch, name: str, error: ChannelError, known: Deployment
) -> tuple[str, ...]:
    """Give the commands for what only a command mends: another URL, or the right to send; not for what comes right by itself."""
    if isinstance(watch.watchlist.channels[name], EmailChannel):
        return (
            commands.mailbox(known)
            if error.code in {"403", "ErrorAccessDenied", "ErrorSendAsDenied"}
            else ()
        )
    return () if error.transient else commands.webhook()
