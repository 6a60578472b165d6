"""Read the memory from the rows of a partition."""

from collections.abc import Iterable

from shared.adapters.table.records import TableRow, remembered
from shared.adapters.table.unreadable import read_rows
from shared.core.model.decision import Acknowledgement, Assignment, InUse, PreviousCredential
from shared.core.model.directory import AppRecord
from shared.core.model.hand_over import HandOver
from shared.core.model.memory import ChannelState, CredentialRecord, ItemState, Memory, Use
from shared.core.model.notification import Notification


def memory_of(rows: Iterable[TableRow]) -> Memory:
    """Return everything that the rows hold, and which of them cannot be read."""
    found = read_rows(rows, remembered)

    def every[T](kind: type[T]) -> list[T]:
        return [record for record in found.read.values() if isinstance(record, kind)]

    return Memory(
        in_use_records={each.service: each for each in every(InUse)},
        previous_credentials=frozenset(every(PreviousCredential)),
        assignments={each.key_id: each for each in every(Assignment)},
        acknowledgements={each.service: each for each in every(Acknowledgement)},
        credential_records={each.credential.key_id: each for each in every(CredentialRecord)},
        apps={each.key: each for each in every(AppRecord)},
        items={each.item: each for each in every(ItemState)},
        notifications={(each.item, each.channel): each for each in every(Notification)},
        channels={each.name: each for each in every(ChannelState)},
        uses={each.key_id: each for each in every(Use)},
        hand_overs={each.service: each for each in every(HandOver)},
        unreadable=found.unreadable,
    )
