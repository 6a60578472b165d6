"""The events of the table: each runs hosts of its own and returns facts for its rows."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.conformance.life import Life

EVENTS: Mapping[str, Callable[[Life, Mapping[str, Any]], Mapping[str, object]]] = {}
