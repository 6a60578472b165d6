"""Two simulated years of hourly ticks for a tenant of many apps, with random people and random outages: `python -m local.soak`.

The program and its ledger on Azurite are the real ones. The clock is an argument, Graph and the channels implement their
ports in this process: the two years would not fit in a quarter of an hour otherwise. What is random follows from a seed.
The end is an assertion: nobody was left unsaid, nobody heard a thing twice, nothing grew without bound.
"""

import argparse
import resource
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from azure.data.tables import TableClient

from local.azurite import Azurite
from shared import people
from shared.adapters.tables import TablesLedger
from shared.core.days import days_between
from shared.core.decide import Refused
from shared.core.judged import Over
from shared.core.memory import Outcome, Person
from shared.core.message import Message
from shared.core.model import DEFAULT_LADDER, App, Claim, Credential, Kind, Service, Standing, TeamsChannel, WatchedApp, Watchlist
from shared.core.secret import Secret
from shared.ports import AppQuery, ChannelError, DirectoryError, DirectoryReading, PortError
from shared.watch import Watch

START = datetime(2026, 1, 1, 0, 5, tzinfo=UTC)
SOMEBODY = Person("00000000-0000-4000-8000-00000000000d", "Dana Example")
CHANNELS = ("its", "admins")
BOTH = {Standing.EXPIRING, Standing.EXPIRED, Standing.MISSING, Standing.UNMATCHED}


class Lost(AssertionError):
    """A promise was broken; the text says which, for whom and when."""


@dataclass
class World:
    """Apps and channels, and what goes wrong with them just now."""

    apps: dict[str, App]
    heard: Counter[tuple[object, ...]] = field(default_factory=Counter)
    messages: int = 0
    graph_until: datetime = START
    down_until: dict[str, datetime] = field(default_factory=dict)
    now: datetime = START

    def read(self, queries: Sequence[AppQuery], *, seconds: float) -> DirectoryReading:
        """Read the apps, unless Graph is out."""
        del seconds
        if self.now < self.graph_until:
            failure = DirectoryError("Graph answered 503.")
            return DirectoryReading({}, {query.client_id: failure for query in queries}, requests=1)
        return DirectoryReading({query.client_id: self.apps[query.client_id] for query in queries}, requests=len(queries))


@dataclass
class Ear:
    """A channel that counts what it hears."""

    name: str
    world: World

    def send(self, message: Message) -> None:
        """Hear a message, unless the channel is down."""
        world = self.world
        if world.now < world.down_until.get(self.name, START):
            raise ChannelError("The channel is down.")
        world.messages += 1
        for notice in message.notices:
            world.heard[(self.name, message.now.date(), notice.view.item, notice.reason, notice.view.days_left)] += 1


