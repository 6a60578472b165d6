"""The program's environment: Azurite and the stand-in tenant behind proxies, and a ledger."""

import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from azure.core.exceptions import ResourceExistsError
from azure.data.tables import TableClient, UpdateMode

from local.stand_in.certificate import loopback_certificate
from local.stand_in.entra import Registration
from local.stand_in.managed_identity import MAIL_SENDER
from local.stand_in.tenant import SIGNATURE, Tenant
from shared.adapters.table.ledger import TableLedger
from shared.core.model.check_record import LastChecks
from shared.core.model.memory import Memory
from shared.ports.ledger import Held
from tests.support.fault_proxy import Front
from tests.support.processes import HANDING_OVER, Lived, Lives

WATCHLIST = """
timezone = "America/Chicago"

[channels.its]
kind = "teams"
url = "env:ITS_WEBHOOK"

[channels.admins]
kind = "teams"
url = "env:ADMINS_WEBHOOK"

[channels.staff]
kind = "email"
to = ["staff@example.org"]

[[apps]]
name = "LibApps Outlook sync"
client_id = "env:LIBAPPS_CLIENT_ID"

[[apps.services]]
name = "LibCal"
breaks = "Outlook calendars stop syncing with LibCal."
claims = { name = "LibCal*" }
renewer = ["its"]
installer = ["admins", "staff"]

[[apps.services]]
name = "LibStaffer"
breaks = "Outlook calendars stop syncing with LibStaffer."
claims = { name = "LibStaffer*" }
renewer = ["its"]
installer = ["staff"]
"""
WHOLE_TENANT = """
[tenant]
watch = true
tell = ["its"]
owners = true
"""
CHANNELS = ("its", "admins")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.+]+")
START = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
"""A Monday, nine in the morning in Chicago: the check of the day is due."""


