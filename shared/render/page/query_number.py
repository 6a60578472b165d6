"""A row number in the page's query."""

MAX_DIGITS = 6


def query_number(text: str) -> int:
    """Return a number from the query; an invalid one counts as 0."""
    valid = text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS
    return int(text) if valid else 0
