"""Examine Graph: sign-in and permission, each app, and each service's claim."""

from collections.abc import Iterator

from shared.core.judge.claims import matches
from shared.core.judge.judge import judge
from shared.core.judge.snapshot import snapshot_of
from shared.core.judge.validity import has_ended
from shared.core.model.context import AppSnapshot, CheckContext
from shared.core.model.directory import NO_PRINCIPAL
from shared.core.model.judgement import Judgement
from shared.core.model.memory import Memory
from shared.core.model.views import ServiceView
from shared.core.model.watchlist import WatchedApp
from shared.core.spare import where
from shared.ports.directory import AppQuery, DirectoryReading
from shared.ports.errors import LedgerError
from shared.render.text import commands
from shared.render.text.commands import Deployment
from shared.render.text.lacking import not_known
from shared.render.text.naming import called, claim_words, listed
from shared.usecases.check import Watch
from shared.usecases.doctor.finding import Finding
from shared.usecases.gather import READ_WITHIN

WRONG_CLIENT_ID = (
    "Compare its client_id in the watchlist, or the setting named there, with the "
    "“Application (client) ID” in Entra (not the object id, not a Secret ID). "
    "A deleted app can be restored there for 30 days."
)

LOST_PRINCIPAL = (
    "Somebody deleted its enterprise application, or it was never created. "
    "Entra can restore it for 30 days, with its permissions; another one needs them again. "
    "If it was created a moment ago, try again in some minutes."
)


def examine_apps(watch: Watch, deployment: Deployment) -> Iterator[Finding]:
    """Read each app as a check does, and judge it by what the ledger remembers."""
    apps = watch.watchlist.apps
    queries = [AppQuery(app.client_id, app.service_principal) for app in apps]
    reading = watch.directory.read(queries, seconds=READ_WITHIN)
    context = CheckContext(watch.watchlist, _memory(watch), watch.clock())
    yield _sign_in(reading, deployment)
    if reading.unknown:
        yield Finding("Graph", ok=None, text=not_known(reading.unknown), informational=True)
    for app in apps:
        failure = reading.failures.get(app.client_id)
        if failure is not None:
            yield Finding(f"app {app.name}", ok=False, text=str(failure))
            continue
        try:
            snapshot = snapshot_of(app, reading.apps[app.client_id], context)
            found = list(_found(app, snapshot, context))
        except Exception as error:  # noqa: BLE001  (as in a check: one app must not stop the others)
            text = f"it could not be evaluated: {where(error)}"
            found = [Finding(f"app {app.name}", ok=False, text=text)]
        yield from found


def _found(app: WatchedApp, snapshot: AppSnapshot, context: CheckContext) -> Iterator[Finding]:
    """Report an app that was read, and its services."""
    judgement = judge(context, {app.key: snapshot})
    yield _app(app, snapshot, judgement)
    if snapshot.record.usable:
        for view in judgement.services:
            yield _service(view, app, snapshot, context)


def _memory(watch: Watch) -> Memory:
    """Return what the ledger remembers; nothing if it cannot be read (reported already)."""
    try:
        return watch.ledger.load()
    except LedgerError:
        return Memory()


def _sign_in(reading: DirectoryReading, deployment: Deployment) -> Finding:
    """Report whether any app could be read, which needs a token and the permission."""
    if reading.apps:
        return Finding("sign-in", ok=True, text="token acquired, Application.Read.All granted")
    failure = str(next(iter(reading.failures.values())))
    repair = commands.graph_permission(deployment, failure)
    return Finding("sign-in", ok=False, text=failure, commands=repair)


def _app(app: WatchedApp, snapshot: AppSnapshot, judgement: Judgement) -> Finding:
    problems = "; ".join(problem for view in judgement.apps for problem in view.problems)
    part = f"app {app.name}"
    if not snapshot.record.found:
        repair = commands.find_app(app.name, app.client_id)
        return Finding(part, ok=False, text=f"{problems}. {WRONG_CLIENT_ID}", commands=repair)
    if NO_PRINCIPAL in problems:
        repair = commands.create_principal(app.client_id)
        return Finding(part, ok=False, text=f"{problems}. {LOST_PRINCIPAL}", commands=repair)
    text = problems or f"read, {len(snapshot.credentials)} credentials"
    return Finding(part, ok=not problems, text=text)


def _service(
    view: ServiceView, app: WatchedApp, snapshot: AppSnapshot, context: CheckContext
) -> Finding:
    """Report a doubt about the claim; it is only a note if the credential is confirmed."""
    part, doubt = f"service {view.service.name}", _doubt(view, app, snapshot, context)
    if not doubt:
        return Finding(part, ok=True, text=f"has a credential, status {view.standing}")
    settled = view.in_use_record is not None and view.in_use_record.settled
    return Finding(part, ok=None if settled else False, text=doubt, informational=settled)


def _doubt(view: ServiceView, app: WatchedApp, snapshot: AppSnapshot, context: CheckContext) -> str:
    """Return why the claim will not find the next credential; empty if nothing is wrong.

    Which credential is in use does not matter here.
    """
    claim = view.service.claim
    claimed = [credential for credential in snapshot.credentials if matches(claim, credential)]
    if not claimed:
        used = f" In use is {called(view.in_use)}." if view.in_use is not None else ""
        present = listed([called(credential) for credential in snapshot.credentials]) or "none"
        words = claim_words(claim)
        return f"its claim ({words}) finds nothing on the app.{used} Credentials there: {present}"
    for credential in claimed:
        claimants = [each.name for each in app.services if matches(each.claim, credential)]
        assigned = credential.key_id in context.memory.assignments
        if len(claimants) > 1 and not assigned and not has_ended(credential, context.now):
            return (
                f"{called(credential)} is claimed by {listed(claimants)}. "
                "Narrow one of their claims in the watchlist"
            )
    return ""
