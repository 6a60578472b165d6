"""What is answered to a form: what was recorded, and what follows from it as things are now. Nothing of the request comes back."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.core.model.days import days_between
from shared.core.model.judgement import Judgement
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss, Severity
from shared.core.model.watchlist import Watchlist
from shared.core.notify.action import needs_action
from shared.core.notify.reason import ACKNOWLEDGED_ABOVE
from shared.render.text.dates import full_day
from shared.render.text.escape import clean
from shared.render.text.naming import capital, described

LATER = "-later"
"""What follows the name of a decision of which not everybody has been told yet."""
NOTHING_RECORDED = "Nothing was recorded"


class Receipt(NamedTuple):
    """A sentence or two, and how they look."""

    text: str
    severity: Severity = Severity.OK


def receipt(done: str, service: str, judgement: Judgement, watchlist: Watchlist) -> Receipt | None:
    """Answer a form that did `done`, about the service with this id if there is one; `None` for what no form does."""
    now, zone = judgement.now, watchlist.zone
    view = next((view for view in judgement.services if view.service.id == service), None)
    later = done.endswith(LATER)
    match done.removesuffix(LATER):
        case "confirm":
            told = (
                " Not everybody who was asked to act has been told yet; the next checks tell them."
                if later
                else ""
            )
            said = "your confirmation is recorded" + (
                "." if later else ", and whoever was asked to act has been told."
            )
            return _about(service, watchlist, said + told)
        case "undo" if view is not None:
            return _about(
                service,
                watchlist,
                f"undone. {_counts_now(view, now, zone)} {_heard(later=later)}",
                Severity.NOTICE,
            )
        case "acknowledge":
            idle = keeps_nothing_quiet(view, now, zone) if view is not None else ""
            severity = Severity.NOTICE if idle else Severity.OK
            return _about(
                service, watchlist, f"your acknowledgement is recorded. {idle}".strip(), severity
            )
        case "claim":
            return _about(service, watchlist, "whose the credential is, is recorded.")
        case "check":
            return _about(service, watchlist, "a check has just been made.")
        case _:
            return None


def already(view: ServiceView, now: datetime, zone: ZoneInfo) -> Receipt:
    """Answer a confirmation that is there already: the same button pressed twice, or by two people."""
    name, hold = clean(view.service.name), view.in_use_record
    which = f" on the {described(view.in_use, now, zone)}" if view.in_use is not None else ""
    who = (
        f" by {clean(hold.by.name)} on {full_day(hold.at.astimezone(zone).date())}"
        if hold is not None and hold.by is not None
        else ""
    )
    return Receipt(
        f"{name} was already confirmed{which}{who}; nothing more to do.", Severity.NOTICE
    )


def keeps_nothing_quiet(view: ServiceView, now: datetime, zone: ZoneInfo) -> str:
    """Say so of an acknowledgement that silences no message until its day; empty if it does, or if no end is counted down to."""
    given, ends = view.acknowledged, view.in_use.ends if view.in_use is not None else None
    if given is None or ends is None or view.loss != Loss.NONE or needs_action(view):
        return ""
    left, lasts = days_between(now, ends, zone), (given.until - now.astimezone(zone).date()).days
    if any(ACKNOWLEDGED_ABOVE < rung < left <= rung + lasts for rung in view.service.ladder):
        return ""
    return f"It keeps no message quiet: none but those of the last {ACKNOWLEDGED_ABOVE} days is due until then, and these come all the same."


def refusal(said: str) -> str:
    """Give why nothing was recorded, without saying once more that nothing was."""
    kept = said.replace(f" {NOTHING_RECORDED}.", "")
    before, _, after = kept.partition(f" {NOTHING_RECORDED}; ")
    return f"{before} {capital(after)}".strip()


def _about(
    service: str, watchlist: Watchlist, words: str, severity: Severity = Severity.OK
) -> Receipt:
    known = watchlist.services.get(service)
    return Receipt(
        capital(f"{clean(known.name)}: {words}" if known is not None else words), severity
    )


def _counts_now(view: ServiceView, now: datetime, zone: ZoneInfo) -> str:
    if view.in_use is None:
        return "No credential counts as in use now."
    goes_on = ", and its countdown goes on" if view.in_use.ends is not None else ""
    return f"The {described(view.in_use, now, zone)} counts as in use now{goes_on}."


def _heard(*, later: bool) -> str:
    if later:
        return (
            "Not everybody who was told otherwise has heard of it yet; the next checks tell them."
        )
    return "Whoever was told otherwise has heard of it."