@dataclass
class Stage:
    """The outside services and settings of the program, as a context manager."""

    tables: str
    """The connection string of an Azurite."""
    folder: Path
    story: str | Sequence[Registration] = "libapps"
    settings: Mapping[str, str] = field(default_factory=dict)
    watchlist: str = WATCHLIST
    partition: str = "own"
    hand_over: bool = False
    """Whether new secrets are handed over, through a vault that is behind a proxy too."""

    def __enter__(self) -> Self:
        """Start the services, with an empty ledger."""
        with ExitStack() as stack:
            certificate = loopback_certificate(self.folder) if self.hand_over else None
            self.tenant = stack.enter_context(
                Tenant(self.story, now=START, hand_over=self.hand_over, certificate=certificate)
            )
            self.tenant.identity.roles |= {"AuditLog.Read.All", "Mail.Send", "User.ReadBasic.All"}
            self.front = stack.enter_context(Front(self.tenant.url))
            endpoint = next(
                part for part in self.tables.split(";") if part.startswith("TableEndpoint=")
            ).partition("=")[2]
            self.ledger_front = stack.enter_context(Front(endpoint))
            if self.hand_over:
                vault = Front(self.tenant.hand_over.url, certificate)
                self.vault_front = stack.enter_context(vault)
                self.tenant.az.further.add(self.front.url)
                self.tenant.install_az(self.folder)
            (self.folder / "watchlist.toml").write_text(self.watchlist, encoding="utf-8")
            modules = HANDING_OVER if self.hand_over else ()
            self.lives = stack.enter_context(Lives(self.environment, modules))
            self.table = stack.enter_context(
                TableClient.from_connection_string(self.tables, "Lapsewatch")
            )
            self._stack = stack.pop_all()
        self.anew()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the services."""
        self._stack.close()

    @property
    def environment(self) -> dict[str, str]:
        """The settings of the program; all its requests pass a proxy."""
        tenant = {name: self.front.placed(value) for name, value in self.tenant.environment.items()}
        if self.hand_over:
            tenant["LAPSEWATCH_HAND_OVER_VAULT"] = self.vault_front.url
            tenant["PATH"] = f"{self.folder}{os.pathsep}{os.environ['PATH']}"
        return {
            **tenant,
            "ITS_WEBHOOK": f"{self.front.placed(self.tenant.teams_url('its'))}?{SIGNATURE}",
            "ADMINS_WEBHOOK": f"{self.front.placed(self.tenant.teams_url('admins'))}?{SIGNATURE}",
            "LAPSEWATCH_TABLES": self.ledger_front.placed(self.tables),
            "LAPSEWATCH_WATCHLIST": str(self.folder / "watchlist.toml"),
            "LAPSEWATCH_SCHEDULE": "0 5 * * * *",
            "LAPSEWATCH_MAIL_SENDER": MAIL_SENDER,
            "LAPSEWATCH_HEARTBEAT_URL": self.front.placed(self.tenant.heartbeat_url("own")),
            **self.settings,
        }

    def live(self, *act: str, after: timedelta = timedelta(), **environment: str) -> Lived:
        """Run the program once in its own process, `after` the start."""
        return self.lives.live(
            *(act or ("tick",)), now=START + after, partition=self.partition, **environment
        )

    def anew(self, rows: Sequence[Mapping[str, Any]] = ()) -> None:
        """Use a new ledger with these rows, and clear all received messages."""
        self.partition = uuid4().hex
        parts: dict[str, list[Mapping[str, Any]]] = {}
        for row in rows:
            parts.setdefault(str(row["PartitionKey"]).partition(":")[2], []).append(row)
        for part, its in parts.items():
            key = f"{self.partition}:{part}" if part else self.partition
            self.table.submit_transaction(
                [
                    ("upsert", {**row, "PartitionKey": key}, {"mode": UpdateMode.REPLACE})
                    for row in its
                ]
            )
        self.forget_heard()

    def rows(self) -> list[dict[str, Any]]:
        """Return every row of the ledger."""
        with suppress(ResourceExistsError):
            self.table.create_table()
        both = {"own": self.partition, "tenant": f"{self.partition}:tenant"}
        return [
            dict(row)
            for row in self.table.query_entities(
                "PartitionKey eq @own or PartitionKey eq @tenant", parameters=both
            )
        ]

    def heard(self) -> Counter[tuple[str, str]]:
        """Return the count of each received card and mail, as texts, by channel."""
        cards = [
            (name, json.dumps(posted.message, sort_keys=True))
            for name in CHANNELS
            for posted in self.tenant.posted(name)
        ]
        mails = [
            ("staff", f"{mail.message['Subject']}\n{_text(mail.message)}")
            for mail in self.tenant.mails()
        ]
        return Counter([*cards, *mails])

    def forget_heard(self) -> None:
        """Clear all received messages."""
        for name in CHANNELS:
            self.tenant.clear_posted(name)
        self.tenant.mail.clear()

    def remembered(self) -> tuple[Memory, LastChecks]:
        """Return the ledger as the program reads it. Raise `LedgerError` if it cannot be read."""
        with TableLedger(
            self.tables, lambda: START, partition=self.partition, hands_over=self.hand_over
        ) as ledger:
            return ledger.load(), ledger.last_checks()

    def remembered_of_tenant(self) -> dict[str, object]:
        """Return the inventory's part of the ledger, without times."""
        with TableLedger(self.tables, lambda: START, partition=self.partition) as ledger:
            memory = ledger.inventory.load()
        return {
            "listed": {
                item: replace(each, first_seen=START, since=START)
                for item, each in memory.items.items()
            },
            "told": {
                key: (told.standing, told.reason) for key, told in memory.notifications.items()
            },
            "read": memory.scan is not None
            and (memory.scan.applications, memory.scan.credentials, memory.scan.error),
        }

    def lease_is_free(self, *, after: timedelta) -> bool:
        """Return whether the lease is free, `after` the start."""
        with TableLedger(self.tables, lambda: START + after, partition=self.partition) as ledger:
            lease = ledger.lease()
            if isinstance(lease, Held):
                return False
            lease.release()
            return True

    def key_of(self, name: str) -> str:
        """Return the key id of the client secret of this name."""
        return next(
            secret.key_id
            for app in self.tenant.directory.listing()
            for secret in app.secrets
            if secret.name == name
        )


def timeless(memory: Memory) -> dict[str, object]:
    """Return a memory without times, to compare two ledgers of the same events."""
    return {
        "holds": {name: replace(hold, at=START) for name, hold in memory.in_use_records.items()},
        "formers": memory.previous_credentials,
        "assignments": set(memory.assignments),
        "credentials": {
            key: (sighting.credential, sighting.gone_at is None)
            for key, sighting in memory.credential_records.items()
        },
        "apps": {key: replace(app, read_at=START) for key, app in memory.apps.items()},
        "items": {
            item: (state.standing, _INSTANT.sub("", state.situation), state.reason)
            for item, state in memory.items.items()
        },
        "told": {key: (told.standing, told.reason) for key, told in memory.notifications.items()},
        "channels": {name for name, state in memory.channels.items() if state.failures},
        "uses": {key: use.days for key, use in memory.uses.items()},
    }


def _text(message: Any) -> str:  # noqa: ANN401  (a mail, as the standard library has it)
    part = message.get_body(("plain",))
    return str(part.get_content())


def staged(tables: str, folder: Path, **more: Any) -> Iterator[Stage]:  # noqa: ANN401  (as `Stage` takes it)
    """Yield a stage, for a fixture."""
    with Stage(tables, folder, **more) as stage:
        yield stage
