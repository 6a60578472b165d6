"""The status as a file for a spreadsheet: with a function key, or for people who are signed in."""

from shared.render.feeds.spreadsheet import status_csv
from shared.usecases.check import Watch
from shared.web.response import HttpResponse, feed


def spreadsheet(watch: Watch) -> HttpResponse:
    """Return the file."""
    table = watch.shown_status(lambda found, at: status_csv(found, at.watchlist))
    return feed(table, "text/csv", "lapsewatch.csv")
