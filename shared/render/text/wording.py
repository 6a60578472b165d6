"""The words for an item, by its kind. A new kind needs a class of words and a case here."""

from shared.core.model.inventory import InventoryView
from shared.core.model.views import (
    AppView,
    LeftoverView,
    RemovedView,
    ServiceView,
    UnclaimedView,
    View,
    WatcherView,
)
from shared.render.text.app import AppWords, FailureWords
from shared.render.text.inventory import InventoryWords
from shared.render.text.leftover import LeftoverWords
from shared.render.text.removed import RemovedWords
from shared.render.text.service.words import PipelineWords, ServiceWords
from shared.render.text.unclaimed import UnclaimedWords
from shared.render.text.watcher import WatcherWords
from shared.render.text.words import Words


def words_for(view: View) -> Words:  # noqa: PLR0911  (one for each kind)
    """Return the sentences about an item."""
    match view:
        case ServiceView() if view.service.by_pipeline:
            return PipelineWords(view)
        case ServiceView():
            return ServiceWords(view)
        case UnclaimedView():
            return UnclaimedWords(view)
        case AppView(aspect="failure"):
            return FailureWords(view)
        case AppView():
            return AppWords(view)
        case LeftoverView():
            return LeftoverWords(view)
        case RemovedView():
            return RemovedWords(view)
        case WatcherView():
            return WatcherWords(view)
        case InventoryView():
            return InventoryWords(view)
