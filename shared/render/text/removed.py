"""All sentences about a service or a channel that is no longer on the watchlist."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import override

from shared.core.model.views import RemovedView
from shared.core.model.vocabulary import Reason
from shared.render.text.dates import Moment
from shared.render.text.escape import clean
from shared.render.text.words import Words

CHANNEL = "channel:"
"""How the item of a channel begins."""


@dataclass(frozen=True)
class RemovedWords(Words):
    """The sentences about a service or a channel that was removed."""

    view: RemovedView

    @override
    def summary(self, at: Moment) -> str:
        if self._is_channel:
            channel = clean(self.view.item.removeprefix(CHANNEL))
            return f"Channel “{channel}” is no longer on the watchlist"
        return f"“{clean(self.view.item)}” is no longer watched"

    @override
    def explanation(self, reason: Reason, at: Moment, *, page: bool) -> Iterator[str]:
        if self._is_channel:
            yield "It gets no more messages."
        else:
            yield (
                "It was removed from the watchlist, "
                "so nobody is notified when its credential expires."
            )

    @property
    def _is_channel(self) -> bool:
        return self.view.item.startswith(CHANNEL)
