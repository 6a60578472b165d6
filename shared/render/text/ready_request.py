"""The ready mail with which an installer asks for new secrets."""

from typing import NamedTuple

from shared.render.text.mailto import Mailto


def anchor(service_id: str) -> str:
    """Return the part of the page's address behind `#` that opens the request of a service."""
    return f"{service_id}-request"


class NewSecret(NamedTuple):
    """What a request asks for, for one service."""

    service_id: str
    service: str
    name: str
    """The exact name that it is to get."""


class ReadyRequest(NamedTuple):
    """The mail, ready to send, in plain text: not escaped for any medium."""

    services: tuple[str, ...]
    """The ids of the services that it asks for."""
    names: str
    """Their names, as a phrase."""
    to: str
    """Empty if the watchlist does not name an address."""
    subject: str
    text: str
    link: Mailto | None
    whom: str = ""
    """Who gets it, as people call them; else the address."""
    new: tuple[NewSecret, ...] = ()
    task: str = ""
    """What an installer does with it; empty if each of its services says that."""
    note: str = ""
    """For the reader only: which of several services somebody has snoozed."""

    @property
    def heading(self) -> str:
        """Its heading: "The request, ready to send"; with its services if there are several."""
        of = f" for {self.names}" if len(self.services) > 1 else ""
        return f"The request{of}, ready to send"

    @property
    def above(self) -> str:
        """The sentence at a service whose request stands further up."""
        joint = len(self.services) > 1
        return "It is part of the request above." if joint else "The request is above."
