"""The headline of the page, and what it says when the data cannot be trusted."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.core.model.check_record import LastChecks, Outcome
from shared.core.model.memory import Memory
from shared.core.model.views import View
from shared.core.model.vocabulary import Loss, Standing
from shared.render.page.page import PageData, page
from shared.render.text.headlines import summary
from tests.render.page.page_cases import ENDED, GOOD, SAFE, STAFFER, WAITING, single
from tests.render.page.parsed_page import ParsedPage, headline, parsed
from tests.support.notices import (
    APP,
    LIBSTAFFER,
    NOW,
    ZONE,
    app_view,
    at,
    credential,
    service_view,
    unclaimed,
    unmatched,
)

PARTIAL = replace(GOOD, outcome=Outcome.PARTIAL, error="its: the Teams webhook answered 404.")
FAILED = LastChecks(NOW, NOW - timedelta(hours=20), NOW, Outcome.FAILED, "No token could be had.")
STALE = LastChecks(NOW, NOW - timedelta(days=3), NOW - timedelta(days=3), Outcome.OK)
MISSING = service_view(Standing.MISSING, over=Loss.DELETED)
STAFFER_ENDED = replace(ENDED, service=LIBSTAFFER)
NO_REDIRECT_URI = app_view("the redirect URI x is missing", aspect="redirect_uris")
DISABLED_APP = app_view("it is disabled")
IN_DISABLED_APP = replace(SAFE, app=replace(APP, disabled="it is disabled"))
TWO_DAYS_OLD = Memory(apps={"libcal": replace(APP, read_at=at(-2))})
DUE, ENDED_WORDS = "Due soon.", "Probably not working."


def text_of(view: View) -> str:
    return f"{summary(view, now=NOW, zone=ZONE)}."


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (single(SAFE), f"Yes. {text_of(SAFE)}"),
        (
            single(SAFE, STAFFER),
            (
                "Yes. LibCal and LibStaffer are safe; "
                "LibStaffer's credential expires first, on 18 Sep 2027."
            ),
        ),
        (single(SAFE, unclaimed()), f"Yes. {text_of(SAFE)} 1 other item needs attention."),
        (single(service_view()), f"{DUE} {text_of(service_view())}"),
        (single(WAITING, STAFFER), f"{DUE} {text_of(WAITING)}"),
        (single(unmatched()), f"Action needed. {text_of(unmatched())}"),
        (
            single(service_view(in_use=credential(ends=None))),
            f"Action needed. {text_of(service_view(in_use=credential(ends=None)))}",
        ),
        (single(ENDED), f"{ENDED_WORDS} {text_of(ENDED)}"),
        (single(MISSING), f"{ENDED_WORDS} {text_of(MISSING)}"),
        (
            single(service_view(), STAFFER_ENDED),
            f"{ENDED_WORDS} {text_of(STAFFER_ENDED)} LibCal also needs attention.",
        ),
        (single(SAFE, NO_REDIRECT_URI), f"Action needed. {text_of(NO_REDIRECT_URI)}"),
        (single(IN_DISABLED_APP, DISABLED_APP), f"No. {text_of(DISABLED_APP)}"),
        (
            single(service_view(), last_checks=STALE, stale=True),
            (
                f"{DUE} {text_of(service_view())} "
                "Last successful check: 3 days ago (19 Nov, 08:00 CST)."
            ),
        ),
    ],
)
def test_headline_says_whether_services_are_safe(data: PageData, sentence: str) -> None:
    assert headline(data) == sentence


def test_question_is_shown_only_with_an_answer() -> None:
    assert "Are we safe? Yes." in parsed(single(SAFE)).text
    assert "Are we safe?" not in parsed(single(service_view())).text


@pytest.mark.parametrize(
    ("data", "alert"),
    [
        (
            single(SAFE, last_checks=STALE, stale=True),
            "Last successful check: 3 days ago (19 Nov, 08:00 CST). Later changes are not shown.",
        ),
        (single(SAFE, last_checks=FAILED), "The last check failed. No token could be had."),
        (
            single(SAFE, last_checks=PARTIAL),
            "The last check was incomplete. its: the Teams webhook answered 404.",
        ),
        (single(last_checks=LastChecks()), "No check has succeeded yet."),
        (
            single(last_checks=GOOD, read=False),
            (
                "LibApps Outlook sync has not been read yet. "
                "The status of LibCal and LibStaffer is unknown."
            ),
        ),
        (
            single(SAFE, memory=TWO_DAYS_OLD),
            (
                "LibApps Outlook sync was not read in the last check. "
                "The data shown for LibCal and LibStaffer was read 2 days ago"
            ),
        ),
    ],
)
def test_incomplete_data_is_never_called_safe(data: PageData, alert: str) -> None:
    shown = parsed(data)
    assert headline(data).startswith("Not certain.")
    assert alert in shown.text
    assert "alert" in [given.get("role") for given in shown.of("div")]


def test_safe_service_with_old_data_is_shown_as_was_safe() -> None:
    html = page(single(SAFE, last_checks=STALE, stale=True))
    text = ParsedPage(re.sub(r"<figure.*?</figure>", "", html, flags=re.DOTALL)).text
    assert "LibCal was safe when it was last read" in text
    assert "LibCal is safe" not in text
    assert "Based on the last successful read. Later changes are not shown." in text


def test_services_that_were_never_read_are_named() -> None:
    text = parsed(single(read=False)).text
    assert "LibCal: status unknown" in text
    assert "LibStaffer: status unknown" in text
