"""A channel: sends messages to people."""

from typing import Protocol

from shared.core.model.message import Message


class Channel(Protocol):
    """Sends messages."""

    def send(self, message: Message) -> None:
        """Send the message. Raises `ChannelError`."""
        ...
