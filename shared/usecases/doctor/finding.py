"""One result of the doctor."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of a deployment, and whether it works; `ok` is `None` if it was skipped."""

    part: str
    ok: bool | None
    text: str
    commands: tuple[str, ...] = ()
    """They repair it; empty if nothing is broken, or if no command repairs it."""
    informational: bool = False
    """With `ok` `None`: the part was tried, and the text is only a note."""
