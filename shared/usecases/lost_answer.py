"""Look up a secret that `renew` asked Entra for, after the answer was lost."""

from contextlib import suppress
from datetime import timedelta

from shared.core.judge.new_secrets import is_the_new
from shared.core.model.directory import Credential
from shared.core.model.hand_over import HandOver
from shared.ports.errors import DirectoryError
from shared.usecases.program import Program
from shared.usecases.second_read import queries

LOOK_FOR = timedelta(minutes=1)
"""Graph shows a new secret after 10 to 15 seconds, sometimes later."""
LOOK_EVERY = 5.0


def find_created(watch: Program, record: HandOver) -> Credential | None:
    """Return the secret of a renewal, or `None` if a minute of reads does not show it."""
    until = watch.clock() + LOOK_FOR
    while True:
        left = (until - watch.clock()).total_seconds()
        with suppress(DirectoryError):
            if found := created(watch, record, seconds=max(left, LOOK_EVERY)):
                return found
        if watch.clock() + timedelta(seconds=LOOK_EVERY) > until:
            return None
        watch.pause(LOOK_EVERY)


def created(watch: Program, record: HandOver, *, seconds: float) -> Credential | None:
    """Return the secret of a renewal, by its exact name and end; `None` if it is not there.

    Raises:
        DirectoryError: The app cannot be read, so it is not known.
    """
    app = watch.watchlist.app_of(record.service)
    if app is None:
        raise DirectoryError(
            f"{record.service} is not on the watchlist, so its app cannot be looked up."
        )
    reading = watch.directory.read(queries([app]), seconds=seconds)
    if app.client_id in reading.failures:
        raise reading.failures[app.client_id]
    found = reading.apps[app.client_id]
    present = found.credentials if found is not None else ()
    return next((each for each in present if is_the_new(each, record)), None)
