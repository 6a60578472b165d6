"""Whether somebody must act now, so that reminders are due, and when an all-clear is news."""

from shared.core.model.views import AppView, ServiceView, View
from shared.core.model.vocabulary import Loss, Reason, Standing

NEWS_WHEN_WELL = frozenset({Reason.CONFIRMED, Reason.RECOVERED})
"""The reasons for which people are notified that all is well."""


# An app that cannot be found or is disabled is reported like a missing credential: at once, then
# daily for a week, then weekly.
def needs_action(view: View) -> bool:
    """Return whether somebody must act now: the service may have stopped working already.

    An app that cannot be found or is disabled counts like a missing credential.
    """
    match view:
        case ServiceView():
            broken = {Standing.MISSING, Standing.EXPIRED}
            waiting = view.standing == Standing.AWAITING_INSTALL and view.loss != Loss.NONE
            return view.standing in broken or waiting
        case AppView():
            return view.aspect == "app" and bool(view.problems)
        case _:
            return False
