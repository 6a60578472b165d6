"""What reading and deciding need of the program (`shared.usecases.check.Watch`)."""

from typing import Protocol

from shared.core.model.watchlist import Watchlist
from shared.ports.clock import Clock
from shared.ports.directory import Directory
from shared.ports.ledger import Ledger
from shared.ports.vault import Vault
from shared.usecases.busy import Pause


class Program(Protocol):
    """The program with its outside services."""

    @property
    def watchlist(self) -> Watchlist:
        """What is watched."""
        ...

    @property
    def directory(self) -> Directory:
        """Reads the app registrations."""
        ...

    @property
    def ledger(self) -> Ledger:
        """Stores what is remembered."""
        ...

    @property
    def vault(self) -> Vault | None:
        """Keeps new secrets; `None` if they are not handed over here."""
        ...

    @property
    def clock(self) -> Clock:
        """Returns the time."""
        ...

    @property
    def pause(self) -> Pause:
        """Waits."""
        ...

    def seconds_left(self, within: float) -> float:
        """Return the seconds for a read that begins now, `within` at most."""
        ...
