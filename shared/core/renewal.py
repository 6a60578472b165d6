"""What `renew` may create for a service, until when, and what is saved if Entra refuses."""

from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.core.decisions import Refused
from shared.core.hand_over.begin import require_free
from shared.core.model.directory import Kind
from shared.core.model.hand_over import Ending, HandOver, HandOverState
from shared.core.model.views import ServiceView

DEFAULT_MONTHS, MAX_MONTHS = 24, 120


@dataclass(frozen=True, slots=True)
class NotRenewed:
    """A service for which no secret was handed over."""

    service: str
    why: str
    key_id: str = ""
    """Of a secret that exists; empty if there is none, or none is known."""


def end_after(
    months: int, now: datetime, zone: ZoneInfo, taken: Collection[datetime | None]
) -> datetime:
    """Return when a secret ends that is created now: at this local time, `months` later.

    That is the last day of a shorter month. It is in whole seconds, in one that is not `taken`.
    """
    local = now.astimezone(zone).replace(microsecond=0)
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    day = min(local.day, monthrange(year, month + 1)[1])
    ends = local.replace(year=year, month=month + 1, day=day).astimezone(UTC)
    seconds = {each.replace(microsecond=0) for each in taken if each is not None}
    while ends in seconds:  # earlier, so that it is no longer than a policy may allow
        ends -= timedelta(seconds=1)
    return ends


def require_renewable(view: ServiceView, now: datetime, *, again: bool) -> None:
    """Raise `Refused` if no secret may be created for a service now.

    `again` allows another one while one waits to be installed.
    """
    name, kept, waiting = view.service.name, view.hand_over, view.replacement
    if view.service.by_pipeline:
        raise Refused(f"A pipeline creates the credentials of {name}. Nothing was created.")
    if view.in_use is not None and view.in_use.kind == Kind.CERTIFICATE:
        raise Refused(
            f"{name} uses a certificate, and only secrets are created here. Nothing was created."
        )
    require_free(view.service, kept, now)
    if again:
        return
    if kept is not None and kept.kept:
        raise Refused(
            f"{kept.by.name} has handed a new secret over for {name} already: "
            f"“{kept.credential.name}”. To create another one, add --again. Nothing was created."
        )
    if waiting is not None:
        raise Refused(
            f"A new secret waits to be installed in {name} already: “{waiting.name}”. "
            "To create another one, add --again. Nothing was created."
        )


def after_refusal(record: HandOver, before: HandOver | None) -> HandOver:
    """Return the record if Entra created nothing: what was kept before is kept still."""
    if before is not None and before.state != HandOverState.DONE:
        return replace(before, version=record.version)
    return replace(record, state=HandOverState.DONE, ending=Ending.NOT_CREATED)
