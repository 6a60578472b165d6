"""A vault in memory. Its methods fail by the errors in `broken`."""

from collections.abc import Callable
from dataclasses import dataclass, field

from shared.core.model.secret import Secret
from shared.ports.errors import VaultError
from shared.ports.vault import VaultLabel


@dataclass
class InMemoryVault:
    """A `Vault`."""

    values: dict[str, Secret] = field(default_factory=dict)
    """By name."""
    labels: dict[str, VaultLabel] = field(default_factory=dict)
    """By name."""
    broken: dict[str, VaultError] = field(default_factory=dict)
    """The error that a method raises, by the name of the method; nothing is changed then."""
    lost: dict[str, VaultError] = field(default_factory=dict)
    """The error that a method raises after it was done, as if the response was lost."""
    asked: list[str] = field(default_factory=list)
    """The method and name of each request, in their order."""
    meanwhile: Callable[[], object] = object
    """What others do while the vault works on a request."""

    def keep(self, label: VaultLabel, value: Secret) -> None:
        """Keep a value."""
        self._begin("keep", label.name)
        self.values[label.name], self.labels[label.name] = value, label
        self._end("keep")

    def has(self, name: str) -> bool:
        """Return whether there is a value of this name."""
        self._begin("has", name)
        return name in self.values

    def value(self, name: str) -> Secret | None:
        """Return a value, if there is one."""
        self._begin("value", name)
        return self.values.get(name)

    def delete(self, name: str) -> None:
        """Delete a value, if there is one."""
        self._begin("delete", name)
        self.values.pop(name, None)
        self.labels.pop(name, None)
        self._end("delete")

    def _begin(self, method: str, name: str) -> None:
        self.asked.append(f"{method} {name}")
        if method in self.broken:
            raise self.broken[method]
        self.meanwhile()

    def _end(self, method: str) -> None:
        if method in self.lost:
            raise self.lost[method]
