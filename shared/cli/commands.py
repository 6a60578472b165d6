"""The command line. Standard output carries the answer (with `--json` exactly one document), standard error all else.

Exit status: 0 when the check ended well, whatever it found; 1 when something failed; 2 for bad settings or arguments.
"""

import getpass
import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from shared.adapters.channels.probe import probe_anonymously
from shared.bootstrap import clock, reading_graph, settings, use_local_settings, watching
from shared.cli import console as show
from shared.config import watchlist_rules
from shared.config.problems import Misconfigured, Wrong
from shared.config.settings import NoSuchTenant, Settings
from shared.config.values import guid
from shared.core.decisions import Refused
from shared.core.model.check_record import Outcome
from shared.core.model.decision import Person
from shared.core.results import CheckResult
from shared.ports.errors import PortError
from shared.render.feeds.discover import watchlist_toml
from shared.render.feeds.documents import check_document, decision_document, status_document
from shared.render.feeds.forecast import forecast_document
from shared.render.feeds.spreadsheet import status_csv
from shared.render.page.flash import keeps_nothing_quiet
from shared.render.page.timeline import timeline
from shared.usecases import decisions
from shared.usecases import discover as discovery
from shared.usecases.check import Watch
from shared.usecases.doctor import examine

FAILED, MISCONFIGURED = 1, 2
MAX_FORECAST = timedelta(days=3650)
"""How far a forecast may look."""
DAY = "YYYY-MM-DD"

app = typer.Typer(
    name="python -m shared",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Lapsewatch: who has to renew which Entra credential, and by when.",
)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no day; expected {DAY}, such as 2028-12-31."
        ) from None


def _service_id(configured: Settings, given: str) -> str:
    """Give the id of a service that is called by its name, as people see it; whatever else is given, as it is."""
    named = [
        service.id
        for service in configured.watchlist.services.values()
        if service.name.casefold() == given.casefold()
    ]
    return named[0] if len(named) == 1 and given not in configured.watchlist.services else given


