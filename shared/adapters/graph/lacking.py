"""Read without a property that a Graph does not have.

Microsoft's clouds get new properties at different times. For one unknown name in `$select`, Graph
refuses the whole read, and it names only the first one.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from http import HTTPStatus

from kiota_abstractions.request_information import RequestInformation

from shared.adapters.graph.response import GraphResponse, graph_error
from shared.adapters.graph.selection import REQUIRED

_SELECT = "%24select"
_SELECT_OF_LINK = re.compile(r"(?<=[?&])((?:\$|%24)select=)([^&#]*)", re.IGNORECASE)
_COMMA = re.compile(r",|%2C", re.IGNORECASE)
_QUOTED = re.compile(r"['\"](\w+)['\"]")


class Lacking:
    """The properties that Graph turned out not to have, in one run."""

    def __init__(self) -> None:
        """Assume that Graph has every property."""
        self._by_kind: defaultdict[str, set[str]] = defaultdict(set)

    @property
    def names(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(sorted(set[str]().union(*self._by_kind.values())))

    def leave_out(self, request: RequestInformation) -> None:
        """Remove from a request's `$select` what is known to be lacking."""
        lacking = self._by_kind[str(request.url_template)]
        selected = _selected(request)
        kept = [name for name in selected if name not in lacking]
        if len(kept) == len(selected):
            return
        if link := _link(request):
            names = ",".join(kept)
            link = _SELECT_OF_LINK.sub(lambda found: f"{found[1]}{names}", link)
            request.path_parameters[RequestInformation.RAW_URL_KEY] = link
        else:
            request.query_parameters[_SELECT] = kept

    def learn(self, request: RequestInformation, response: GraphResponse) -> bool:
        """Return whether to repeat a request, without a property that the response refuses."""
        if response.status != HTTPStatus.BAD_REQUEST:
            return False
        quoted = _QUOTED.findall(graph_error(response).message or "")
        optional = set(_selected(request)) - REQUIRED
        name = next((name for name in quoted if name in optional), None)
        if name is None:
            return False
        self._by_kind[str(request.url_template)].add(name)
        return True


def _link(request: RequestInformation) -> str:
    """Return the link of a further page; empty for a request of our own."""
    return str(request.path_parameters.get(RequestInformation.RAW_URL_KEY) or "")


def _selected(request: RequestInformation) -> Sequence[str]:
    if link := _link(request):
        found = _SELECT_OF_LINK.search(link)
        return _COMMA.split(found[2]) if found else []
    selected: Sequence[str] = request.query_parameters.get(_SELECT) or []
    return selected
