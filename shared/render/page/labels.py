"""Labels and limits that several parts of the page share."""

from shared.core.model.views import View
from shared.render.text.escape import clean
from shared.render.text.urgency import WORDS

BADGES = WORDS
UNCERTAIN = "Not certain"
NOTED = "Noted"

_MAX_ERROR_CHARS = 600
_NO_END = 10**6


def error_text(error: str) -> str:
    """Return an error from outside as one line of limited length."""
    return clean(error, _MAX_ERROR_CHARS)


def urgency(view: View) -> tuple[int, int]:
    """Return a sort key that puts the most urgent item first."""
    return (-view.severity.rank, view.days_left if view.days_left is not None else _NO_END)
