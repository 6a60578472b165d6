"""Builders of hand-overs of the example's new secret, by Sam."""

from dataclasses import replace
from datetime import datetime, timedelta

from shared.core.model.decision import Person
from shared.core.model.hand_over import Ending, HandOver, HandOverState, Opening
from tests.support.notices import NEW, NOW

SAM = Person("0b0f1f6e-0000-4000-8000-000000000002", "Sam Example")


def hand_over(at: datetime = NOW) -> HandOver:
    """Return a hand-over that nobody has opened."""
    until = at + timedelta(days=14)
    return HandOver("libcal", HandOverState.READY, NEW, SAM, at, until, at)


def opened(record: HandOver, *names: str) -> HandOver:
    """Return the hand-over, opened by these people, each an hour later."""
    openings = tuple(
        Opening(Person(name, name), record.at + timedelta(hours=hour))
        for hour, name in enumerate(names, 1)
    )
    last = openings[-1].at
    return replace(record, state=HandOverState.OPENED, opened=openings, changed=last)


def ended(
    ending: Ending,
    state: HandOverState = HandOverState.DONE,
    why: str = "",
    *,
    at: datetime = NOW,
) -> HandOver:
    """Return a hand-over that ended three hours after it began, or is to end."""
    changed = at + timedelta(hours=3)
    return replace(hand_over(at), state=state, ending=ending, why=why, changed=changed)
