"""What the page offers: to hand a value over, and to open one."""

from datetime import datetime, timedelta

from shared.core.model.decision import Person
from shared.core.model.directory import Kind
from shared.core.model.hand_over import HandOver
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Standing

REOPEN = timedelta(minutes=15)
"""How long the person who opened a value may open it again."""
KEEP_DAYS = 14
"""Local days after which a value is deleted."""
WITH_CANDIDATES = frozenset({Standing.MISSING, Standing.EXPIRED, Standing.UNMATCHED})


def can_hand_over(view: ServiceView) -> bool:
    """Return whether a service has a new secret whose value the installer needs."""
    if view.service.by_pipeline:
        return False
    new = view.candidates if view.standing in WITH_CANDIDATES else ()
    if view.standing == Standing.AWAITING_INSTALL and view.replacement is not None:
        new = (view.replacement,)
    return any(each.kind == Kind.SECRET for each in new)


def can_open(record: HandOver, by: Person, now: datetime) -> bool:
    """Return whether a person may open a value: for the first time, or again soon after."""
    if not record.kept or record.until <= now:
        return False
    if not record.opened:
        return True
    first = record.opened[0]
    return first.by.object_id == by.object_id and now < first.at + REOPEN
