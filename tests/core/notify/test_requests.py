"""Which services share a request for new credentials."""

from dataclasses import replace

import pytest

from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss, Standing
from shared.core.model.watchlist import Runbook, Service
from shared.core.notify.requests import request_of, requests
from tests.support.notices import APP, LIBCAL, NEW, credential, service_view

SHARED = Runbook("runbooks/x.md", {"Request": "Please: {{ new_secrets }}"})
ALONE = Runbook("runbooks/y.md", {"Request": "Please: {{suggested_name}}"})
CAL = replace(LIBCAL, runbook=SHARED)


def named(name: str, **changes: object) -> Service:
    """Return a service like LibCal, with another name."""
    return replace(CAL, id=name.lower(), name=name, **changes)  # type: ignore[arg-type]  # fields of the dataclass


def due(service: Service, ends: int = 21, **more: object) -> ServiceView:
    """Return a service whose secret expires in `ends` days."""
    return service_view(in_use=credential(service.name, ends), service=service, **more)  # type: ignore[arg-type]  # fields of the view


def well(service: Service, ends: int, **more: object) -> ServiceView:
    """Return a service that is safe for `ends` days, and so not yet in its ladder."""
    return replace(due(service, ends), standing=Standing.HEALTHY, **more)  # type: ignore[arg-type]  # fields of the view


STAFF = named("LibStaffer")
EXPIRED = replace(due(STAFF, -3), standing=Standing.EXPIRED, loss=Loss.EXPIRED)
DELETED = replace(due(STAFF, 300), standing=Standing.MISSING, loss=Loss.DELETED)
NEVER_SEEN = replace(DELETED, in_use=None, in_use_record=None, days_left=None, loss=Loss.NONE)
OTHER_APP = replace(APP, client_id="00000000-0000-4000-8000-0000000000aa")


def asked(*views: ServiceView) -> list[str]:
    """Return the services of each request, as a line each."""
    return [" ".join(view.service.name for view in each.services) for each in requests(views)]


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (due(STAFF, 30), ["LibCal LibStaffer"]),
        (due(STAFF, 5), ["LibStaffer LibCal"]),
        (EXPIRED, ["LibStaffer LibCal"]),
        (DELETED, ["LibStaffer LibCal"]),
        (NEVER_SEEN, ["LibStaffer LibCal"]),
        (due(replace(STAFF, runbook=None), 30), ["LibCal LibStaffer"]),
        (due(replace(STAFF, installer=("staff-admins",)), 30), ["LibCal LibStaffer"]),
        (due(replace(STAFF, runbook=ALONE), 30), ["LibCal", "LibStaffer"]),
        (due(replace(STAFF, renewer=("others",)), 30), ["LibCal", "LibStaffer"]),
        (due(replace(STAFF, request_to="x@example.org"), 30), ["LibCal", "LibStaffer"]),
        (due(replace(STAFF, request_to=""), 30), ["LibCal", "LibStaffer"]),
        (due(STAFF, 30, app=OTHER_APP), ["LibCal", "LibStaffer"]),
        (due(replace(STAFF, installed_by="pipeline"), 30), ["LibCal"]),
        (due(STAFF, 30, app=replace(APP, found=False)), ["LibCal"]),
        (due(STAFF, 30, replacement=NEW, upcoming=True), ["LibCal"]),
        (due(STAFF, 30, replacement=NEW, standing=Standing.AWAITING_INSTALL), ["LibCal"]),
        (well(STAFF, 150), ["LibCal LibStaffer"]),
        (well(STAFF, 151), ["LibCal"]),
        (well(replace(STAFF, ladder=(30, 7)), 90), ["LibCal LibStaffer"]),
        (well(replace(STAFF, ladder=(30, 7)), 91), ["LibCal"]),
        (well(replace(STAFF, runbook=ALONE), 100), ["LibCal"]),
        (well(replace(STAFF, renewer=("others",)), 100), ["LibCal"]),
        (well(replace(STAFF, installed_by="pipeline"), 100), ["LibCal"]),
        (well(STAFF, 100, app=replace(APP, found=False)), ["LibCal"]),
        (well(STAFF, 100, in_use=credential(ends=None), days_left=None), ["LibCal"]),
    ],
)
def test_libcal_is_due_and_libstaffer_is(second: ServiceView, expected: list[str]) -> None:
    assert asked(due(CAL), second) == expected
    assert asked(second, due(CAL)) == expected


def test_nothing_is_asked_for_while_no_service_is_due() -> None:
    assert requests([well(CAL, 100), well(STAFF, 95)]) == ()


def test_request_of_a_service_is_the_shared_one() -> None:
    made = requests([well(named("LibWizard"), 100), due(CAL), due(STAFF, 30)])
    assert [len(each.due) for each in made] == [2]
    for name in ("libcal", "libstaffer", "libwizard"):
        assert request_of(name, made) is made[0]
    assert request_of("another", made) is None
