"""A hand-over as it is now, and whether its value can be used."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.core.model.hand_over import Ending, HandOver, HandOverState, hand_over_at
from shared.core.model.vocabulary import Loss, Standing
from tests.support.hand_over_records import ended, hand_over, opened
from tests.support.notices import NEW, service_view

READY = hand_over()
INSTANT = timedelta(microseconds=1)


@pytest.mark.parametrize("record", [READY, opened(READY, "Dana")])
def test_after_its_end_a_value_is_to_be_deleted(record: HandOver) -> None:
    assert hand_over_at(record, record.until - INSTANT) == record
    over = hand_over_at(record, record.until)
    assert over is not None
    assert (over.state, over.ending, over.shown) == ("ending", Ending.EXPIRED, "failed")


@pytest.mark.parametrize("ending", [Ending.CONFIRMED, Ending.WITHDRAWN])
def test_what_has_ended_stays_as_it_is(ending: Ending) -> None:
    assert hand_over_at(ended(ending), READY.until + INSTANT) == ended(ending)
    assert hand_over_at(None, READY.until) is None


def test_a_value_is_of_use_while_its_secret_is_the_new_one_or_may_be() -> None:
    gone = service_view(Standing.MISSING, over=Loss.DELETED, hand_over=READY)
    assert gone.handed_over is None
    assert gone.needs_new_credential
    for there in ({"replacement": NEW}, {"candidates": (NEW,)}):
        view = replace(gone, **there)
        assert view.handed_over == READY
        assert not view.needs_new_credential


@pytest.mark.parametrize(
    ("record", "missing"),
    [
        (None, False),
        (READY, False),
        (replace(READY, state=HandOverState.KEEPING), False),
        (replace(READY, state=HandOverState.KEEPING, why="No answer."), True),
        (ended(Ending.NOT_KEPT), True),
        (ended(Ending.WITHDRAWN), True),
        (ended(Ending.EXPIRED), True),
        (replace(opened(READY, "Dana"), ending=Ending.EXPIRED), False),
        (ended(Ending.CONFIRMED), False),
    ],
)
def test_whether_the_installer_has_no_value(record: HandOver | None, *, missing: bool) -> None:
    view = service_view(Standing.AWAITING_INSTALL, replacement=NEW, hand_over=record)
    assert view.value_missing == missing
    assert not replace(view, replacement=None).value_missing
