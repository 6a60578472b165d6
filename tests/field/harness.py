"""A situation from the field: what Graph holds, when checks run, and who must be notified of what.

The whole program plays it: Graph and the channels are real adapters in front of the stand-in
tenant, and so is the ledger where a test passes an Azurite. The situation sets the clock.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from local.simulation.memory_ledger import InMemoryInventoryLedger, InMemoryLedger
from local.stand_in.entra import Registration
from local.stand_in.managed_identity import MAIL_SENDER
from local.stand_in.tenant import Tenant
from shared.adapters.table.ledger import TableLedger
from shared.bootstrap import ROOT, watching
from shared.config.settings_loader import load
from shared.core.model.check_record import Outcome
from shared.core.results import CheckResult
from shared.ports.inventory_ledger import InventoryLedger
from shared.ports.ledger import Ledger
from shared.render.feeds.message_items import items_of
from shared.usecases.check import Watch
from tests.field.readers import read_everything
from tests.support.environment import CHANNELS, WATCHLIST
from tests.support.fault_proxy import Front, Twist, straight

ROLES = frozenset({"Application.Read.All", "Mail.Send", "User.ReadBasic.All"})
CHECKS = ("2027-05-19", "2027-06-11")
"""Thirty and seven days before 18 June 2027."""

STARTS = datetime(2027, 1, 1, tzinfo=UTC)
NOWHERE = (
    "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=AAAA;"
    "TableEndpoint=http://127.0.0.1:9/devstoreaccount1;"
)
"""Tables that nothing contacts."""

type Apps = Sequence[Registration]
type Ledgers = tuple[Ledger, InventoryLedger]


@dataclass(frozen=True)
class Expected:
    """What must come of it. Pairs are of a channel and the id or the name of an item."""

    notified: Sequence[tuple[str, str]] = ()
    not_notified: Sequence[tuple[str, str]] = ()
    at_most_once: Sequence[tuple[str, str]] = ()
    named: Sequence[str] = ()
    """Texts that stand in some card or mail."""
    not_named: Sequence[str] = ()
    outcome: Outcome = Outcome.OK
    """Of every check; all but `OK` make the command end with 1."""
    error: Sequence[str] = ()
    """Texts in the error of the last check."""
    in_use: Mapping[str, str] = field(default_factory=dict)
    """Key ids by service id, after the last check."""
    problems: int = 0
    """Problems of all watched apps, after the last check."""
    readable: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Texts in what people read (`readers`), by the way to read it."""


@dataclass(frozen=True)
class Situation:
    """What Graph holds, maybe by day, the watchlist, and when checks run."""

    graph: Apps | Callable[[datetime], Apps]
    expect: Expected
    checks: Sequence[str] = CHECKS
    """Days; each check runs at 14:05 UTC."""
    tenant: str = ""
    """The table `[tenant]` of the watchlist."""
    zone: str = "America/Chicago"
    claim: str = "LibCal*"
    """The name that LibCal claims."""
    instead: Twist = straight
    """What Graph answers instead."""
    roles: frozenset[str] = ROLES

    @property
    def watchlist(self) -> str:
        """The watchlist as TOML."""
        text = WATCHLIST.replace("America/Chicago", self.zone).replace("LibCal*", self.claim)
        return text + self.tenant

    def apps(self, now: datetime) -> Apps:
        """Return what Graph holds at an instant."""
        return self.graph(now) if callable(self.graph) else self.graph


@dataclass
class Story:
    """What came of a situation."""

    results: list[CheckResult] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    """Every card and mail that arrived."""
    cards: list[Any] = field(default_factory=list)
    read: Mapping[str, str] = field(default_factory=dict)
    """What people could read after the last check."""

    @property
    def status(self) -> Any:  # noqa: ANN401  (JSON)
        """The status document."""
        return json.loads(self.read["status"])

    @property
    def notified(self) -> Counter[tuple[str, str]]:
        """Count the notices by channel and item id, and by channel and name."""
        return Counter(
            (delivery.message.channel, str(item[key]))
            for result in self.results
            for delivery in result.deliveries
            if delivery.delivered
            for item in items_of(delivery.message)
            if item["reason"] != "introduced"
            for key in {str(item["item"]): "item", str(item["name"]): "name"}.values()
        )

    def shows(self, expected: Expected) -> None:
        """Fail unless everything is as expected."""
        ended = [(result.outcome, result.error) for result in self.results]
        assert {outcome for outcome, _ in ended} == {expected.outcome}, ended
        notified = self.notified
        assert [pair for pair in expected.notified if not notified[pair]] == [], notified
        assert [pair for pair in expected.not_notified if notified[pair]] == [], notified
        assert [pair for pair in expected.at_most_once if notified[pair] > 1] == [], notified
        texts = "\n".join(self.texts)
        assert [name for name in expected.named if name not in texts] == [], texts
        assert [name for name in expected.not_named if name in texts] == [], texts
        assert [each for each in expected.error if each not in ended[-1][1]] == [], ended
        status = self.status
        in_use = {each["id"]: each["in_use"] for each in status["services"]}
        assert {each: in_use[each]["key_id"] for each in expected.in_use} == expected.in_use
        problems = [problem for each in status["apps"] for problem in each["problems"]]
        assert len(problems) == expected.problems, problems
        for way, wanted in expected.readable.items():
            assert [each for each in wanted if each not in self.read[way]] == [], self.read[way]


