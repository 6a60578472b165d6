"""Run the program again and again, each time in a process that may be killed: `Lives`.

The process is `python -m tests.support.processes`: the program, wired by the composition root from
the environment, with a clock and a partition of the ledger from its arguments.

    NOW PARTITION tick | check | confirm SERVICE KEY-ID | wait SECONDS
                | hand-over SERVICE HINT | withdraw SERVICE | renew SERVICE... | open SERVICE SEEN

`wait` is a tick whose lease lasts some seconds: it really waits for another check. The others
wait with the clock only. `hand-over` pastes a made-up value that begins with a hint; `open` posts
the form that shows it.
It prints `{"outcome": "ok", "error": "", "told": 2}`.
"""

import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

from shared.adapters.table.lease import TERM
from shared.adapters.table.ledger import TableLedger
from shared.bootstrap import ROOT, watching
from shared.config.settings import Settings
from shared.config.settings_loader import load
from shared.connections import secret_creator
from shared.core.decisions import Refused
from shared.core.model.decision import Person
from shared.core.model.secret import Secret
from shared.core.results import CheckResult
from shared.ports.errors import PortError
from shared.usecases import decisions
from shared.usecases import hand_over as values
from shared.usecases.check import Watch
from tests.support.forks import COVERAGE, LATE, Forked, Forks

HANDING_OVER = (
    "azure.keyvault.secrets",
    "shared.adapters.graph.create_secret",
    "shared.adapters.identity.person",
    "shared.adapters.vault.key_vault",
    "shared.usecases.renew",
    "shared.web.page",
)
"""Modules that only hand-overs need."""
REST = "Q~" + "canary-handed-over.0123456789"
"""The end of each value that is handed over."""
DANA = Person("00000000-0000-4000-8000-00000000000d", "Dana Example")


@dataclass(frozen=True)
class Lived:
    """The result of one process."""

    signal: int
    outcome: str = ""
    """That of the check; `refused` or `error` (of a port); empty if the process was killed."""
    error: str = ""
    told: int = 0
    """Messages delivered."""
    seconds: float = 0.0


@dataclass
class Lives:
    """The process that forks, as a context manager."""

    environment: Mapping[str, str] = field(default_factory=dict)
    modules: Sequence[str] = ()
    """More modules that each process needs."""

    def __enter__(self) -> Self:
        """Start it."""
        self._forks = Forks(["shared.usecases.decisions", "shared.bootstrap", *LATE, *self.modules])
        self._life: Future[Forked] = Future()
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self._forks.close()

    def live(self, *act: str, now: datetime, partition: str, **environment: str) -> Lived:
        """Run the program once and wait for its end."""
        # without coverage: hundreds of runs of code that other tests cover; it doubles their time
        plain = {name: value for name, value in os.environ.items() if not name.startswith(COVERAGE)}
        settings = {**plain, **self.environment, **environment}
        started = time.monotonic()
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            run = ("tests.support.processes", now.isoformat(), partition, *act)
            self._life = Future()
            life = self._forks.start(*run, environment=settings, out=out, err=err)
            self._life.set_result(life)
            status = life.wait(timeout=300)
            for written in (out, err):
                written.seek(0)
            sys.stderr.write(err.read())  # for `tests.support.secret_scan`
            said = json.loads(out.read()) if status == 0 else {}
        return Lived(signal=max(0, -status), **said, seconds=time.monotonic() - started)

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End the running process, from another thread than the one that waits for it."""
        os.kill(self._life.result(timeout=30).pid, number)


def _lived(act: Sequence[str], now: datetime, partition: str) -> dict[str, Any]:
    born = time.monotonic()
    skipped: list[float] = []

    def clock() -> datetime:
        return now + timedelta(seconds=time.monotonic() - born + sum(skipped))

    configured = load(os.environ, Path(ROOT))
    tables = configured.tables.value.reveal()
    term = timedelta(seconds=float(act[1])) if act[0] == "wait" else TERM
    with (
        watching(configured, environment=None if act[0] == "renew" else os.environ) as wired,
        TableLedger(
            tables,
            clock,
            partition=partition,
            term=term,
            hands_over=bool(configured.hand_over_vault),
        ) as ledger,
    ):
        try:
            tenant = (
                replace(wired.inventory, ledger=ledger.inventory, clock=clock, decided=ledger.load)
                if wired.inventory is not None
                else None
            )
            watch = replace(
                wired,
                ledger=ledger,
                clock=clock,
                inventory=tenant,
                pause=time.sleep if act[0] == "wait" else skipped.append,
            )
            result = _acted(watch, configured, act)
        except Refused as error:
            return {"outcome": "refused", "error": str(error)}
        except PortError as error:
            return {"outcome": "error", "error": str(error)}
    if isinstance(result, str):
        return {"outcome": result}
    told = sum(delivery.delivered for delivery in result.deliveries)
    return {"outcome": result.outcome, "error": result.error, "told": told}


def _acted(watch: Watch, configured: Settings, act: Sequence[str]) -> CheckResult | str:
    match act:
        case ["tick"] | ["wait", _]:
            return watch.tick()
        case ["check"]:
            return watch.check()
        case ["confirm", service, key_id]:
            return decisions.confirm(watch, service, key_id, by=DANA).check
    return _handed_over(watch, configured, act)


def _handed_over(watch: Watch, configured: Settings, act: Sequence[str]) -> CheckResult | str:
    from shared.usecases.renew import renew  # noqa: PLC0415  (only hand-overs need it)

    match act:
        case ["hand-over", service, hint]:
            return values.hand_over(watch, service, Secret(hint + REST), by=DANA).check
        case ["withdraw", service]:
            return values.withdraw(watch, service, by=DANA).check
        case ["renew", *services]:
            creator = secret_creator(configured)
            return renew(watch, creator, services, months=24, by=DANA).check or "nothing"
        case ["open", service, seen]:
            return _opened(watch, service, seen)
    raise ValueError(act)


def _opened(watch: Watch, service: str, seen: str) -> str:
    """Return `shown` if the answer to the page's form has the value, else its status."""
    from shared.web.hand_over import HAND_OVER_ACTS  # noqa: PLC0415  (only hand-overs need it)
    from shared.web.page import answer_form  # noqa: PLC0415  (as above)
    from shared.web.visit import PageVisit  # noqa: PLC0415  (as above)

    visit = PageVisit(
        DANA,
        watch,
        lambda _: None,
        lambda *_: None,
        roles=frozenset({"Installer"}),
        authenticated_at=watch.clock(),
    )
    form = urlencode({"service": service, "seen": seen}).encode()
    answer = answer_form(visit, HAND_OVER_ACTS["show-value"], form)
    return "shown" if REST in answer.body else str(answer.status)


if __name__ == "__main__":
    _, now, partition, *act = sys.argv
    print(json.dumps(_lived(act, datetime.fromisoformat(now), partition)), flush=True)  # noqa: T201  (the result)
    os._exit(0)  # quickly: there are hundreds
