"""What a form of the status page did."""

from typing import NamedTuple


class Done(NamedTuple):
    """What a form did: the name of its notice, and the service id; empty if it is about none."""

    notice: str
    service: str = ""
