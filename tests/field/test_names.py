"""Names and hints as tools write them, in cards and mails, and where people read them."""

import csv
import io
from base64 import b64encode
from collections.abc import Callable

import pytest

from local.stand_in.entra import utf16_identifier
from tests.field.apps import FAR, LIBCAL, LIBSTAFFER, SOON, app, libapps, secret
from tests.field.harness import Expected, Field, Situation
from tests.support.environment import WHOLE_TENANT

ONE_CHECK = ("2027-05-19",)


def utf_8(name: str) -> str:
    """Encode a name as Azure PowerShell does."""
    return b64encode(name.encode()).decode()


def utf_16_be(name: str) -> str:
    """Encode a name in UTF-16 with its most significant bytes first."""
    return b64encode(name.encode("utf-16-be")).decode()


MARK = "\ufeff"
ENCODINGS: dict[str, Callable[[str], str]] = {
    "UTF-8": utf_8,
    "UTF-8 with a byte order mark": lambda name: utf_8(MARK + name),
    "UTF-16": utf16_identifier,
    "UTF-16 with a byte order mark": lambda name: utf16_identifier(MARK + name),
    "UTF-16BE with a byte order mark": lambda name: utf_16_be(MARK + name),
}
NAMES = {
    "LibCal 2027": "VSTS",
    "LibCal Łódź": "Straße 7",
    "LibCal 図書館": "図書館システム",
}
"""The name of LibCal's secret, and that of an unclaimed one."""


# without a mark, letters of several alphabets in UTF-16 are not notified from random bytes
READ = [
    (name, encoding)
    for name in NAMES
    for encoding in ENCODINGS
    if encoding != "UTF-16" or name == "LibCal 2027"
] + [("LibCal “Łódź” 図書館 🔑", "UTF-8")]


@pytest.mark.parametrize(("name", "encoding"), READ)
def test_a_name_in_the_identifier_is_read(field: Field, name: str, encoding: str) -> None:
    identifier = ENCODINGS[encoding]
    claimed = secret(None, SOON, custom_key_identifier=identifier(name))
    other = NAMES.get(name, "VSTS")
    unclaimed = secret(None, SOON, custom_key_identifier=identifier(other))
    row = Situation(
        [libapps(claimed, unclaimed, LIBSTAFFER)],
        Expected(
            notified=[("its", "libcal"), ("its", other)],
            named=[name, other],
            not_named=["卖協", MARK, "\\ufeff"],
            in_use={"libcal": claimed.key_id},
            readable={"csv": [name, other], "page": [name, other]},
        ),
        checks=ONE_CHECK,
    )
    field.play(row).shows(row.expect)


COMPUTED = ("1E5", "1e5", "007", "1/2", "3-4", "1:2", "0.0", "Jan 1", "12-2027", "2E-9")
"""Excel shows a number, a time or a date instead."""


@pytest.mark.parametrize("text", COMPUTED)
def test_no_cell_is_what_excel_computes(field: Field, text: str) -> None:
    apps = [
        libapps(LIBCAL, secret("LibStaffer 2027", SOON, hint=text), secret(text, FAR, hint="1x")),
        app(text, secret("key", SOON)),
    ]
    row = Situation(apps, Expected(notified=[("its", "libcal")]), ONE_CHECK, tenant=WHOLE_TENANT)
    story = field.play(row)
    story.shows(row.expect)
    table = csv.reader(io.StringIO(story.read["csv"].removeprefix("\ufeff")), strict=True)
    cells = [cell for line in table for cell in line]
    assert [cell for cell in cells if cell == text] == []
    assert len([cell for cell in cells if text in cell]) >= 3
