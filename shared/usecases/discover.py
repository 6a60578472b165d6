"""Reading an app for which there is no watchlist yet, to suggest one that `watchlist.parse` takes as it is."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import count

from shared.config.problems import Wrong
from shared.config.values import url
from shared.config.watchlist_rules import slug
from shared.core.judge.suggest import Guess, Suggested, Suggestion, guess, literal
from shared.core.model.directory import App
from shared.core.model.watchlist import Claim
from shared.ports.directory import AppQuery, Directory
from shared.ports.errors import DirectoryError
from shared.render.text.escape import clean
from shared.render.text.naming import noun

READ_WITHIN = 60.0
"""Seconds."""


def discover(directory: Directory, client_id: str, now: datetime) -> Suggestion:
    """Read the app `client_id` (lower case), and suggest what a watchlist could say about it.

    Raises `DirectoryError` if it cannot be read, or if the tenant has no such app.
    """
    reading = directory.read([AppQuery(client_id)], seconds=READ_WITHIN)
    if client_id in reading.failures:
        raise reading.failures[client_id]
    app = reading.apps[client_id]
    if app is None:
        raise DirectoryError(
            f"There is no app registration with the client id {client_id} in this tenant. Copy its “Application (client) ID” from Entra, "
            "and see that you are signed in to the tenant that it is in.",
            transient=False,
        )
    return suggestion(app, now)


def suggestion(app: App, now: datetime) -> Suggestion:
    """Suggest what a watchlist could say about `app` at `now`."""
    guesses = guess(app.credentials, now)
    good = tuple(uri for uri in dict.fromkeys(app.redirect_uris) if _is_watchable(uri))
    return Suggestion(
        app=app,
        services=tuple(_named(guesses.services or [_nothing_yet(app)])),
        redirect_uris=good,
        other_redirect_uris=tuple(
            uri for uri in dict.fromkeys(app.redirect_uris) if uri not in good
        ),
        left_out=guesses.left_out,
    )


def _nothing_yet(app: App) -> Guess:
    """Stand in for the services of an app with no credential to guess from."""
    name = clean(app.name) or "Service"
    return Guess(name, Claim("name", f"{literal(name)}*"), ())


def _named(guesses: Iterable[Guess]) -> Iterator[Suggested]:
    """Give every service a name, and an id of its own where its name does not make one."""
    taken: set[str] = set()
    for each in guesses:
        newest = each.found[0] if each.found else None
        name = (
            clean(each.name)
            or f"Unnamed {noun(newest)} {clean(newest.hint, 10) if newest is not None else ''}".strip()
        )
        plain = slug(name)
        ids = (
            (plain, *())
            if plain and plain not in taken
            else (f"{plain or 'service'}-{number}" for number in count(2))
        )
        own = next(candidate for candidate in ids if candidate not in taken)
        taken.add(own)
        yield Suggested(own if own != plain else "", name, each.claim, each.found)


def _is_watchable(uri: str) -> bool:
    try:
        return url(uri) == uri
    except Wrong:
        return False
