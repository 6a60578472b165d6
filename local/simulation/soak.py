"""Two simulated years of hourly ticks for a tenant of many apps, with random people and random outages: `python -m local.simulation.soak`.

The program and its ledger on Azurite are the real ones. The clock is an argument, Graph and the channels implement their
ports in this process (`soak_world`): the two years would not fit in a quarter of an hour otherwise. What is random follows from
a seed. The end is an assertion: nobody was left unsaid, nobody heard a thing twice, nothing grew without bound.
"""

import argparse
import resource
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from azure.data.tables import TableClient

from local.azurite import Azurite, AzuriteError
from local.simulation.soak_world import CHANNELS, START, Life, Lost, World
from shared.adapters.table.ledger import TableLedger
from shared.core.decisions import Refused
from shared.core.model.memory import Outcome, Person
from shared.core.model.message import Message
from shared.core.notify.retention import HISTORY
from shared.ports.errors import PortError
from shared.usecases import decisions as people
from shared.usecases.check import Watch
from shared.usecases.inventory import InventoryWatch

SOMEBODY = Person("00000000-0000-4000-8000-00000000000d", "Dana Example")
PEOPLE_ACT_AT = 16
"""The hour, UTC, at which people look at their messages."""
QUARTER = 91
"""Days from one look at what the program takes to the next."""
GROWN = 1.2
"""How much more than before something may be that is said not to grow: the outages of a year are not those of the next."""


class Taken(NamedTuple):
    """What the program takes at the end of a day: rows of the ledger, those of its history among them, and MB."""

    day: int
    rows: int
    history: int
    memory: int

    def __str__(self) -> str:
        """Say it in a line."""
        return f"day {self.day:>4}   {self.rows:,} rows, {self.history:,} of them history, {self.memory} MB"


@dataclass(frozen=True, slots=True)
class RecordingChannel:
    """A channel that the world hears with."""

    name: str
    world: World

    def send(self, message: Message) -> None:
        """Hear a message, unless the channel is down."""
        self.world.hear(self.name, message)


@dataclass
class Soak:
    """One run, and what it counted."""

    world: World
    days: int
    tables: Azurite
    table: str = "Soak"
    ticks: int = 0
    asleep_until: datetime = START
    ledger_until: datetime = START
    tenant_until: datetime = START
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    decisions: int = 0
    audits: int = 0
    taken: list[Taken] = field(default_factory=list)

    def run(self) -> None:
        """Live through all of it. Raises `Lost`."""
        world = self.world
        with TableLedger(self.tables.tables, lambda: world.now, table=self.table) as ledger:
            ears = {name: RecordingChannel(name, world) for name in CHANNELS}
            watchlist, rest = world.watchlist(), world.rest
            tenant = InventoryWatch(
                watchlist,
                rest.rules,
                rest,
                ledger.inventory,
                ears,
                lambda owner: RecordingChannel(owner.channel, world),
                lambda: world.now,
            )
            watch = Watch(
                watchlist,
                world,
                ledger,
                ears,
                lambda: world.now,
                timedelta(minutes=20),
                inventory=tenant,
            )
            for hour in range(self.days * 24):
                world.now = START + timedelta(hours=hour)
                self._hour(watch, *divmod(hour, 24))
        if not self.audits:
            raise Lost("no check ended well")
        if grown := growing(self.taken):
            raise Lost(grown)

    def _hour(self, watch: Watch, day: int, hour: int) -> None:
        self._something_fails()
        if hour == PEOPLE_ACT_AT:
            self._people_act(watch)
        if self.world.now >= self.asleep_until:
            result = watch.tick()
            self.ticks += 1
            self.outcomes[result.outcome] += 1
            if result.outcome == Outcome.OK:
                self.world.audit()
                self.audits += 1
        if (hour, day % QUARTER) == (23, 0) or (day, hour) == (self.days - 1, 23):
            self._look(day)

    def _something_fails(self) -> None:
        world = self.world
        dice, chance = world.random.random(), world.random
        if self.tables.pid == 0 and world.now >= self.ledger_until:
            self.tables.start()
        if dice < 1 / 400:
            world.graph_until = world.now + timedelta(hours=chance.randint(1, 40))
            self.faults["Graph is out"] += 1
        elif dice < 2 / 400:
            world.down_until[chance.choice(CHANNELS)] = world.now + timedelta(
                hours=chance.randint(1, 60)
            )
            self.faults["a channel is down"] += 1
        elif dice < 2.3 / 400:
            self.asleep_until = world.now + timedelta(hours=chance.randint(2, 70))
            self.faults["nothing runs"] += 1
        elif dice < 2.5 / 400 and (mailboxes := world.rest.mailboxes):
            world.down_until[chance.choice(mailboxes)] = world.now + timedelta(
                hours=chance.randint(1, 60)
            )
            self.faults["an owner's mailbox is down"] += 1
        elif dice < 2.8 / 400:
            self.tenant_until = world.now + timedelta(hours=chance.randint(1, 40))
            self.faults["the tenant is cut off"] += 1
        elif dice < 3.1 / 400 and self.tables.pid:
            self.ledger_until = world.now + timedelta(hours=chance.randint(1, 3))
            self.tables.kill()
            self.faults["the ledger is out"] += 1
        world.rest.broken = world.now < max(world.graph_until, self.tenant_until)

    def _people_act(self, watch: Watch) -> None:
        world = self.world
        for number, life in enumerate(world.lives):
            world.renew(number, life)
            world.tidy(life)
            if life.new is not None and life.made_at < world.now and world.random.random() < 1 / 7:
                self._confirm(watch, life, life.new.key_id)
        world.rest.live(world.now)

    def _confirm(self, watch: Watch, life: Life, key_id: str) -> None:
        with suppress(Refused, PortError):  # they try again another day
            people.confirm(watch, life.id, key_id, by=SOMEBODY)
            self.world.settle(life)
            self.decisions += 1

    def _look(self, day: int) -> None:
        if self.tables.pid == 0:
            self.tables.start()
        with TableClient.from_connection_string(self.tables.tables, self.table) as table:
            keys = [str(row["RowKey"]) for row in table.list_entities(select=["RowKey"])]
        history = sum(key.startswith(("~check", "~decision")) for key in keys)
        self.taken.append(Taken(day + 1, len(keys), history, _megabytes()))
        print(self.taken[-1], flush=True)


