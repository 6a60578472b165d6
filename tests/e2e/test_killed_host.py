"""The worker dies in a tick, or the whole host: the next tick checks, within about a minute.

This is the real lease, in the app as Azure runs it. `test_killed_for_real.py` has more ways to die,
with a short lease. The ways run side by side, each with a host and a storage of its own, because
each waits for a minute.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
import requests

from local.azurite import Azurite
from local.stand_in.stories import tell
from local.stand_in.tenant import Tenant
from shared.adapters.table.lease import TERM
from tests.e2e.conftest import ROOT
from tests.functions_host.host_process import QUIET, Host, hosted
from tests.support.forks import program

KEY = {"x-functions-key": "local-master"}
"""It opens the functions, too."""
READING = "GET /v1.0/applications"
RECOVERED_WITHIN = TERM.total_seconds() + 20
"""A term and a look, and what a busy machine needs for the check itself."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(150)]


@dataclass
class Site:
    """What outlives a host: its settings, its storage and the tenant."""

    folder: Path
    tenant: Tenant
    tables: str

    @contextmanager
    def host(self, name: str) -> Iterator[Host]:
        """Run a host."""
        settings = {
            **self.tenant.environment,
            "LAPSEWATCH_TABLES": self.tables,
            "LAPSEWATCH_SCHEDULE": "0 5 * * * *",
            "LAPSEWATCH_HEARTBEAT_URL": self.tenant.heartbeat_url("own"),
        }
        (self.folder / name).mkdir()
        with hosted(self.folder / name, "--no-timers", app=ROOT, **settings) as running:
            yield running

    def tick_until_it_reads(self, host: Host) -> None:
        """Start a tick, and wait until it waits for Graph."""
        self.tenant.fault("graph", times=None, delay=30)
        host.start("tick")
        end = time.monotonic() + 30
        while not any(asked.startswith(READING) for asked in self.tenant.requests()):
            assert time.monotonic() < end, host.log()
            time.sleep(0.05)
        self.tenant.clear_faults()

    def assert_recovers(self, host: Host) -> None:
        """Assert that a tick checks; a request does not wait until then."""
        begun = time.monotonic()
        host.start("tick")
        busy = requests.post(f"{host.url}/check", headers=KEY, timeout=60).json()
        assert busy["outcome"] == "busy"
        assert "Another check has been running since" in busy["error"]
        assert "Try again in a minute." in busy["error"]
        while not self.tenant.beats("own"):
            assert time.monotonic() < begun + RECOVERED_WITHIN, host.log()
            time.sleep(0.2)
        assert self.tenant.beats("own") == [True]
        assert len(self.tenant.posted("its")) == 1


def worker_of(host: Host) -> int:
    """Return the process id of the only child of a host."""
    listing = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    processes = [[int(number) for number in line.split()] for line in listing.splitlines()]
    [child] = [pid for pid, parent in processes if parent == host.pid]
    return child


def worker_dies(site: Site) -> None:
    with site.host("one") as host:
        site.tick_until_it_reads(host)
        os.kill(worker_of(host), signal.SIGKILL)
        host.until("worker process ended (SIGKILL)")
        site.assert_recovers(host)


def host_dies(site: Site) -> None:
    with site.host("one") as host:
        site.tick_until_it_reads(host)
        worker = worker_of(host)
        host.signal(signal.SIGKILL)
        os.kill(worker, signal.SIGKILL)  # it would finish the check
        assert host.ended() == -signal.SIGKILL
    with site.host("two") as host:
        site.assert_recovers(host)


def test_next_tick_checks_after_a_death_of_worker_or_host(tmp_path: Path, now: datetime) -> None:
    def live(way: str) -> None:
        (tmp_path / way).mkdir()
        with Azurite() as storage, Tenant(tell("libapps", now)) as tenant:
            {"worker": worker_dies, "host": host_dies}[way](
                Site(tmp_path / way, tenant, storage.tables)
            )

    program(*QUIET)  # one for both threads
    with ThreadPoolExecutor() as pool:
        list(pool.map(live, ("worker", "host")))
