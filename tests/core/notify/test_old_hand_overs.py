"""How long the ledger remembers a hand-over that has ended."""

from dataclasses import replace
from datetime import timedelta

import pytest

from local.simulation.build import at, secret, service, watchlist
from shared.core.model.context import CheckContext
from shared.core.model.decision import Person
from shared.core.model.hand_over import Ending, HandOver, HandOverState
from shared.core.model.memory import CredentialRecord, Memory
from shared.core.model.notification import UnreadableRow
from shared.core.notify.retention import HISTORY, outlived

NOW = at("2027-11-20T15:00Z")
OLD = NOW - HISTORY - timedelta(seconds=1)
NEW = secret("cal26", "LibCal 2026", ends=None)
RECORD = HandOver(
    "libcal",
    HandOverState.DONE,
    NEW,
    Person("a", "Anna"),
    OLD,
    OLD,
    changed=OLD,
    ending=Ending.CONFIRMED,
)
ORPHAN = replace(RECORD, ending=Ending.ORPHAN)


def removed(record: HandOver, *, gone: bool = False, unreadable: bool = False) -> bool:
    known = CredentialRecord(NEW, "libcal", OLD, gone_at=NOW - timedelta(days=1) if gone else None)
    row = UnreadableRow("handover:x", "it was spoiled")
    memory = Memory(
        credential_records={"cal26": known},
        hand_overs={"libcal": record},
        unreadable=(row,) if unreadable else (),
    )
    context = CheckContext(watchlist(service("LibCal")), memory, NOW)
    return outlived(context).hand_overs == (record,)


def test_one_that_ended_long_ago_is_removed() -> None:
    assert removed(RECORD)
    assert not removed(replace(RECORD, changed=NOW - HISTORY))
    assert not removed(RECORD, unreadable=True)


@pytest.mark.parametrize("state", [each for each in HandOverState if each != HandOverState.DONE])
def test_one_that_has_not_ended_stays(state: HandOverState) -> None:
    assert not removed(replace(RECORD, state=state))


def test_one_with_a_value_to_delete_stays() -> None:
    assert not removed(replace(RECORD, stale=("cal24",)))


def test_orphan_stays_until_it_is_deleted() -> None:
    """Else it would count as a replacement again."""
    assert not removed(ORPHAN)
    assert removed(ORPHAN, gone=True)
    earlier = replace(RECORD, orphans=("cal26",))
    assert not removed(earlier)
    assert removed(earlier, gone=True)
    assert removed(replace(RECORD, orphans=("unknown",)))
