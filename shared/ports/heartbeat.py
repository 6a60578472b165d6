"""The heartbeat: an outside monitor that raises an alarm when checks stop."""

from typing import Protocol


class Heartbeat(Protocol):
    """Notifies the monitor."""

    def beat(self, *, good: bool) -> None:
        """Report that a check succeeded or failed. Raises `ChannelError`."""
        ...
