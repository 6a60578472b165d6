"""The program in this process, in front of the stand-ins, with short limits.

It watches four apps, which takes a `$batch`, and the whole tenant, page by page; it notifies in
Teams, by mail, and owners. The adapters are the real ones. Waits between attempts are recorded
instead of waited for where possible.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from local.stand_in.entra import ClientSecret, Owner, Registration, ServicePrincipal, stamp
from shared.adapters.channels.heartbeat import HeartbeatPing
from shared.adapters.channels.mail import MailboxChannel
from shared.adapters.channels.teams import TeamsWebhook
from shared.adapters.graph.directory import GraphDirectory
from shared.adapters.graph.inventory import GraphInventory
from shared.adapters.graph.usage_report import GraphUsageReport
from shared.adapters.identity.managed import credential
from shared.adapters.table.lease import TERM
from shared.adapters.table.ledger import TableLedger
from shared.adapters.timeout import TimeLeft, unlimited
from shared.bootstrap import ROOT
from shared.config.settings import Settings
from shared.config.settings_loader import load
from shared.core.model.message import Message
from shared.core.model.owners import Owner as Reader
from shared.core.model.watchlist import AnyChannel, EmailChannel, TeamsChannel
from shared.core.results import CheckResult
from shared.ports.channel import Channel
from shared.render.card.card import cards
from shared.render.mail.mail import mail
from shared.usecases.answer_time import answer_time
from shared.usecases.check import Watch
from shared.usecases.inventory import InventoryWatch
from tests.support.environment import START, Stage
from tests.support.fault_proxy import straight

APPS = 4
DAY = timedelta(days=1)
FOREVER = 1e6
"""Seconds that no test takes."""
STAFF, ANN = "staff@example.org", "ann@example.org"
HEAD = """
timezone = "America/Chicago"

[channels.its]
kind = "teams"
url = "env:ITS_WEBHOOK"
weekly = false

[channels.staff]
kind = "email"
to = ["staff@example.org"]

[tenant]
watch = true
tell = ["its"]
owners = true
"""
type Heard = Counter[tuple[str, str, str]]
"""The number of notices by channel, item and reason."""


def guid(number: int) -> str:
    return str(UUID(int=number, version=4))


def registration(
    number: int, name: str, days: int, *, owners: tuple[Owner, ...] = ()
) -> Registration:
    """Return an app with one secret, which expires `days` after the start."""
    secret = ClientSecret(
        guid(1000 + number),
        name,
        "q7X",
        stamp(START - timedelta(days=300)),
        stamp(START + timedelta(days=days)),
    )
    return Registration(
        guid(number),
        guid(500 + number),
        name,
        secrets=(secret,),
        owners=owners,
        service_principal=ServicePrincipal(guid(700 + number)),
    )


TENANT = [
    *(
        # the first reminder is due on the day after the start
        registration(number, f"Service {number}", 31)
        for number in range(APPS)
    ),
    registration(10, "Signage", 12, owners=(Owner("a1", "Ann Example", ANN),)),
    registration(11, "Kiosk", 8),
    registration(12, "Far", 300),
]
WATCHLIST = HEAD + "".join(
    f"""
[[apps]]
name = "App {number}"
client_id = "{guid(number)}"

[[apps.services]]
name = "Service {number}"
breaks = "Nothing works."
claims = {{ name = "Service {number}" }}
renewer = ["its"]
installer = ["staff"]
"""
    for number in range(APPS)
)


class Seconds(NamedTuple):
    """The program's limits for a token, a request to the ledger, and the answer to a post."""

    token: float = 20.0
    ledger: float = 20.0
    post: float = 20.0


PATIENT = Seconds()


@dataclass
class RecordingChannel:
    """A channel around the real one that counts what arrived, also if sending failed."""

    channel: Channel
    arrived: Callable[[], int]
    heard: Heard

    def send(self, message: Message) -> None:
        before = self.arrived()
        try:
            self.channel.send(message)
        finally:
            arrived = self.arrived() - before
            for notice in message.notices:
                self.heard[message.channel, notice.view.item, notice.reason] += arrived


