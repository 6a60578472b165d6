from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.model.name_pattern import matches_name
from shared.core.model.views import ServiceView
from shared.core.model.watchlist import Claim, Runbook
from shared.render.text.runbooks import filled
from shared.render.text.suggested_name import suggested_name
from tests.support.notices import (
    CLIENT_ID,
    LIBCAL,
    NOW,
    ZONE,
    service_view,
)


def with_sections(view: ServiceView | None = None, /, **sections: str) -> ServiceView:
    view = view or service_view()
    return replace(view, service=replace(view.service, runbook=Runbook("a.md", sections)))


def fill(text: str, view: ServiceView | None = None) -> str:
    return filled(with_sections(view, Create=text), "Create", now=NOW, zone=ZONE)


def named_by(pattern: str, now: datetime = NOW) -> str:
    view = service_view(service=replace(LIBCAL, claim=Claim("name", pattern)))
    return filled(with_sections(view, Create="{{suggested_name}}"), "Create", now=now, zone=ZONE)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("LibCal*", "LibCal 2028"),
        ("LibCal *", "LibCal 2028"),
        ("LibCal-*", "LibCal-2028"),
        ("LibCal 20*", "LibCal 2028"),
        ("LibCal 20??", "LibCal 20??"),
        ("[TEST] *", "\\[TEST\\] 2028"),
        ("*LibCal*", "LibCal 2028"),
        ("libcal-*-prod", "libcal-2028-prod"),
        ("LibCal *sync", "LibCal 2028 sync"),
        ("LibCal (*)", "LibCal (2028)"),
        ("LibCal sync", "LibCal sync"),
    ],
)
def test_suggested_name_matches_the_claim(pattern: str, name: str) -> None:
    assert named_by(pattern) == name


@given(
    st.text(alphabet="aB208*?[]!-", min_size=1, max_size=12).filter(
        lambda pattern: len(pattern.strip("*"))
    )
)
def test_suggested_name_matches_any_claim(pattern: str) -> None:
    view = service_view(service=replace(LIBCAL, claim=Claim("name", pattern)))
    assert matches_name(pattern, suggested_name(view.service, now=NOW, zone=ZONE))


def test_suggested_year_is_the_year_of_expiry() -> None:
    assert named_by("LibCal*", datetime(2027, 1, 1, 5, 59, tzinfo=UTC)) == "LibCal 2028"
    assert named_by("LibCal*", datetime(2027, 1, 5, 6, 0, tzinfo=UTC)) == "LibCal 2029"


@pytest.mark.parametrize("claim", [Claim("hint", "q7X"), Claim("key_id", CLIENT_ID)])
def test_suggested_name_without_a_name_pattern(claim: Claim) -> None:
    assert (
        fill("{{suggested_name}}", service_view(service=replace(LIBCAL, claim=claim)))
        == "LibCal 2028"
    )
