"""Whether a watched app exists, can be signed in to, and has its redirect URIs."""

from collections.abc import Iterator

from shared.core.model.context import AppSnapshot
from shared.core.model.views import AppView
from shared.core.model.vocabulary import Severity, Standing
from shared.core.model.watchlist import WatchedApp


def app_views(watched: WatchedApp, snapshot: AppSnapshot) -> Iterator[AppView]:
    """Yield the items of an app: the app itself, and its redirect URIs if it is usable."""
    app = snapshot.record
    problems = (app.disabled,) if app.disabled else ()
    if not app.found:
        problems = ("it cannot be found in the tenant",)
    yield AppView(
        watched=watched,
        app=app,
        aspect="app",
        standing=Standing.APP_PROBLEM if problems else Standing.HEALTHY,
        severity=Severity.CRITICAL if problems else Severity.OK,
        problems=problems,
        situation="|".join(problems),  # stored, so the text of a problem must never change
    )
    if app.usable:
        missing = app.missing_redirect_uris
        yield AppView(
            watched=watched,
            app=app,
            aspect="redirect_uris",
            standing=Standing.APP_PROBLEM if missing else Standing.HEALTHY,
            severity=Severity.WARNING if missing else Severity.OK,
            problems=tuple(f"the redirect URI {uri} is missing" for uri in missing),
            situation="|".join(missing),
        )
