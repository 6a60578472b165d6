"""One run of the soak: hour by hour, with random people and outages."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from local.azurite import Azurite
from local.simulation.directory import InMemoryDirectory
from local.simulation.inventory import InMemoryInventory
from local.simulation.recording_channel import RecordingChannel
from local.simulation.soak_services import (
    CHANNELS,
    START,
    PromiseBroken,
    ServiceState,
    SoakState,
)
from local.simulation.soak_usage import Usage, growth, measured
from shared.adapters.table.ledger import TableLedger
from shared.core.decisions import Refused
from shared.core.model.check_record import Outcome
from shared.core.model.decision import Person
from shared.ports.errors import PortError
from shared.usecases import decisions
from shared.usecases.check import Watch
from shared.usecases.inventory import InventoryWatch

DANA = Person("00000000-0000-4000-8000-00000000000d", "Dana Example")
PEOPLE_ACT_AT = 16
"""The hour (UTC) at which people act on their messages."""
MEASURE_EVERY_DAYS = 91
OUTAGE = "Graph answered 503."


@dataclass
class Soak:
    """One run and its counters."""

    state: SoakState
    days: int
    tables: Azurite
    table: str = "Soak"
    now: datetime = START
    ticks: int = 0
    paused_until: datetime = START
    graph_down_until: datetime = START
    inventory_down_until: datetime = START
    ledger_down_until: datetime = START
    channel_down_until: dict[str, datetime] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    decisions: int = 0
    audits: int = 0
    usage: list[Usage] = field(default_factory=list)
    directory: InMemoryDirectory = field(default_factory=InMemoryDirectory)
    inventory: InMemoryInventory = field(default_factory=lambda: InMemoryInventory(page_size=10))
    channels: dict[str, RecordingChannel] = field(default_factory=dict)

    def run(self) -> None:
        """Run all days. Raise `PromiseBroken` at the first broken promise."""
        state = self.state
        names = (*CHANNELS, *state.unwatched.mailboxes)
        self.channels = {name: RecordingChannel() for name in names}
        self.directory.apps.update({each.client_id: each.app for each in state.services})
        self.inventory.owned = state.unwatched.owned
        self._update_inventory()
        with TableLedger(self.tables.tables, lambda: self.now, table=self.table) as ledger:
            watch = self._watch(ledger)
            for hour in range(self.days * 24):
                self.now = START + timedelta(hours=hour)
                self._run_hour(watch, *divmod(hour, 24))
        if not self.audits:
            raise PromiseBroken("no check succeeded")
        if text := growth(self.usage):
            raise PromiseBroken(text)

    def _watch(self, ledger: TableLedger) -> Watch:
        def clock() -> datetime:
            return self.now

        watchlist, rules = self.state.watchlist(), self.state.unwatched.rules
        inventory = InventoryWatch(
            watchlist,
            rules,
            self.inventory,
            ledger.inventory,
            self.channels,
            lambda owner: self.channels[owner.channel],
            clock,
            ledger.load,
        )
        deadline = timedelta(minutes=20)
        return Watch(
            watchlist,
            self.directory,
            ledger,
            self.channels,
            clock,
            deadline,
            inventory=inventory,
            pause=self._pause,
        )

    def _pause(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def _run_hour(self, watch: Watch, day: int, hour: int) -> None:
        self._start_faults()
        self._apply_faults()
        if hour == PEOPLE_ACT_AT:
            self._people_act(watch)
        if self.now >= self.paused_until:
            result = watch.tick()
            self._receive()
            self.ticks += 1
            self.outcomes[result.outcome] += 1
            if result.outcome == Outcome.OK:
                self.state.audit(self.now)
                self.audits += 1
        if (hour, day % MEASURE_EVERY_DAYS) == (23, 0) or (day, hour) == (self.days - 1, 23):
            self._measure(day)

    def _start_faults(self) -> None:
        random = self.state.random
        chance = random.random()
        if self.tables.pid == 0 and self.now >= self.ledger_down_until:
            self.tables.start()
        if chance < 1 / 400:
            self.graph_down_until = self._later(1, 40)
            self.faults["Graph is out"] += 1
        elif chance < 2 / 400:
            self.channel_down_until[random.choice(CHANNELS)] = self._later(1, 60)
            self.faults["a channel is down"] += 1
        elif chance < 2.3 / 400:
            self.paused_until = self._later(2, 70)
            self.faults["nothing runs"] += 1
        elif chance < 2.5 / 400 and (mailboxes := self.state.unwatched.mailboxes):
            self.channel_down_until[random.choice(mailboxes)] = self._later(1, 60)
            self.faults["an owner's mailbox is down"] += 1
        elif chance < 2.8 / 400:
            self.inventory_down_until = self._later(1, 40)
            self.faults["the inventory is cut off"] += 1
        elif chance < 3.1 / 400 and self.tables.pid:
            self.ledger_down_until = self._later(1, 3)
            self.tables.kill()
            self.faults["the ledger is out"] += 1

    def _later(self, min_hours: int, max_hours: int) -> datetime:
        return self.now + timedelta(hours=self.state.random.randint(min_hours, max_hours))

    def _apply_faults(self) -> None:
        graph_down = self.now < self.graph_down_until
        self.directory.broken = dict.fromkeys(self.directory.apps, OUTAGE) if graph_down else {}
        inventory_down = graph_down or self.now < self.inventory_down_until
        self.inventory.broken = self.inventory.no_owners = OUTAGE if inventory_down else ""
        for name, channel in self.channels.items():
            channel.down = self.now < self.channel_down_until.get(name, START)

    def _people_act(self, watch: Watch) -> None:
        state = self.state
        for number, service in enumerate(state.services):
            state.renew(number, service, self.now)
            state.delete_old(service)
            self.directory.apps[service.client_id] = service.app
            if service.new is None or service.created_at == self.now:
                continue
            if state.random.random() < 1 / 7:
                self._confirm(watch, service, service.new.key_id)
        state.unwatched.live_a_day(self.now)
        self._update_inventory()

    def _confirm(self, watch: Watch, service: ServiceState, key_id: str) -> None:
        with suppress(Refused, PortError):  # they try again another day
            decisions.confirm(watch, service.id, key_id, by=DANA)
            self._receive()
            self.state.settle(service, self.now)
            self.directory.apps[service.client_id] = service.app
            self.decisions += 1

    def _update_inventory(self) -> None:
        self.inventory.apps = [each.app for each in self.state.unwatched.apps]

    def _receive(self) -> None:
        for name, channel in self.channels.items():
            for message in channel.heard:
                self.state.receive(name, message)
            channel.heard.clear()
        self.inventory.asked.clear()

    def _measure(self, day: int) -> None:
        if self.tables.pid == 0:
            self.tables.start()
        self.usage.append(measured(day + 1, self.tables.tables, self.table))
        print(self.usage[-1], flush=True)