Tenant = Annotated[
    str, typer.Option("--tenant", help="Which tenant, where several are watched: its id, or own.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


@app.command()
def check(
    *,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Send nothing, record nothing; say what would be told."),
    ] = False,
    tenant: Tenant = "",
    json_: Json = False,
) -> None:
    """Check now: read the watched apps, and the whole tenant where it is watched; judge, and tell what is due."""
    with _program(tenant) as (watch, configured):
        result = watch.dry_run(_progress) if dry_run else watch.check(_progress)
    _end(result, configured, json_=json_)


@app.command()
def tick(*, tenant: Tenant = "", json_: Json = False) -> None:
    """Do what the timer does: check if a check is owed, else say so; of several tenants, one after the other, or only --tenant."""
    with _mistakes_said():
        every = settings()
    if not tenant and len(every.watchlists) > 1:
        _tick_each(every, json_=json_)
        return
    with _program(tenant, every) as (watch, configured):
        result = watch.tick(_progress)
    _end(result, configured, json_=json_)


def _tick_each(every: Settings, *, json_: bool) -> None:
    """Tick for each tenant; one that fails is no other's matter, but the command's."""
    documents: dict[str, object] = {}
    failed = False
    for key in every.watchlists:
        with _program(key, every) as (watch, configured):
            result = watch.tick(_progress)
        documents[key] = check_document(result, configured.watchlist)
        failed = failed or result.outcome in {Outcome.PARTIAL, Outcome.FAILED}
        if not json_:
            show.tenant(Console(), configured.watchlist)
            show.check(Console(), result, configured.watchlist)
        if result.error:
            _say(f"{configured.watchlist.name}: {result.error}")
    if json_:
        _print_json({"tenants": documents})
    if failed:
        raise typer.Exit(FAILED)


@app.command()
def status(
    *,
    csv: Annotated[
        bool,
        typer.Option(
            "--csv", help="Print a table for a spreadsheet, one row an item, and nothing else."
        ),
    ] = False,
    tenant: Tenant = "",
    json_: Json = False,
) -> None:
    """Say how we stand: what the ledger knows, days counted as of now."""
    if csv and json_:
        raise typer.BadParameter("--csv and --json are two answers; ask for one of them.")
    with _program(tenant) as (watch, configured):
        found = watch.status()
    if json_:
        _print_json(status_document(found, configured.watchlist))
    elif csv:
        sys.stdout.buffer.write(
            status_csv(found, configured.watchlist).encode()
        )  # as it is: line ends and code page are part of it
    else:
        show.status(Console(), found, configured.watchlist)


@app.command()
def forecast(
    *,
    until: Annotated[
        date | None,
        typer.Option(
            "--until", parser=_day, metavar=DAY, help="The last day, for example 2028-12-31."
        ),
    ] = None,
    svg: Annotated[
        Path | None, typer.Option("--svg", help="Draw a picture of time into this file.")
    ] = None,
    tenant: Tenant = "",
    json_: Json = False,
) -> None:
    """Say every message that will go out, to whom and when, if nobody acts."""
    with _program(tenant) as (watch, configured):
        today = watch.clock().astimezone(configured.watchlist.zone).date()
        if until is not None and not today <= until <= today + MAX_FORECAST:
            _say(f"--until {until}: expected a day from today ({today}) to {today + MAX_FORECAST}.")
            raise typer.Exit(MISCONFIGURED)
        found = watch.forecast(until)
    if svg is not None:
        try:
            svg.write_text(timeline(found.judgement, found.at), encoding="utf-8")
        except OSError as error:
            _say(f"--svg {svg}: the picture cannot be written there ({error.strerror}).")
            raise typer.Exit(MISCONFIGURED) from None
    if json_:
        _print_json(forecast_document(found))
    else:
        show.forecast(Console(), found, drawn=svg)


@app.command()
def discover(
    *,
    client_id: Annotated[
        str,
        typer.Option("--client-id", help="The “Application (client) ID” of the app registration."),
    ],
    timezone: Annotated[
        str,
        typer.Option(
            "--timezone", help="The time zone of those who read, for example America/Chicago."
        ),
    ] = "UTC",
    tenant: Annotated[
        str,
        typer.Option(
            "--tenant", help="The id of another tenant; left out, that of our own identity."
        ),
    ] = "",
) -> None:
    """Read an app, and print a watchlist to start from. Needs neither watchlist nor ledger."""
    try:
        zone = _option("--timezone", lambda: watchlist_rules.zone(timezone))
        wanted = _option("--client-id", lambda: guid(client_id))
        elsewhere = _option("--tenant", lambda: guid(tenant)) if tenant else ""
        found = discovery.discover(reading_graph(elsewhere), wanted, clock())
    except Misconfigured as wrong:
        _say(str(wrong))
        raise typer.Exit(MISCONFIGURED) from None
    except PortError as error:
        _say(str(error))
        raise typer.Exit(FAILED) from None
    sys.stdout.write(watchlist_toml(found, clock(), zone))


@app.command()
def doctor(
    *,
    tenant: Tenant = "",
    send_test: Annotated[
        bool, typer.Option("--send-test", help="Post a test message to each channel.")
    ] = False,
) -> None:
    """Say whether everything is in place: settings, sign-in, permission, apps, claims, ledger, channels."""
    with _program(tenant) as (watch, configured):
        well = show.findings(
            Console(), examine(watch, configured, probe_anonymously, send_test=send_test)
        )
    if not well:
        raise typer.Exit(FAILED)


def _account() -> str:
    """Give the name of the account that runs this; empty where its number has none, as in some containers."""
    try:
        return getpass.getuser()
    except OSError:
        return ""


def _named(by: str) -> str:
    if not by.strip():
        raise typer.BadParameter(
            "say who decides, for others have to be able to ask; for example --by Anna."
        )
    return by


By = Annotated[
    str,
    typer.Option(
        "--by",
        help="Who decides, as others will read it.",
        default_factory=_account,
        callback=_named,
    ),
]
Service = Annotated[str, typer.Argument(help="The service's id or name, for example libcal.")]


@app.command()
def confirm(
    service: Service,
    *,
    key_id: Annotated[
        str,
        typer.Option(
            "--key-id",
            help="The Secret ID, as Entra shows it, of the credential that the service uses now.",
        ),
    ],
    by: By,
    tenant: Tenant = "",
    json_: Json = False,
) -> None:
    """Say which credential a service uses now: you pasted it, and saw it work. An older one undoes a mistake."""
    with _program(tenant) as (watch, configured):
        done = decisions.confirm(watch, _service_id(configured, service), key_id, by=Person("", by))
    _decided(done, configured, json_=json_)


@app.command()
def acknowledge(
    service: Service,
    *,
    until: Annotated[
        date,
        typer.Option(
            "--until", parser=_day, metavar=DAY, help="The last day, for example 2026-12-01."
        ),
    ],
    why: Annotated[str, typer.Option("--why", help="What others should know.")],
    by: By,
    tenant: Tenant = "",
    json_: Json = False,
) -> None:
    """Say that you know: quiets what is more than 7 days away, until a day, and only as long as nothing changes."""
    with _program(tenant) as (watch, configured):
        done = decisions.acknowledge(
            watch, _service_id(configured, service), until, why, by=Person("", by)
        )
        found = watch.status().judgement
    views = [view for view in found.services if view.service.id in done.decided.decision.services]
    idle = [
        said
        for view in views
        if (said := keeps_nothing_quiet(view, found.now, configured.watchlist.zone))
    ]
    _decided(replace(done, notes=(*done.notes, *idle)), configured, json_=json_)


@app.command()
def claim(
    key_id: Annotated[str, typer.Argument(help="The Secret ID of the credential.")],
    services: Annotated[
        list[str],
        typer.Argument(help="The ids of the services that hold it; or none, to ignore it."),
    ],
    *,
    by: By,
    tenant: Tenant = "",
    json_: Json = False,
) -> None:
    """Say whose a credential is: one service's, several ones', or nobody's ("none")."""
    with _program(tenant) as (watch, configured):
        done = decisions.claim(
            watch,
            key_id,
            [] if services == ["none"] else [_service_id(configured, each) for each in services],
            by=Person("", by),
        )
    _decided(done, configured, json_=json_)


def main() -> None:
    """Run the command line, and exit."""
    logging.basicConfig(level=logging.ERROR, format="%(message)s")
    try:
        use_local_settings()
    except Misconfigured as wrong:
        _say(str(wrong))
        sys.exit(MISCONFIGURED)
    app()


@contextmanager
def _program(tenant: str, every: Settings | None = None) -> Iterator[tuple[Watch, Settings]]:
    """Give the program and its settings, for one tenant; `tenant` may be empty where there is only one.

    `every` are the settings, where they have been read already.
    """
    with _mistakes_said():
        configured = (every or settings()).of(tenant)
        with watching(configured) as watch:
            yield watch, configured


@contextmanager
def _mistakes_said() -> Iterator[None]:
    """Turn a user's mistake, and what cannot be reached, into a sentence and an exit status: never a traceback."""
    try:
        yield
    except Misconfigured as wrong:
        _say(str(wrong))
        raise typer.Exit(MISCONFIGURED) from None
    except NoSuchTenant as wrong:
        _say(f"--tenant: {wrong}")
        raise typer.Exit(MISCONFIGURED) from None
    except (PortError, Refused) as error:
        _say(str(error))
        raise typer.Exit(FAILED) from None
    except KeyboardInterrupt:
        _say("stopped; what was not told is told by the next check")
        raise typer.Exit(FAILED) from None


def _end(result: CheckResult, configured: Settings, *, json_: bool) -> None:
    if json_:
        _print_json(check_document(result, configured.watchlist))
    else:
        show.check(Console(), result, configured.watchlist)
    if result.outcome in {Outcome.PARTIAL, Outcome.FAILED}:
        _say(result.error)
        raise typer.Exit(FAILED)


def _option[T](name: str, read: Callable[[], T]) -> T:
    """Give what an option holds, or say what is wrong with it and exit."""
    try:
        return read()
    except Wrong as wrong:
        _say(f"{name}: {wrong}. {wrong.todo}".strip())
        raise typer.Exit(MISCONFIGURED) from None


def _decided(done: decisions.Done, configured: Settings, *, json_: bool) -> None:
    """Show what was recorded, and whom it was told. It is recorded, whatever became of the telling."""
    if json_:
        _print_json(
            {
                "decision": decision_document(done.decided.decision),
                "notes": list(done.notes),
                "check": check_document(done.check, configured.watchlist),
            }
        )
    else:
        show.decision(Console(), done.decided.decision, done.notes, configured.watchlist)
        show.check(Console(), done.check, configured.watchlist)
    if done.check.outcome == Outcome.BUSY:
        _say(
            "The decision is recorded; a check is at work just now, and the next tick tells of it."
        )
    if done.check.outcome in {Outcome.PARTIAL, Outcome.FAILED}:
        _say(f"The decision is recorded; telling it failed, and is tried again. {done.check.error}")
        raise typer.Exit(FAILED)


def _print_json(document: object) -> None:
    sys.stdout.write(json.dumps(document, indent=2) + "\n")


def _progress(text: str) -> None:
    """Show what is going on to a person who watches; a pipe is not told."""
    if sys.stderr.isatty():
        _say(f"{text} ...")


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
