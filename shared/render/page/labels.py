"""Labels and limits that several parts of the page share."""

from shared.render.text.escape import clean

UNCERTAIN = "Not certain"
NOTED = "Noted"

_MAX_ERROR_CHARS = 600


def error_text(error: str) -> str:
    """Return an error from outside as one line of limited length."""
    return clean(error, _MAX_ERROR_CHARS)
