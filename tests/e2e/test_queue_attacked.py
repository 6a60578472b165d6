"""The queue under attack: every message ends with a sentence in the log, and nothing is lost."""

import json
import time
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue import QueueClient

from local.azurite import Azurite
from local.stand_in.other_tenants import OtherTenants
from local.stand_in.stories import libapps
from local.stand_in.tenant import Tenant
from shared.usecases.due import CLOCK_DIFFERENCE
from tests.e2e.conftest import ROOT
from tests.functions_host.host_process import Host, hosted
from tests.support.toml import watchlist_toml

GOOD, REFUSED = (f"abcdef0{number}-0000-4000-8000-000000000000" for number in (1, 2))
DROPPED = "A queue message is dropped"
JUNK = {
    "empty": b"",
    "blanks": b" \n\t",
    "a tenant of nobody": b"nobody",
    "a newer version": json.dumps({"version": 9, "tenant": GOOD}).encode(),
    "an older version": b"check\n" + GOOD.encode(),
    "two tenants": f"{GOOD},{REFUSED}".encode(),
    "a longer id": f"{GOOD}0".encode(),
    "not UTF-8": b"\xff\xfe\x00own",
    "a zero": b"own\x00",
    "escape sequences": b"\x1b[31mown\r\n\x9b2J",
    "huge": b"x" * 45_000,
}


class Site(NamedTuple):
    """The app with three tenants. One of them is always refused."""

    host: Host
    storage: Azurite
    folder: Path
    tenant: Tenant

    def queue(self, name: str = "tenants") -> QueueClient:
        return QueueClient.from_connection_string(self.storage.tables, name)

    def send(self, *bodies: bytes) -> None:
        with self.queue() as queue:
            send(queue, bodies)

    def poisoned(self) -> list[str]:
        with self.queue("tenants-poison") as queue:
            try:
                return [each.content for each in queue.peek_messages(32)]
            except ResourceNotFoundError:
                return []

    def drained(self) -> None:
        """Wait until no message is left, hidden ones included."""
        with self.queue() as queue:
            self.until(lambda: not queue.get_queue_properties().approximate_message_count)

    def until(self, done: Callable[[], bool]) -> None:
        end = time.monotonic() + 90
        while not done():
            assert time.monotonic() < end, self.host.log()[-4000:]
            time.sleep(0.1)

    def checks(self, tenant: str) -> list[str]:
        """Return the outcomes that the log has for a tenant, oldest first."""
        lines: list[dict[str, Any]] = [
            json.loads(line[line.index("{") :])
            for line in self.host.log().splitlines()
            if '"event": "check"' in line
        ]
        return [line["outcome"] for line in lines if line["tenant_id"] == tenant]

    def tick(self) -> None:
        self.host.start("tick")


def send(queue: QueueClient, bodies: Iterable[bytes]) -> None:
    for body in bodies:
        queue.send_message(b64encode(body).decode())


@pytest.fixture
def waiting() -> list[bytes]:
    """Return the messages that wait when the host starts; a test may have its own."""
    return []


@pytest.fixture
def site(tmp_path: Path, waiting: list[bytes]) -> Iterator[Site]:
    folder = tmp_path / "watchlists"
    folder.mkdir()
    for name, each in (("home", ""), ("good", GOOD), ("refused", REFUSED)):
        (folder / f"{name}.toml").write_text(watchlist_toml(each))
    with (
        Azurite(services=("table", "queue")) as storage,
        Tenant() as tenant,
        OtherTenants(tenant, tmp_path) as others,
    ):
        for each in (GOOD, REFUSED):
            others.add(each, libapps(datetime.now(UTC)))
        others[REFUSED].consented = False
        settings = {
            **tenant.environment,
            **others.environment,
            "LAPSEWATCH_TABLES": storage.tables,
            "AzureWebJobsStorage": storage.tables,
            "LAPSEWATCH_SCHEDULE": "0 5 * * * *",
            "LAPSEWATCH_WATCHLIST": str(folder),
            "LAPSEWATCH_HEARTBEAT_URL": tenant.heartbeat_url("own"),
        }
        with QueueClient.from_connection_string(storage.tables, "tenants") as queue:
            queue.create_queue()
            send(queue, waiting)
        if waiting:
            time.sleep(CLOCK_DIFFERENCE.total_seconds())  # the first check answers all of them
        with hosted(tmp_path, "--no-timers", app=ROOT, **settings) as host:
            yield Site(host, storage, folder, tenant)


def test_every_odd_message_is_dropped_with_a_sentence(site: Site) -> None:
    site.send(*JUNK.values())
    site.drained()
    site.until(lambda: site.host.log().count(DROPPED) == len(JUNK))
    log = site.host.log()
    assert "\x1b" not in log
    assert "\x9b" not in log
    assert "x" * 200 not in log
    assert not any(site.checks(each) for each in ("own", GOOD, REFUSED))
    with site.queue() as queue:
        queue.send_message("this is not Base64")
    site.until(lambda: site.poisoned() == ["this is not Base64"])
    assert "a message of tenants is not Base64" in site.host.log()
    site.send(b" OWN\n", GOOD.upper().encode())
    site.until(lambda: site.checks("own") == site.checks(GOOD) == ["ok"])
    assert "failed, try" not in site.host.log()


@pytest.mark.parametrize(
    "waiting", [[REFUSED.encode()] * 40 + [GOOD.encode()] + [REFUSED.encode()] * 10]
)
def test_duplicates_neither_hide_others_nor_use_up_the_retries(site: Site) -> None:
    """A message that is sent less than 2 s before a check began may ask for another one.

    So all of them are sent before the host starts: how many checks run while they are sent is luck.
    """
    site.until(lambda: len(site.checks(REFUSED)) == 50)
    site.drained()
    assert site.checks(REFUSED) == ["failed"] + ["not_owed"] * 49
    assert site.checks(GOOD) == ["ok"]
    site.tick()
    site.until(lambda: len(site.checks(REFUSED)) > 50)
    assert site.checks(REFUSED)[-1] == "failed"
    assert not site.poisoned()
    assert "failed, try" not in site.host.log()


def test_folder_that_loses_a_tenant_or_breaks_delays_only(site: Site) -> None:
    kept = (site.folder / "good.toml").read_text()
    (site.folder / "good.toml").unlink()
    site.send(GOOD.encode(), b"own")
    site.until(lambda: site.checks("own") == ["ok"])
    assert f"{DROPPED}. The tenant '{GOOD}' is not watched." in site.host.log()

    (site.folder / "good.toml").write_text("[[[")
    beats = len(site.tenant.beats("own"))
    site.send(GOOD.encode())
    site.until(lambda: site.checks(GOOD) == ["failed"])
    site.tick()
    site.until(lambda: site.checks("own") == ["ok", "failed"])
    site.until(lambda: site.tenant.beats("own")[beats:] == [False, False])

    (site.folder / "good.toml").write_text(kept)
    site.tick()
    site.until(lambda: site.checks(GOOD) == ["failed", "ok"])
    assert not site.poisoned()
