"""Dates that some tools write: one odd credential never stops the check, nor any reader."""

import pytest

from local.azurite import Azurite
from tests.field.apps import LIBCAL_FAR, SOON, app, certificate, libapps, secret
from tests.field.harness import Apps, Expected, Field, Situation
from tests.support.environment import WHOLE_TENANT

ONE, LAST = "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z"
SPANS: dict[str, tuple[str, str | None]] = {
    "ends in year 1": ("2019-07-17T17:21:08Z", ONE),
    "ends on the second day": (ONE, "0001-01-02T00:00:00Z"),
    "ends in 1601": (ONE, "1601-01-01T00:00:00Z"),
    "ends in 1899": ("1601-01-01T00:00:00Z", "1899-12-30T00:00:00Z"),
    "lasts for ever": (ONE, LAST),
    "ends in 9999": ("2025-01-10T09:15:30Z", LAST),
    "starts in 9999": ("9999-12-31T00:00:00Z", LAST),
    "starts in 9998": ("9998-12-31T00:00:00Z", "9999-01-01T00:00:00Z"),
    "ends before it starts": (LAST, ONE),
    "starts in 9999, without an end": ("9999-12-31T00:00:00Z", None),
}
"""Start and end of the odd credential."""
ZONES = ("America/Chicago", "UTC", "Europe/Berlin", "Pacific/Kiritimati", "Pacific/Pago_Pago")
LIBSTAFFER = secret("LibStaffer 2025", SOON)


def holding(starts: str, ends: str | None) -> dict[str, Apps]:
    """Return what Graph holds, by where the odd credential is."""
    odd, key = secret(None, ends, starts=starts), certificate("CN=odd", ends, starts=starts)
    libcal = secret("LibCal odd", ends, starts=starts)
    return {
        "unclaimed": [libapps(LIBCAL_FAR, LIBSTAFFER, odd)],
        "an unclaimed certificate": [libapps(LIBCAL_FAR, LIBSTAFFER, key)],
        "another one of LibCal": [libapps(LIBCAL_FAR, LIBSTAFFER, libcal)],
        "the only one of LibCal": [libapps(libcal, LIBSTAFFER)],
        "on another app": [libapps(LIBCAL_FAR, LIBSTAFFER), app("Odd", odd, key), PAYROLL],
    }


PAYROLL = app("Payroll", secret("pay", SOON))
PLACES = tuple(holding(ONE, LAST))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("span", SPANS)
def test_its_neighbours_are_told(field: Field, azurite: Azurite, span: str, place: str) -> None:
    zone = ZONES[(list(SPANS).index(span) + PLACES.index(place)) % len(ZONES)]
    notified = [("its", "libstaffer"), ("staff", "libstaffer"), ("its", "Payroll")]
    whole = place == "on another app"
    row = Situation(
        holding(*SPANS[span])[place],
        Expected(notified=notified if whole else notified[:2]),
        tenant=WHOLE_TENANT if whole else "",
        zone=zone,
    )
    field.play(row, azurite.tables).shows(row.expect)
