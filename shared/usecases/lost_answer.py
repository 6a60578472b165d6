"""Look up a secret that Entra was asked to create, after its answer was lost."""

from datetime import datetime, timedelta

from shared.core.model.directory import Credential, Kind
from shared.core.model.watchlist import WatchedApp
from shared.usecases.check import Watch
from shared.usecases.second_read import queries

LOOK_FOR = timedelta(minutes=1)
"""Graph shows a new secret after 10 to 15 seconds, sometimes later."""
LOOK_EVERY = 5.0


def find_created(watch: Watch, app: WatchedApp, name: str, ends: datetime) -> Credential | None:
    """Return the secret with this name and end, or `None` if a minute of reads does not show it."""
    until = watch.clock() + LOOK_FOR
    while True:
        left = (until - watch.clock()).total_seconds()
        reading = watch.directory.read(queries([app]), seconds=max(left, LOOK_EVERY))
        there = reading.apps.get(app.client_id)
        for each in there.credentials if there is not None else ():
            if is_the_one(each, name, ends):
                return each
        if watch.clock() + timedelta(seconds=LOOK_EVERY) > until:
            return None
        watch.pause(LOOK_EVERY)


def is_the_one(credential: Credential, name: str, ends: datetime) -> bool:
    """Return whether a credential is a secret of this name that ends in this second."""
    if credential.kind != Kind.SECRET or credential.ends is None:
        return False
    return credential.name == name and credential.ends.replace(microsecond=0) == ends