@dataclass
class Kept:
    """A ledger in memory."""

    now: datetime = STARTS

    def __post_init__(self) -> None:
        self.ledgers = InMemoryLedger(lambda: self.now), InMemoryInventoryLedger()

    def at(self, now: datetime) -> AbstractContextManager[Ledgers]:
        """Yield the ledgers at an instant."""
        self.now = now
        return nullcontext(self.ledgers)


@dataclass
class Stored:
    """A ledger in Azurite."""

    tables: str
    partition: str = field(default_factory=lambda: uuid4().hex)

    @contextmanager
    def at(self, now: datetime) -> Iterator[Ledgers]:
        """Yield the ledgers at an instant."""
        with TableLedger(self.tables, lambda: now, partition=self.partition) as ledger:
            yield ledger, ledger.inventory


@dataclass
class Field:
    """The stand-in tenant behind a proxy, as a context manager."""

    folder: Path

    def __enter__(self) -> Self:
        """Start the services."""
        with ExitStack() as stack:
            self.tenant = stack.enter_context(Tenant(()))
            self.front = stack.enter_context(Front(self.tenant.url))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the services."""
        self._stack.close()

    @property
    def environment(self) -> dict[str, str]:
        """The settings of the program."""
        tenant = {name: self.front.placed(value) for name, value in self.tenant.environment.items()}
        return {
            **tenant,
            "ITS_WEBHOOK": self.tenant.teams_url("its"),
            "ADMINS_WEBHOOK": self.tenant.teams_url("admins"),
            "LAPSEWATCH_TABLES": NOWHERE,
            "LAPSEWATCH_WATCHLIST": str(self.folder / "watchlist.toml"),
            "LAPSEWATCH_SCHEDULE": "0 5 * * * *",
            "LAPSEWATCH_MAIL_SENDER": MAIL_SENDER,
        }

    def play(self, situation: Situation, tables: str = "") -> Story:
        """Run every check of the situation, then read everything.

        The ledger is in memory, or in the `tables` of an Azurite.
        """
        self._prepare(situation)
        story, remembered = Story(), Stored(tables) if tables else Kept()
        for day in situation.checks:
            now = datetime.fromisoformat(f"{day}T14:05:00Z")
            self.tenant.directory.replace(situation.apps(now))
            with remembered.at(now) as ledgers, self._watch(now, *ledgers) as watch:
                story.results.append(watch.check())
                if day == situation.checks[-1]:
                    story.read = read_everything(watch)
        posts = [posted for name in CHANNELS for posted in self.tenant.posted(name)]
        story.cards = [part["content"] for post in posts for part in _attachments(post.message)]
        cards = (json.dumps(post.message, ensure_ascii=False) for post in posts)
        story.texts = [*cards, *(_text(mail.message) for mail in self.tenant.mails())]
        return story

    def _prepare(self, situation: Situation) -> None:
        (self.folder / "watchlist.toml").write_text(situation.watchlist, encoding="utf-8")
        self.tenant.identity.roles = set(situation.roles)
        self.front.twist = situation.instead
        self.tenant.mail.clear()
        for name in CHANNELS:
            self.tenant.clear_posted(name)

    @contextmanager
    def _watch(
        self, now: datetime, ledger: Ledger, inventory_ledger: InventoryLedger
    ) -> Iterator[Watch]:
        """Yield the program as its composition root connects it, at this instant."""
        configured = load(self.environment, ROOT)
        with watching(configured, environment=self.environment) as wired:
            inventory = wired.inventory and replace(
                wired.inventory, ledger=inventory_ledger, clock=lambda: now, decided=ledger.load
            )
            yield replace(wired, ledger=ledger, clock=lambda: now, inventory=inventory)


def _attachments(message: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    attachments: Sequence[Mapping[str, Any]] = message["attachments"]
    return attachments


def _text(message: Any) -> str:  # noqa: ANN401  (a mail, as the standard library has it)
    body = message.get_body(("plain",))
    return f"To: {message['To']}\nSubject: {message['Subject']}\n\n{body.get_content()}"
