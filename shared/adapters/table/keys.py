"""Row keys of the ledger: `KIND:NAME|NAME`, within what a table takes."""

import re
from datetime import UTC, datetime, timedelta

from shared.ports.errors import LedgerError

MAX_KEY_UNITS = 512
"""UTF-16 code units of a row key: a table takes 1 KiB."""

# From "Understanding the Table service data model" by Microsoft.
_FORBIDDEN = re.compile(r"[/\\#?\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def key(kind: str, *names: str) -> str:
    """Return the row key of a kind and its names.

    Raises:
        LedgerError: a table does not take this key.
    """
    made = f"{kind}:{'|'.join(names)}"
    if found := _FORBIDDEN.search(made):
        raise LedgerError(
            f"The ledger cannot keep a row under {made!r}: a table takes no {found.group()!r}"
            " in a key. Rename the service or the channel in the watchlist.",
            transient=False,
        )
    if (length := utf16_length(made)) > MAX_KEY_UNITS:
        raise LedgerError(
            f"The ledger cannot keep a row under {made[:60]!r}...: the key has {length}"
            f" characters, a table takes {MAX_KEY_UNITS}. Shorten the name of the service or the"
            " channel in the watchlist.",
            transient=False,
        )
    return made


def history_key(kind: str, at: datetime, suffix: str = "") -> str:
    """Return a row key that sorts newest first.

    A `suffix` keeps two rows of the same instant apart.
    """
    left = (datetime.max.replace(tzinfo=UTC) - at) // timedelta(microseconds=1)
    return key(f"~{kind}", f"{left:018d}", *([suffix] if suffix else []))


def utf16_length(text: str) -> int:
    """Return the UTF-16 code units of `text`, the unit of a table's limits.

    Raises:
        UnicodeEncodeError: `text` holds half of a surrogate pair.
    """
    return len(text.encode("utf-16-le")) // 2


LEASE = key("~lease")
"""The row of the lease."""
