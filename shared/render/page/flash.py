"""The page's answer to a form: what was saved and what follows; nothing of the request is shown."""

import re
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.core.judge.rotation import reminders
from shared.core.model.days import days_between
from shared.core.model.judgement import Judgement
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss, Severity
from shared.core.model.watchlist import Watchlist
from shared.core.notify.action import needs_action
from shared.core.notify.reason import ACKNOWLEDGED_ABOVE
from shared.render.text.dates import full_day
from shared.render.text.escape import clean
from shared.render.text.naming import capital, described, party

LATER = "-later"
"""The suffix of a decision's name if some people have not been notified yet."""
UNSENT = "Some messages have not been sent yet; the next check sends them."
_NOTHING_SAVED = re.compile(r" Nothing was (?:saved|recorded|shown)(?:\.|; (?P<next>\w))")


_DONE = {
    "cancel": "snooze taken back; reminders continue.",
    "reopen": "assignment taken back; the credential is not assigned any more.",
    "check": "check completed.",
}


class Receipt(NamedTuple):
    """A sentence or two, with the severity that sets their colour."""

    text: str
    severity: Severity = Severity.OK


def receipt(done: str, service: str, judgement: Judgement, watchlist: Watchlist) -> Receipt | None:
    """Return the answer to a form.

    Args:
        done: The form's name, with `LATER` if some people have not been notified yet.
        service: The id of the service that the form was about; empty if there is none.
        judgement: The status after the decision.
        watchlist: Names the service.

    Returns:
        `None` if no form has this name.
    """
    now, zone = judgement.now, watchlist.zone
    view = next((view for view in judgement.services if view.service.id == service), None)
    later = done.endswith(LATER)
    unsent = f" {UNSENT}" if later else ""
    severity = Severity.OK
    match done.removesuffix(LATER):
        case "confirm":
            text = f"confirmation saved. {_notified('asked to act', later=later)}"
        case "undo" if view is not None:
            informed = _notified("notified earlier", later=later)
            text = f"undone. {_in_use(view, now, zone)} {informed}"
            severity = Severity.NOTICE
        case "acknowledge":
            no_effect = keeps_nothing_quiet(view, now, zone) if view is not None else ""
            text = f"reminders snoozed. {no_effect}".strip() + unsent
            severity = Severity.NOTICE if no_effect else Severity.OK
        case "claim":
            text = "credential assigned." if service in watchlist.services else "assignment saved."
            text += unsent
        case "hand-over":
            text = f"the value is in the vault. {_installer(service, watchlist, later=later)}"
        case "withdraw":
            text, severity = _withdrawn(view, unsent)
        case name if name in _DONE:
            text = _DONE[name] + unsent
        case _:
            return None
    return Receipt(_about(service, watchlist, text), severity)


def already(view: ServiceView, now: datetime, zone: ZoneInfo) -> Receipt:
    """Return the answer to a confirmation that was already made, perhaps by another person."""
    name, record = clean(view.service.name), view.in_use_record
    which = f" to use the {described(view.in_use, now, zone)}" if view.in_use is not None else ""
    who = ""
    if record is not None and record.by is not None:
        who = f" by {clean(record.by.name)} on {full_day(record.at.astimezone(zone).date())}"
    return Receipt(f"{name} was already confirmed{which}{who}. No action needed.", Severity.NOTICE)


def keeps_nothing_quiet(view: ServiceView, now: datetime, zone: ZoneInfo) -> str:
    """Return a warning if an acknowledgement pauses no reminder before its date, else "".

    Also empty if reminders do not count down to an end.
    """
    given, ends = view.acknowledged, view.in_use.ends if view.in_use is not None else None
    if given is None or ends is None or view.loss != Loss.NONE or needs_action(view):
        return ""
    left = days_between(now, ends, zone)
    paused = (given.until - now.astimezone(zone).date()).days
    rungs = reminders(view.service, view.in_use, zone)
    if any(ACKNOWLEDGED_ABOVE < rung < left <= rung + paused for rung in rungs):
        return ""
    return (
        "This acknowledgement has no effect: the only messages before that date fall in the "
        f"last {ACKNOWLEDGED_ABOVE} days, and those are always sent."
    )


def refusal(error: str) -> str:
    """Return an error without "Nothing was saved" or "shown": the page's alert box says that."""
    return _NOTHING_SAVED.sub(
        lambda found: f" {found['next'].upper()}" if found["next"] else "", error
    )


def _about(service: str, watchlist: Watchlist, text: str) -> str:
    known = watchlist.services.get(service)
    return f"{clean(known.name)}: {text}" if known is not None else capital(text)


def _installer(service: str, watchlist: Watchlist, *, later: bool) -> str:
    installers = watchlist.services[service].installers if service in watchlist.services else ()
    whom = party("installer", installers)
    return f"The next check tells the {whom}." if later else f"The {whom} has been informed."


def _withdrawn(view: ServiceView | None, unsent: str) -> Receipt:
    """Return whether the value is deleted, too: the vault may have failed."""
    if view is not None and view.hand_over is not None and view.hand_over.failed:
        text = "the value was withdrawn, but is not deleted from the vault yet; see below."
        return Receipt(text + unsent, Severity.NOTICE)
    return Receipt(f"the value was withdrawn, and is deleted from the vault.{unsent}")


def _notified(people: str, *, later: bool) -> str:
    if later:
        return f"Not everyone who was {people} has been informed yet; the next check does that."
    return f"Everyone who was {people} has been informed."


def _in_use(view: ServiceView, now: datetime, zone: ZoneInfo) -> str:
    if view.in_use is None:
        return "No credential counts as in use now."
    counts_down = view.in_use.ends is not None and view.loss == Loss.NONE
    resumes = ", and its countdown resumes" if counts_down else ""
    return f"The {described(view.in_use, now, zone)} counts as in use again{resumes}."