def growing(taken: Sequence[Taken]) -> str:
    """Say what grows without bound, if anything does: what is kept for 400 days is level after 400 days, and all else at once."""
    level = [each for each in taken if each.day > HISTORY.days]
    before, after = level[: len(level) // 2], level[len(level) // 2 :]
    if before and max(each.rows for each in after) > GROWN * max(each.rows for each in before):
        return f"the ledger grows: {taken}"
    if len(taken) > 1 and taken[-1].memory > GROWN * max(
        each.memory for each in taken[: (len(taken) + 1) // 2]
    ):
        return f"the memory grows: {taken}"
    return ""


def _megabytes() -> int:
    """Give what this process holds just now, in MB; where /proc is not, the most that it ever held."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(
            line for line in status.read_text("utf-8").splitlines() if line.startswith("VmRSS")
        )
        return int(line.split()[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main(arguments: Sequence[str] | None = None) -> None:
    """Run it, and print the figures; exit 1 if something was lost."""
    parser = argparse.ArgumentParser(
        prog="python -m local.simulation.soak",
        description="Simulated years of ticks, with random people and outages.",
    )
    parser.add_argument(
        "--apps",
        type=int,
        default=200,
        help="app registrations, three of four watched by name (default: %(default)s)",
    )
    parser.add_argument(
        "--days", type=int, default=730, help="simulated days (default: %(default)s)"
    )
    parser.add_argument(
        "--seed", type=int, default=7, help="what is random follows from it (default: %(default)s)"
    )
    options = parser.parse_args(arguments)
    started, lost = time.monotonic(), ""
    tables = Azurite()
    soak = Soak(World.of(options.apps, options.seed), options.days, tables)
    try:
        with tables:
            soak.run()
    except AzuriteError as error:
        sys.exit(str(error))
    except Lost as error:
        lost = str(error)
    took = f"{time.monotonic() - started:.0f} s, of which this process computed {time.process_time():.0f} s"
    watched, others = len(soak.world.lives), len(soak.world.rest.strays)
    print(
        f"{watched} apps watched by name, {others} others, {options.days} days, seed {options.seed}: {took}"
    )
    print("\n".join(report(soak)))
    if lost:
        sys.exit(f"LOST: {lost}")
    print("Nothing was lost, nothing was heard twice, nothing grows.")


def report(soak: Soak) -> list[str]:
    """Say what was counted, a line each."""
    checks = sum(count for outcome, count in soak.outcomes.items() if outcome != Outcome.NOT_DUE)
    ways = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(soak.outcomes.items()))
    return [
        f"ticks      {soak.ticks:,}: {ways}",
        f"checks     {checks:,}, and {soak.decisions} decisions of people with a check each",
        f"messages   {soak.world.messages:,}, with {soak.world.notices:,} notices",
        f"faults     {', '.join(f'{what} {count} times' for what, count in sorted(soak.faults.items()))}",
        f"audits     {soak.audits}, after each check that ended well: everybody had heard what was owed",
    ]


if __name__ == "__main__":
    main()
