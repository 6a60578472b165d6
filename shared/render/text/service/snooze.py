"""The sentences about a snooze: who paused the reminders, why and until when; who took it back."""

from collections.abc import Iterator

from shared.core.model.days import days_between
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss, Reason
from shared.render.text.dates import Moment, day
from shared.render.text.escape import clean


def headline(view: ServiceView, reason: Reason, at: Moment) -> str:
    """Return what a message about a snooze is about; empty for a message about anything else."""
    name, given, resumed = clean(view.service.name), view.acknowledged, view.resumed
    if reason == Reason.SNOOZED and given is not None:
        until = day(given.until, *at)
        return f"{name}: {clean(given.by.name)} snoozed reminders until {until}"
    if reason == Reason.RESUMED and resumed is not None:
        return f"{name}: {clean(resumed.by.name)} took the snooze back"
    return ""


def snooze(view: ServiceView, reason: Reason, at: Moment) -> Iterator[str]:
    """Yield who paused the reminders, until when and why; or who took that back, on that day."""
    name, given, resumed = clean(view.service.name), view.acknowledged, view.resumed
    if given is not None:
        until, why = day(given.until, *at), clean(given.why).rstrip(".")
        yield f"{clean(given.by.name)}: {why}, quiet until {until}."
        if reason == Reason.SNOOZED:
            yield f"{_still_sent(view)} Any change ends the snooze."
    elif resumed is not None and (
        reason == Reason.RESUMED or days_between(resumed.at, at.now, at.zone) == 0
    ):
        yield f"{clean(resumed.by.name)} took the snooze of {name} back: reminders continue."


def _still_sent(view: ServiceView) -> str:
    if view.loss != Loss.NONE or view.in_use is None:
        return "Until then, reminders come weekly at most."
    return "Reminders in the last 7 days are still sent."
