"""A creator of client secrets in memory."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from local.simulation.directory import InMemoryDirectory
from shared.core.model.directory import Credential, Kind
from shared.core.model.secret import Secret
from shared.ports.clock import Clock
from shared.ports.errors import PortError
from shared.ports.secret_creator import CreatedSecret

VALUE = "canary-renewed-{}"


@dataclass
class InMemorySecretCreator:
    """A `SecretCreator` for the app of an `InMemoryDirectory`."""

    tenant: InMemoryDirectory
    clock: Clock
    refused: dict[str, PortError] = field(default_factory=dict)
    """The error for a secret of this name, which is not created."""
    lost: dict[str, BaseException] = field(default_factory=dict)
    """The error for a secret of this name, which is created: its response is lost."""
    asked: list[str] = field(default_factory=list)
    """The name of each secret that was asked for."""
    show: Callable[[Credential], None] | None = None
    """Takes a new secret instead of the directory: a read may not show it at once."""

    def create(self, object_id: str, name: str, ends: datetime) -> CreatedSecret:
        """Create a secret."""
        assert object_id
        self.asked.append(name)
        if name in self.refused:
            raise self.refused[name]
        number = len(self.asked)
        value = Secret(VALUE.format(number))
        key_id = f"new{number}"
        new = Credential(key_id, Kind.SECRET, name, value.reveal()[:3], self.clock(), ends)
        (self.show or self.tenant.add)(new)
        if name in self.lost:
            raise self.lost[name]
        return CreatedSecret(new, value)
