"""The clock."""

from collections.abc import Callable
from datetime import datetime

type Clock = Callable[[], datetime]
"""Returns the current time, aware, in UTC."""
