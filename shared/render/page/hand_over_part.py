"""What a service's card says of a hand-over."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HandOverPart:
    """What a card says of a hand-over, and its forms."""

    said: tuple[str, ...] = ()
    """Who handed over, until when, who opened; or what failed."""
    offer: str = ""
    """What happens to a value that is pasted; empty: there is no form for it."""
    opens: bool = False
    """Whether the reader may be shown the value, but for `note`."""
    note: str = ""
    """What the reader lacks."""
    sign_in: str = ""
    """Where to sign in again; empty if that is not needed."""
    withdraws: bool = False
    key_id: str = ""
    seen: int = 0
    """How often the value has been opened."""

    @property
    def offers_first(self) -> bool:
        """Whether handing the value over is the next step."""
        return bool(self.offer) and not self.withdraws


NOT_HANDED_OVER = HandOverPart()
