"""The rows of a service: what breaks, which credential it uses, its new one, its app."""

from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss, Standing
from shared.render.text.dates import Moment
from shared.render.text.escape import MAX_WATCHLIST_TEXT_CHARS, clean
from shared.render.text.naming import app_label, capital, described, relative_age


def facts(view: ServiceView, at: Moment) -> list[tuple[str, str]]:
    """Return what people look up about a service, as pairs of a label and a text."""
    rows = []
    if view.standing != Standing.HEALTHY:
        rows.append(("What breaks", clean(view.service.breaks, MAX_WATCHLIST_TEXT_CHARS)))
    if view.in_use is not None:
        rows.append((_label(view), capital(described(view.in_use, *at))))
    if view.replacement is not None:
        label = relative_age(view.replacement, view.in_use).capitalize() if view.stopgap else "New"
        rows.append((label, capital(described(view.replacement, *at))))
    return [*rows, ("App", app_label(view.app))]


def _label(view: ServiceView) -> str:
    match view.loss:
        case Loss.DELETED:
            return "Deleted"
        case Loss.EXPIRED:
            return "Expired" if view.stopgap else "Old"
        case Loss.NONE:
            return "In use?" if view.assumed else "In use"
