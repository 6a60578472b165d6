"""Hostile names on an app: a check stores them in a real table and reads them again.

Azurite takes texts and entities that Azure refuses, so the stored size is measured here: 32,768
UTF-16 code units for a text, 1 MiB for an entity
(https://learn.microsoft.com/azure/storage/tables/scalability-targets).
"""

import json
from collections.abc import Iterator
from datetime import timedelta

from azure.data.tables import TableClient

from local.azurite import Azurite
from local.simulation.build import CLIENT_ID, OBJECT_ID, service, watchlist
from local.simulation.directory import InMemoryDirectory, InMemoryUsageReport
from local.simulation.recording_channel import RecordingChannel
from local.simulation.world import START
from shared.adapters.graph.decode import app_of, decode
from shared.adapters.graph.shapes import Principal, Record
from shared.adapters.table.ledger import TableLedger
from shared.core.model.check_record import Outcome
from shared.core.model.decision import Person
from shared.core.model.directory import App
from shared.ports.channel import Channel
from shared.ports.errors import ChannelError
from shared.usecases import decisions
from shared.usecases.check import Watch
from tests.support.graph_objects import application, secret
from tests.support.hostile import every_text

KEY_ID = "58ed553a-d3af-4520-8d81-4775274faac0"
MAX_TEXT_CHARS = 32_768
MAX_ENTITY_BYTES = 1024 * 1024


def named(evil: str, *, microsoft_says: str | None = None) -> App:
    """Return an app as read from Graph, with the text wherever people or Microsoft write one."""
    ends = (START + timedelta(days=20)).isoformat().replace("+00:00", "Z")
    credentials = [
        secret(keyId=KEY_ID, displayName=f"LibCal {evil}", hint=evil, endDateTime=ends),
        secret(keyId=KEY_ID[:-1] + "1", displayName=evil, hint=evil, endDateTime=ends),
    ]
    whole = application(
        appId=CLIENT_ID,
        id=OBJECT_ID,
        displayName=evil,
        disabledByMicrosoftStatus=microsoft_says,
        passwordCredentials=credentials,
    )
    body = json.dumps(whole, ensure_ascii=False).encode("utf-8", "replace")
    return app_of(decode(body, Record), Principal())


def rows(azurite: Azurite, table: str) -> Iterator[dict[str, object]]:
    with TableClient.from_connection_string(azurite.tables, table) as client:
        yield from (dict(entity) for entity in client.list_entities())


class FailingChannel(RecordingChannel):
    """A channel that fails with a given text."""

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why

    def send(self, _: object) -> None:
        raise ChannelError(self.why)


@every_text
def test_check_stores_any_text_and_reads_it_again(evil: str, azurite: Azurite, table: str) -> None:
    now = START
    tenant, inbox = InMemoryDirectory(), RecordingChannel()
    tenant.apps[CLIENT_ID] = named(evil)
    with TableLedger(azurite.tables, lambda: now, table=table) as ledger:
        channels: dict[str, Channel] = {"its": inbox, "admins": FailingChannel(evil)}
        watch = Watch(
            watchlist(service("LibCal")),
            tenant,
            ledger,
            channels,
            lambda: now,
            timedelta(minutes=20),
        )
        assert watch.check().outcome == Outcome.PARTIAL
        now += timedelta(hours=1)
        assert watch.check().outcome == Outcome.PARTIAL
        assert len(inbox.heard) == 1
        reason = f"{evil}-"  # of blank letters alone it is refused
        done = decisions.acknowledge(
            watch,
            "libcal",
            now.date() + timedelta(days=5),
            reason,
            by=Person("00000000", reason),
        )
        assert done.check.outcome == Outcome.PARTIAL
        now += timedelta(hours=1)
        tenant.apps[CLIENT_ID] = named(evil, microsoft_says=evil)
        assert watch.check().outcome == Outcome.PARTIAL
        assert [view.service.id for view in watch.status().judgement.services] == ["libcal"]
        assert len(ledger.decisions("libcal")["libcal"]) == 1
    for row in rows(azurite, table):
        texts = [value for value in row.values() if isinstance(value, str)]
        assert max(len(text.encode("utf-16-le")) // 2 for text in texts) <= MAX_TEXT_CHARS
        assert (
            sum(
                2 * len(name) + 8 + len(str(value).encode("utf-16-le"))
                for name, value in row.items()
            )
            < MAX_ENTITY_BYTES
        )


@every_text
def test_any_key_id_in_the_usage_report_is_harmless(
    evil: str, azurite: Azurite, table: str
) -> None:
    tenant, report = (
        InMemoryDirectory(),
        InMemoryUsageReport({KEY_ID: START, f"{evil}/#?": START, "x" * 1_000: START}),
    )
    tenant.apps[CLIENT_ID] = named("")
    with TableLedger(azurite.tables, lambda: START, table=table) as ledger:
        watch = Watch(
            watchlist(service("LibCal")),
            tenant,
            ledger,
            {"its": RecordingChannel(), "admins": RecordingChannel()},
            lambda: START,
            timedelta(minutes=20),
            report,
        )
        assert watch.check().outcome == Outcome.OK
        assert ledger.load().uses.keys() == {KEY_ID}