@dataclass
class Soak:
    """One run, and what it counted."""

    apps: int
    days: int
    seed: int
    tables: Azurite
    table: str = "Soak"
    ticks: int = 0
    asleep_until: datetime = START
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    decisions: int = 0
    audits: int = 0
    rows: list[int] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the tenant and its watchlist."""
        self.random = Random(self.seed)  # noqa: S311  (a made-up life, nothing to guess)
        ids = [str(UUID(int=self.random.getrandbits(128), version=4)) for _ in range(self.apps)]
        self.world = World(
            {each: App(each, each, f"App {number}", (self._secret(f"S{number:04} 0", START),)) for number, each in enumerate(ids)}
        )
        self.watchlist = Watchlist(
            zone=ZoneInfo("America/Chicago"),
            check_at=time_of_day(8),
            ladder=DEFAULT_LADDER,
            channels={name: TeamsChannel(name, Secret("https://flow.example/")) for name in CHANNELS},
            apps=tuple(WatchedApp(f"App {number}", each, (_service(number),)) for number, each in enumerate(ids)),
        )

    def run(self) -> None:
        """Live through all of it. Raises `Lost`."""
        with TablesLedger(self.tables.tables, lambda: self.world.now, table=self.table) as ledger:
            ears = {name: Ear(name, self.world) for name in CHANNELS}
            watch = Watch(self.watchlist, self.world, ledger, ears, lambda: self.world.now, timedelta(minutes=20))
            for hour in range(self.days * 24):
                self.world.now = START + timedelta(hours=hour)
                self._hour(watch, hour)
        twice = [thing for thing, times in self.world.heard.items() if times > 1]
        if twice:
            raise Lost(f"heard twice: {twice[:3]}")
        if len(self.rows) > 20 and self.rows[-1] > 2 * self.rows[len(self.rows) * 3 // 5]:  # noqa: PLR2004  (days of history first)
            raise Lost(f"the ledger grows: {self.rows}")
        if self.memory and self.memory[-1] > 2 * self.memory[0]:
            raise Lost(f"the memory grows: {self.memory}")

    def _hour(self, watch: Watch, hour: int) -> None:
        day, hour_of_day = divmod(hour, 24)
        self._something_fails()
        if hour_of_day == 16:  # noqa: PLR2004  (people decide at ten in the morning)
            self._people_act(watch)
        if self.world.now >= self.asleep_until:
            self._tick(watch, day)
        if hour_of_day == 23 and day % 14 == 13:  # noqa: PLR2004  (the last hour of a fortnight)
            self.rows.append(self._count())
            self.memory.append(_megabytes())

    def _tick(self, watch: Watch, day: int) -> None:
        result = watch.tick()
        self.ticks += 1
        self.outcomes[result.outcome] += 1
        if result.outcome == Outcome.OK and day % 14 == 0:
            self._audit(watch)

    def _something_fails(self) -> None:
        dice, world = self.random.random(), self.world
        if dice < 1 / 400:
            world.graph_until = world.now + timedelta(hours=self.random.randint(1, 40))
            self.faults["Graph is out"] += 1
        elif dice < 2 / 400:
            name = self.random.choice(CHANNELS)
            world.down_until[name] = world.now + timedelta(hours=self.random.randint(1, 60))
            self.faults["a channel is down"] += 1
        elif dice < 2.3 / 400:
            self.asleep_until = self.world.now + timedelta(hours=self.random.randint(2, 70))
            self.faults["nothing ran for hours"] += 1
            self.tables.kill()
            self.tables.start()
            self.faults["the ledger was restarted"] += 1

    def _people_act(self, watch: Watch) -> None:
        for number, (client_id, app) in enumerate(self.world.apps.items()):
            newest = app.credentials[0]
            assert newest.ends is not None
            left = (newest.ends - self.world.now).days
            if left < 60 and self.random.random() < 1 / 30:  # noqa: PLR2004  (somebody reads the message)
                name = f"S{number:04} {len(app.credentials)}{self.world.now:%y%m%d}"
                kept = (newest,) if self.random.random() < 3 / 4 else ()
                self.world.apps[client_id] = app._replace(credentials=(self._secret(name, self.world.now), *kept))
            elif len(app.credentials) > 1 and self.random.random() < 1 / 7:
                with suppress(Refused, PortError):
                    people.confirm(watch, f"s{number:04}", newest.key_id, by=SOMEBODY)
                    self.decisions += 1
                self.world.apps[client_id] = app._replace(credentials=app.credentials[:1])

    def _audit(self, watch: Watch) -> None:
        """After a good check, each party of an unhealthy service last heard its present standing, on its present rung."""
        self.audits += 1
        told, zone = watch.ledger.load().told, self.watchlist.zone
        for view in watch.status().judgement.services:
            if view.standing == Standing.HEALTHY:
                continue
            for channel in CHANNELS if view.standing in BOTH or view.over != Over.NO else ("admins",):
                last = told.get((view.item, channel))
                if last is None or last.standing != view.standing:
                    raise Lost(f"{channel} does not know that {view.item} is {view.standing} on {self.world.now}")
                end = view.in_use.ends if view.in_use is not None and view.over == Over.NO else None
                if end is not None and view.standing != Standing.UNMATCHED:
                    then, today = days_between(last.at, end, zone), days_between(self.world.now, end, zone)
                    if any(then > rung >= today for rung in DEFAULT_LADDER):
                        raise Lost(f"{channel} missed a rung of {view.item} on {self.world.now}")

    def _secret(self, name: str, starts: datetime) -> Credential:
        key_id = str(UUID(int=self.random.getrandbits(128), version=4))
        ends = starts + timedelta(days=self.random.randint(90, 720), minutes=self.random.randint(0, 1439))
        return Credential(key_id, Kind.SECRET, name, "q7X", starts, ends)

    def _count(self) -> int:
        with TableClient.from_connection_string(self.tables.tables, self.table) as table:
            return sum(1 for _ in table.list_entities(select=["RowKey"]))


def _service(number: int) -> Service:
    name = f"S{number:04}"
    return Service(name.lower(), name, "Something stops.", ("its",), ("admins",), Claim("name", f"{name} *"))


def _megabytes() -> int:
    """Give what this process holds just now, in MB; where /proc is not, the most that it ever held."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text("utf-8").splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main(arguments: Sequence[str] | None = None) -> None:
    """Run it, and print the figures; exit 1 if something was lost."""
    parser = argparse.ArgumentParser(prog="python -m local.soak", description="Simulated years of ticks, with random people and outages.")
    parser.add_argument("--apps", type=int, default=200, help="app registrations (default: %(default)s)")
    parser.add_argument("--days", type=int, default=730, help="simulated days (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=7, help="what is random follows from it (default: %(default)s)")
    options = parser.parse_args(arguments)
    started = time.monotonic()
    with Azurite() as tables:
        soak = Soak(options.apps, options.days, options.seed, tables)
        try:
            soak.run()
        except Lost as error:
            print(f"LOST: {error}")
            report(soak, time.monotonic() - started)
            sys.exit(1)
        report(soak, time.monotonic() - started)


def report(soak: Soak, seconds: float) -> None:
    """Print what was counted."""
    checks = sum(count for outcome, count in soak.outcomes.items() if outcome != Outcome.NOT_OWED)
    ways = ", ".join(f"{count} {outcome}" for outcome, count in sorted(soak.outcomes.items()))
    print(f"{soak.apps} apps, {soak.days} days, seed {soak.seed}, {seconds:.0f} s")
    print(f"ticks      {soak.ticks}: {ways}")
    print(f"checks     {checks}, and {soak.decisions} decisions of people with a check each")
    print(f"messages   {soak.world.messages}, with {sum(soak.world.heard.values())} notices")
    print(f"faults     {', '.join(f'{count} times {what}' for what, count in sorted(soak.faults.items()))}")
    print(f"audits     {soak.audits}")
    if soak.rows:
        print(f"rows       {soak.rows[0]} after two weeks, {max(soak.rows)} at most, {soak.rows[-1]} at the end")
        print(f"memory     {soak.memory[0]} MB after two weeks, {max(soak.memory)} MB at most, {soak.memory[-1]} MB at the end")


if __name__ == "__main__":
    main()
