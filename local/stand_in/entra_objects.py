"""Lookup of new objects with a delay, and pages of collections.

A new object that can be read already may still be unknown where another object refers to it.
"""

import re
from collections.abc import Callable
from typing import Any

from werkzeug import Request, Response

from local.stand_in.graph_errors import bad_request, not_found
from local.stand_in.graph_http import success

type Json = dict[str, Any]
type Among = dict[str, Json]


class Objects:
    """Finds objects. The first `lag` reads of a new one fail, and the first `lag` references to it.

    A page has `page_size` objects.
    """

    def __init__(self, root: Callable[[], str]) -> None:
        """Create it without lag; `root` is Graph's URL."""
        self.lag = 0
        self.page_size = 100
        self._root = root
        self._unseen: dict[tuple[str, bool], int] = {}

    def made(self, object_id: str) -> str:
        """Register a new object. Return its id."""
        for referred in (False, True):
            self._unseen[object_id, referred] = self.lag
        return object_id

    def is_seen(self, object_id: str, *, referred: bool = False) -> bool:
        """Return whether this request finds the object, as a read or as a reference."""
        left = self._unseen.get((object_id, referred), 0)
        self._unseen[object_id, referred] = max(0, left - 1)
        return not left

    def get(self, among: Among, object_id: str) -> Json:
        """Return an object by its id. Raise `GraphError`."""
        if object_id not in among or not self.is_seen(object_id):
            raise not_found(object_id)
        return among[object_id]

    def by(self, among: Among, key: str, value: str) -> Json:
        """Return the object with this key. Raise `GraphError`."""
        found = next((one for one in among.values() if one.get(key) == value), None)
        if found is None or not self.is_seen(found["id"]):
            raise not_found(value)
        return found

    def page(self, found: list[Json], request: Request) -> Response:
        """Return one page of a collection, with the link to the next one."""
        start = int(request.args.get("$skiptoken", "0"))
        document: Json = {"value": found[start : start + self.page_size]}
        if start + self.page_size < len(found):
            bare = re.sub(r"[?&]\$skiptoken=\d+", "", request.full_path.rstrip("?"))
            separator = "&" if "?" in bare else "?"
            document["@odata.nextLink"] = (
                f"{self._root()}{bare}{separator}$skiptoken={start + self.page_size}"
            )
        return success(document, request)


def created(document: Json, request: Request) -> Response:
    """Return a 201 with the new object."""
    response = success(document, request)
    response.status_code = 201
    return response


def body(request: Request) -> Json:
    """Return the JSON object in a request. Raise `GraphError`."""
    document = request.get_json(silent=True)
    if not isinstance(document, dict):
        raise bad_request("Unable to read JSON request payload.", "BadRequest")
    return document
