"""A channel that keeps its messages."""

from dataclasses import dataclass, field

from shared.core.model.message import Message
from shared.ports.errors import ChannelError


@dataclass
class RecordingChannel:
    """A channel that keeps each message, or fails while it is `down`."""

    heard: list[Message] = field(default_factory=list)
    down: bool = False

    def send(self, message: Message) -> None:
        """Keep the message. Raise `ChannelError` while the channel is down."""
        if self.down:
            raise ChannelError("The channel is down.")
        self.heard.append(message)
