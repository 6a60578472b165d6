"""How urgent an item is, in a word or two; where a date decides, by how far away it is.

| days left | words |
|---|---|
| more than 30 | Due on 26 Feb 2027 |
| 30 to 8 | Due soon |
| 7 and fewer | Urgent |
| none | Not working; without evidence from sign-ins, Probably not working |

An expired credential of the tenant, of which nobody knows what uses it, is "Expired".
"""

from zoneinfo import ZoneInfo

from shared.core.model.directory import Credential
from shared.core.model.inventory import InventoryView
from shared.core.model.views import ServiceView, View
from shared.core.model.vocabulary import Loss, Severity, Standing
from shared.render.text.dates import date_of

WORDS = {
    Severity.CRITICAL: "Urgent",
    Severity.WARNING: "Action needed",
    Severity.NOTICE: "To do",
    Severity.OK: "Safe",
}
EXPIRED = "Expired"
_NO_END = 10**6
_ENDED = {Standing.MISSING, Standing.EXPIRED}
_COUNTING_DOWN = {Standing.EXPIRING, Standing.AWAITING_INSTALL}


def urgency(view: View, zone: ZoneInfo) -> str:
    """Return how urgent an item is. "Urgent" is never less than critical."""
    if isinstance(view, InventoryView):
        ended = view.standing == Standing.EXPIRED
        return EXPIRED if ended else _by_distance(view.severity, view.listed.credential, zone)
    if not isinstance(view, ServiceView):
        return WORDS[view.severity]
    counting_down = view.standing in _COUNTING_DOWN
    if view.standing in _ENDED or (counting_down and view.loss != Loss.NONE):
        return "Not working" if view.shown_not_working else "Probably not working"
    if not counting_down or view.late_since is not None:
        return WORDS[view.severity]
    return _by_distance(view.severity, view.in_use, zone)


def most_urgent_first(view: View) -> tuple[int, int]:
    """Return the key by which items are sorted."""
    return (-view.severity.rank, view.days_left if view.days_left is not None else _NO_END)


def _by_distance(severity: Severity, credential: Credential | None, zone: ZoneInfo) -> str:
    ends = credential.ends if credential is not None else None
    if severity == Severity.NOTICE and ends is not None:
        return f"Due on {date_of(ends, zone)}"
    return "Due soon" if severity == Severity.WARNING else WORDS[severity]
