"""What the page and the command line answer to what people decide."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from shared.core.model.decision import Acknowledgement
from shared.core.model.judgement import Judgement
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss, Severity, Standing
from shared.render.page.flash import Receipt, already, keeps_nothing_quiet, receipt, refusal
from tests.render.page.page_cases import WATCHLIST, single
from tests.support.notices import NEW, NOW, PAT, ZONE, credential, service_view

TODAY = NOW.astimezone(ZONE).date()


def judged(view: ServiceView) -> Judgement:
    return single(view).status.judgement


def acknowledged(view: ServiceView, until: date) -> ServiceView:
    return replace(view, acknowledged=Acknowledgement("libcal", until, "ordered", NOW, PAT, ""))


def answered(done: str, view: ServiceView, service: str = "libcal") -> Receipt:
    found = receipt(done, service, judged(view), WATCHLIST)
    assert found is not None
    return found


def test_an_undo_says_what_counts_now_and_that_the_countdown_goes_on() -> None:
    view = service_view(Standing.AWAITING_INSTALL, replacement=NEW, confirmed=True)
    counts = "LibCal: undone. The secret “LibCal 2024” (begins with q7X, ends 13 Dec 2026) counts as in use now, and its countdown goes on."
    assert answered("undo", view) == Receipt(
        f"{counts} Whoever was told otherwise has heard of it.", Severity.NOTICE
    )
    assert (
        answered("undo-later", view).text
        == f"{counts} Not everybody who was told otherwise has heard of it yet; the next checks tell them."
    )


def test_what_is_confirmed_already_is_said_once_and_is_no_alarm() -> None:
    view = service_view(Standing.HEALTHY, NEW, confirmed=True)
    said = already(view, NOW, ZONE)
    assert said.severity == Severity.NOTICE
    assert said.text == (
        "LibCal was already confirmed on the secret “LibCal 2026” (begins with Zr2, ends 14 Nov 2028) by Pat Example on 21 Nov 2026; "
        "nothing more to do."
    )


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            "It is not what you were shown any more. Nothing was recorded; please look again.",
            "It is not what you were shown any more. Please look again.",
        ),
        (
            "The credential is not live. Nothing was recorded. No live credential is there.",
            "The credential is not live. No live credential is there.",
        ),
        ("The day 2020-01-01 is past.", "The day 2020-01-01 is past."),
        ("", ""),
    ],
)
def test_that_nothing_was_recorded_is_said_once(said: str, shown: str) -> None:
    assert refusal(said) == shown


QUIETS_NOTHING = "It keeps no message quiet: none but those of the last 7 days is due until then, and these come all the same."


@pytest.mark.parametrize(
    ("left", "lasts", "quiet"),
    [
        (21, 7, True),  # rung 14 is in 7 days
        (21, 6, False),
        (15, 1, True),
        (14, 10, False),  # rung 14 is today; 7 is next
        (7, 7, False),
        (1, 1, False),
    ],
)
def test_an_acknowledgement_that_quiets_nothing_says_so(
    left: int, lasts: int, *, quiet: bool
) -> None:
    view = acknowledged(service_view(in_use=credential(ends=left)), TODAY + timedelta(days=lasts))
    assert keeps_nothing_quiet(view, NOW, ZONE) == ("" if quiet else QUIETS_NOTHING)
    recorded = "LibCal: your acknowledgement is recorded."
    assert answered("acknowledge", view) == (
        Receipt(recorded) if quiet else Receipt(f"{recorded} {QUIETS_NOTHING}", Severity.NOTICE)
    )


def test_an_acknowledgement_that_makes_daily_reminders_weekly_quiets_something() -> None:
    view = service_view(Standing.EXPIRED, credential(ends=-1), over=Loss.EXPIRED)
    assert keeps_nothing_quiet(acknowledged(view, TODAY + timedelta(days=5)), NOW, ZONE) == ""


def test_nothing_of_the_query_comes_back() -> None:
    view = service_view()
    assert receipt("<b>zzmark", "libcal", judged(view), WATCHLIST) is None
    assert receipt("undo", "zzmark", judged(view), WATCHLIST) is None
    assert answered("confirm", view, "zzmark") == Receipt(
        "Your confirmation is recorded, and whoever was asked to act has been told."
    )
