"""Builders of hand-overs of the example's new secret."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shared.core.model.decision import Person
from shared.core.model.directory import Credential
from shared.core.model.hand_over import Ending, HandOver, HandOverState, Opening
from tests.support.notices import NEW, NOW, ZONE

SAM = Person("0b0f1f6e-0000-4000-8000-000000000002", "Sam Example")


def hand_over(
    state: HandOverState | None = None,
    *,
    at: datetime = NOW,
    changed: datetime | None = None,
    opened: Sequence[str] = (),
    ending: Ending = Ending.NONE,
    why: str = "",
    credential: Credential = NEW,
    renewed: bool = False,
    zone: ZoneInfo = ZONE,
) -> HandOver:
    """Return a hand-over by Sam, opened each hour after it by the people named in `opened`."""
    openings = [
        Opening(Person(f"person-{name}", name), at + timedelta(hours=hour))
        for hour, name in enumerate(opened, 1)
    ]
    state = state or (HandOverState.OPENED if opened else HandOverState.READY)
    return HandOver(
        service="libcal",
        state=state,
        credential=credential,
        by=SAM,
        at=at,
        until=(at.astimezone(zone) + timedelta(days=14)).astimezone(at.tzinfo),
        changed=changed or (openings[-1].at if openings else at),
        renewed=renewed,
        opened=tuple(openings),
        ending=ending,
        why=why,
    )
