"""Is everything in place? Each part is tried as a check would use it, and what is missing is said with what mends it."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from shared.core.judge import judge
from shared.core.memory import Memory, Outcome, Pulse
from shared.core.message import Message
from shared.core.model import Standing
from shared.core.observe import Round, observe
from shared.core.schedule import is_stale
from shared.core.tenant import Sieve
from shared.ports import AppQuery, ChannelError, DirectoryError, DirectoryReading, LedgerError, ScanQuery
from shared.tenant_watch import TenantWatch
from shared.watch import READ_WITHIN, Watch


@dataclass(frozen=True, slots=True)
class Finding:
    """One part, and how it is. `ok` is `None` where it was not tried."""

    part: str
    ok: bool | None
    text: str


def examine(watch: Watch, *, send_test: bool = False) -> Iterator[Finding]:
    """Try the ledger, Graph with its permission, each app and each claim; with `send_test`, each channel."""
    yield Finding("settings", ok=True, text=f"read, {len(watch.watchlist.services)} services on the watchlist")
    yield from _ledger(watch)
    yield from _apps(watch)
    if watch.tenant is not None:
        yield _tenant(watch.tenant, watch.clock())
    for name in watch.watchlist.channels:
        yield (
            _channel(watch, name) if send_test else Finding(f"channel {name}", ok=None, text="not tried; --send-test posts a test message")
        )


def _ledger(watch: Watch) -> Iterator[Finding]:
    try:
        lease = watch.ledger.lease()
        if lease is not None:
            lease.release()
        watch.ledger.load()
        pulse = watch.ledger.pulse()
    except LedgerError as error:
        yield Finding("ledger", ok=False, text=str(error))
        return
    yield Finding("ledger", ok=True, text="can be read and written")
    yield _checks(pulse, watch)
    if watch.sign_ins is not None:
        yield Finding("sign-ins", ok=not pulse.evidence, text=pulse.evidence or "switched on, and nothing failed when they were last read")


def _checks(pulse: Pulse, watch: Watch) -> Finding:
    good = f"the last good one began at {pulse.last_success:%Y-%m-%d %H:%M} UTC" if pulse.last_success else "none has ended well yet"
    if pulse.outcome == Outcome.FAILED:
        return Finding("checks", ok=False, text=f"the last one failed: {pulse.error} Before that, {good}.")
    if is_stale(pulse, watch.clock()):
        return Finding("checks", ok=False, text=f"{good}; that is more than 26 hours ago: is the timer running?")
    return Finding("checks", ok=True if pulse.last_success else None, text=good)


def _apps(watch: Watch) -> Iterator[Finding]:
    """Read each app as a check does; what the ledger knows of it decides what is in use, and may be missing."""
    apps = watch.watchlist.apps
    reading = watch.directory.read([AppQuery(app.client_id, app.service_principal) for app in apps], seconds=READ_WITHIN)
    try:
        memory = watch.ledger.load()
    except LedgerError:  # said already; whether the apps can be read is still worth knowing
        memory = Memory()
    yield _sign_in(reading)
    for app in apps:
        failure = reading.failures.get(app.client_id)
        if failure is not None:
            yield Finding(f"app {app.name}", ok=False, text=str(failure))
            continue
        at = Round(watch.watchlist, memory, watch.clock())
        seen = observe(app, reading.apps[app.client_id], at)
        judgement = judge(at, {app.key: seen})
        problems = [problem for view in judgement.apps for problem in view.problems]
        yield Finding(f"app {app.name}", ok=not problems, text="; ".join(problems) or f"read, {len(seen.credentials)} credentials")
        if not seen.sighting.usable:
            continue
        for view in judgement.services:
            unmatched = view.standing == Standing.UNMATCHED
            found = "no credential of the app is claimed by its rule" if unmatched else f"claimed, standing {view.standing}"
            yield Finding(f"service {view.service.name}", ok=not unmatched, text=found)


def _sign_in(reading: DirectoryReading) -> Finding:
    """Whether any app could be read says whether a token is given, and whether it allows to read."""
    if reading.apps:
        return Finding("sign-in", ok=True, text="a token is given, and may read app registrations (Application.Read.All)")
    return Finding("sign-in", ok=False, text=str(next(iter(reading.failures.values()))))


def _tenant(tenant: TenantWatch, now: datetime) -> Finding:
    """Read the first page of the tenant, as a check does, and no more of it."""
    sieve = Sieve(tenant.watchlist, tenant.rules, now)
    try:
        with closing(tenant.tenant.scan(ScanQuery(*sieve.window), seconds=READ_WITHIN)) as pages:
            first = next(pages)
        listed = len(tenant.ledger.listing().listed)
    except (DirectoryError, LedgerError) as error:
        return Finding("tenant", ok=False, text=str(error))
    text = f"its first page can be read, {first.applications} apps; {listed} credentials are due or have ended, by the last read"
    return Finding("tenant", ok=True, text=text)


def _channel(watch: Watch, name: str) -> Finding:
    try:
        watch.channels[name].send(Message(name, watch.clock(), watch.watchlist.zone, (), test=True, tenant_name=watch.watchlist.name))
    except ChannelError as error:
        return Finding(f"channel {name}", ok=False, text=str(error))
    return Finding(f"channel {name}", ok=True, text="a test message was accepted; look whether it arrived")
