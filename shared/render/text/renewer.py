"""What people call those who create the credentials of a service."""

from shared.core.model.watchlist import Service
from shared.render.text.escape import clean
from shared.render.text.naming import listed, party


def whom_to_ask(service: Service) -> str:
    """Return the label of the renewer, else the address for requests, else the role."""
    return (
        renewer_label(service)
        or clean(service.request_to)
        or f"the {party('renewer', service.renewers)}"
    )


def renewer_label(service: Service) -> str:
    """Return the labels of the renewer's channels; empty without one, or if they also install."""
    known = set(service.labels.values())
    return listed([clean(each) for each in service.renewers if each in known])
