"""App registrations and the report of their sign-ins, in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from local.simulation.build import CLIENT_ID, OBJECT_ID
from shared.core.model.directory import App, Credential
from shared.ports.directory import AppQuery, DirectoryReading
from shared.ports.errors import DirectoryError


@dataclass
class InMemoryDirectory:
    """A `Directory` with settable apps, by client id. `broken` apps cannot be read."""

    apps: dict[str, App | None] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    """The error of each app that cannot be read, by client id."""

    def put(
        self,
        *credentials: Credential,
        client_id: str = CLIENT_ID,
        disabled: str = "",
        redirect_uris: Sequence[str] = (),
    ) -> None:
        """Create or replace an app."""
        self.apps[client_id] = App(
            client_id,
            OBJECT_ID,
            "LibApps Outlook sync",
            credentials,
            tuple(redirect_uris),
            disabled,
        )

    @property
    def credentials(self) -> tuple[Credential, ...]:
        """The credentials of the app `CLIENT_ID`."""
        app = self.apps[CLIENT_ID]
        assert app is not None
        return app.credentials

    def add(self, credential: Credential) -> None:
        """Add a credential to the app `CLIENT_ID`."""
        self.put(credential, *self.credentials)

    def drop(self, key_id: str) -> None:
        """Delete a credential of the app `CLIENT_ID`."""
        self.put(*(c for c in self.credentials if c.key_id != key_id))

    def read(self, queries: Sequence[AppQuery], *, seconds: float) -> DirectoryReading:
        """Return the apps, and an error for each broken one."""
        assert seconds > 0
        ids = [query.client_id for query in queries]
        apps = {each: self.apps.get(each) for each in ids if each not in self.broken}
        failures = {each: DirectoryError(self.broken[each]) for each in ids if each in self.broken}
        return DirectoryReading(apps, failures, requests=len(queries))


@dataclass
class InMemoryUsageReport:
    """A `UsageReport` with settable rows: the last sign-in (UTC) by key id."""

    seen: dict[str, datetime] = field(default_factory=dict)
    broken: str = ""
    """The error that every read raises, if any."""

    def last_seen(self, client_ids: Sequence[str], *, seconds: float) -> Mapping[str, datetime]:
        """Return the rows. Raise `DirectoryError` if the report is broken."""
        assert client_ids
        assert seconds > 0
        if self.broken:
            raise DirectoryError(self.broken)
        return self.seen
