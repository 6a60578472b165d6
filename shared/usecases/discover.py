"""Read an app that is on no watchlist yet, and suggest a valid watchlist."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import count

from shared.config.problems import InvalidValue
from shared.config.urls import url
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
    """Read the app `client_id` (lower case), and suggest what a watchlist could contain.

    Raises `DirectoryError` if it cannot be read, or if the tenant has no app with this id.
    """
    reading = directory.read([AppQuery(client_id)], seconds=READ_WITHIN)
    if client_id in reading.failures:
        raise reading.failures[client_id]
    app = reading.apps[client_id]
    if app is None:
        raise DirectoryError(
            f"This tenant has no app registration with the client id {client_id}. "
            "Copy its “Application (client) ID” from Entra, "
            "and check that you are signed in to the app's tenant.",
            transient=False,
        )
    return suggestion(app, now)


def suggestion(app: App, now: datetime) -> Suggestion:
    """Suggest what a watchlist could contain about `app` at `now`."""
    guesses = guess(app.credentials, now)
    uris = tuple(dict.fromkeys(app.redirect_uris))
    return Suggestion(
        app=app,
        services=tuple(_named(guesses.services or [_placeholder(app)])),
        redirect_uris=tuple(uri for uri in uris if _is_watchable(uri)),
        other_redirect_uris=tuple(uri for uri in uris if not _is_watchable(uri)),
        left_out=guesses.left_out,
    )


def _placeholder(app: App) -> Guess:
    """Return a service for an app that has no credential to guess from."""
    name = clean(app.name) or "Service"
    return Guess(name, Claim("name", f"{literal(name)}*"), ())


def _named(guesses: Iterable[Guess]) -> Iterator[Suggested]:
    """Yield each guess with a name, and with an id if the name does not make a unique one."""
    taken: set[str] = set()
    for each in guesses:
        name = clean(each.name) or _unnamed(each)
        plain = slug(name)
        unique = _unique(plain, taken)
        taken.add(unique)
        yield Suggested("" if unique == plain else unique, name, each.claim, each.found)


def _unnamed(guess: Guess) -> str:
    newest = guess.found[0] if guess.found else None
    hint = clean(newest.hint, 10) if newest is not None else ""
    return f"Unnamed {noun(newest)} {hint}".strip()


def _unique(plain: str, taken: set[str]) -> str:
    if plain and plain not in taken:
        return plain
    numbered = (f"{plain or 'service'}-{number}" for number in count(2))
    return next(candidate for candidate in numbered if candidate not in taken)


def _is_watchable(uri: str) -> bool:
    try:
        return url(uri) == uri
    except InvalidValue:
        return False
