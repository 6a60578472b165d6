"""The form that assigns an unassigned credential to services (route `claim`)."""

from typing import NamedTuple

from shared.core.model.views import UnclaimedView
from shared.render.page.shown_fields import ShownFields, shown_fields
from shared.render.text.escape import clean


class ClaimForm(NamedTuple):
    """The credential, and the services that it can be assigned to."""

    shown: ShownFields
    services: list[tuple[str, str]]
    """Id and name of each service, the likely ones first."""


def claim_form(view: UnclaimedView) -> ClaimForm:
    """Return the form for an unassigned credential."""
    likely = (*view.wanted_by, *view.rivals)
    ordered = sorted(view.watched.services, key=lambda service: service not in likely)
    services = [(service.id, clean(service.name)) for service in ordered]
    return ClaimForm(shown_fields(view.credential), services)