@dataclass
class Harness:
    """The program and the notices that arrived since `forget`.

    `slept` holds the waits of webhooks and mails, in seconds.
    """

    stage: Stage
    heard: Heard = field(default_factory=Counter)
    said: list[str] = field(default_factory=list)
    """The progress messages of the check."""
    slept: list[float] = field(default_factory=list)
    seconds: Seconds = PATIENT
    left: TimeLeft = unlimited

    def forget(self) -> None:
        """Clear the notices, progress messages and waits."""
        self.heard.clear()
        self.said.clear()
        self.slept.clear()
        self.stage.forget_heard()

    def check(
        self,
        after: timedelta,
        *,
        deadline: float = 20.0,
        tick: bool = False,
        elsewhere: Mapping[str, str] | None = None,
    ) -> CheckResult:
        """Check once, `after` the start, within `deadline` seconds.

        The settings of `elsewhere` replace those of the stage.
        """
        with self.watch(after, deadline=deadline, elsewhere=elsewhere) as watch:
            return watch.tick(self.said.append) if tick else watch.check(self.said.append)

    @contextmanager
    def watch(
        self,
        after: timedelta,
        *,
        deadline: float = 20.0,
        elsewhere: Mapping[str, str] | None = None,
        steps: tuple[float, float, float] | None = None,
        term: timedelta = TERM,
    ) -> Iterator[Watch]:
        """Yield the program. Its clock begins `after` the start.

        `steps` are the seconds of the steps of a request, as in `answer_time`. A lease lasts for
        a `term`.
        """
        born = time.monotonic()

        def clock() -> datetime:
            return START + after + timedelta(seconds=time.monotonic() - born)

        ends = answer_time(clock(), *(steps or (FOREVER, FOREVER, FOREVER)))

        def send_left() -> float:
            return (ends.send - clock()).total_seconds()

        def save_left() -> float:
            return (ends.save - clock()).total_seconds()

        self.left = send_left
        environment = self.stage.environment | dict(elsewhere or {})
        settings = load(environment, ROOT)
        sign_in = partial(
            credential,
            None,
            graph_is_loopback=True,
            environment=environment,
            seconds=self.seconds.token,
        )
        graph, backoff = settings.graph, 0.002
        channels: dict[str, Channel] = {
            "its": self._teams(settings.watchlist.channels["its"]),
            "staff": self._mailbox(settings.watchlist.channels["staff"], STAFF, settings),
        }
        rules, beat = settings.watchlist.inventory, settings.heartbeat
        assert rules is not None
        assert beat is not None
        with TableLedger(
            settings.tables.value.reveal(),
            clock,
            partition=self.stage.partition,
            seconds=self.seconds.ledger,
            left=save_left,
            term=term,
        ) as ledger:
            tenant = InventoryWatch(
                settings.watchlist,
                rules,
                GraphInventory(graph, sign_in, page_size=2, backoff=backoff),
                ledger.inventory,
                channels,
                lambda owner: self._owner(owner, settings),
                clock,
                ledger.load,
            )
            yield Watch(
                settings.watchlist,
                GraphDirectory(graph, sign_in, backoff=backoff),
                ledger,
                channels,
                clock,
                timedelta(seconds=deadline),
                GraphUsageReport(graph, sign_in, backoff=backoff),
                HeartbeatPing(beat, timeout=(self.seconds.post, self.seconds.post)),
                tenant,
                work_until=ends.work,
            )

    def _teams(self, channel: AnyChannel) -> Channel:
        assert isinstance(channel, TeamsChannel)
        webhook = TeamsWebhook(
            channel,
            cards,
            read_seconds=self.seconds.post,
            left=self.left,
            sleep=self.slept.append,
        )
        return RecordingChannel(webhook, lambda: len(self.stage.tenant.posted("its")), self.heard)

    def _owner(self, owner: Reader, settings: Settings) -> Channel:
        return self._mailbox(EmailChannel(owner.channel, (owner.mail,)), owner.mail, settings)

    def _mailbox(self, channel: AnyChannel, address: str, settings: Settings) -> Channel:
        assert isinstance(channel, EmailChannel)
        mailbox = MailboxChannel(
            channel.name,
            partial(
                mail,
                to=channel.to,
                sender=settings.mail_sender,
                channels=settings.watchlist.channels,
            ),
            sender=settings.mail_sender,
            graph=settings.graph,
            sign_in=partial(
                credential,
                None,
                graph_is_loopback=True,
                environment=self.stage.environment,
                seconds=self.seconds.token,
            ),
            read_seconds=self.seconds.post,
            left=self.left,
            sleep=self.slept.append,
        )
        return RecordingChannel(
            mailbox,
            lambda: sum(address in str(mail.message["To"]) for mail in self.stage.tenant.mails()),
            self.heard,
        )


@dataclass
class World:
    """A harness on the day after the introductions, and the notices that are due then."""

    rig: Harness
    rows: list[dict[str, Any]]
    owed: Heard = field(default_factory=Counter)

    def begin(self) -> Harness:
        """Return to that day, with nothing sent yet and no faults."""
        self.mend()
        self.rig.stage.anew(self.rows)
        self.rig.forget()
        return self.rig

    def mend(self) -> None:
        """Remove all faults."""
        self.rig.seconds = PATIENT
        self.rig.stage.front.twist = self.rig.stage.ledger_front.twist = straight


@contextmanager
def harness_for(tables: str, folder: Path) -> Iterator[Harness]:
    """Yield a harness with its stage."""
    with Stage(tables, folder, TENANT, {"LAPSEWATCH_SIGN_INS": "on"}, WATCHLIST) as stage:
        yield Harness(stage)
