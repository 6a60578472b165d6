"""The page's answers to forms."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from shared.core.model.decision import Acknowledgement
from shared.core.model.hand_over import HandOver, HandOverState
from shared.core.model.judgement import Judgement
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss, Severity, Standing
from shared.render.page.flash import Receipt, already, keeps_nothing_quiet, receipt, refusal
from shared.render.text.naming import described
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


def test_undo_names_the_credential_in_use() -> None:
    view = service_view(Standing.AWAITING_INSTALL, replacement=NEW, confirmed=True)
    old = described(credential(), NOW, ZONE)
    in_use = f"LibCal: undone. The {old} counts as in use again, and its countdown resumes."
    informed = "Everyone who was notified earlier has been informed."
    not_yet = (
        "Not everyone who was notified earlier has been informed yet; the next check does that."
    )
    assert answered("undo", view) == Receipt(f"{in_use} {informed}", Severity.NOTICE)
    assert answered("undo-later", view) == Receipt(f"{in_use} {not_yet}", Severity.NOTICE)


@pytest.mark.parametrize("done", ["check", "claim", "acknowledge"])
def test_answer_says_whether_messages_are_still_to_be_sent(done: str) -> None:
    view = service_view()
    now, later = answered(done, view).text, answered(f"{done}-later", view).text
    assert later == f"{now} Some messages have not been sent yet; the next check sends them."


@pytest.mark.parametrize(
    ("state", "said", "severity"),
    [
        (HandOverState.DONE, "and is deleted from the vault.", Severity.OK),
        (
            HandOverState.ENDING,
            "but is not deleted from the vault yet; see below.",
            Severity.NOTICE,
        ),
    ],
)
def test_withdrawn_is_not_always_deleted(
    state: HandOverState, said: str, severity: Severity
) -> None:
    record = HandOver("libcal", state, NEW, PAT, NOW, NOW + timedelta(days=14), NOW)
    view = replace(service_view(), hand_over=record)
    assert answered("withdraw", view) == Receipt(
        f"LibCal: the value was withdrawn, {said}", severity
    )


def test_confirmation_that_was_already_made_is_a_notice() -> None:
    view = service_view(Standing.HEALTHY, NEW, confirmed=True)
    answer = already(view, NOW, ZONE)
    assert answer.severity == Severity.NOTICE
    assert answer.text == (
        f"LibCal was already confirmed to use the {described(NEW, NOW, ZONE)} by Pat Example "
        "on 21 Nov 2026. No action needed."
    )


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (
            "Credential x has changed. Nothing was saved; reload and check.",
            "Credential x has changed. Reload and check.",
        ),
        (
            "It is not live; wait. Nothing was saved. Choose another.",
            "It is not live; wait. Choose another.",
        ),
        ("It has changed. Nothing was recorded; look again.", "It has changed. Look again."),
        ("The date 2020-01-01 is past.", "The date 2020-01-01 is past."),
        ("It was opened. Nothing was shown. Reload it.", "It was opened. Reload it."),
        ("", ""),
    ],
)
def test_refusal_omits_that_nothing_was_saved(error: str, shown: str) -> None:
    assert refusal(error) == shown


NO_EFFECT = (
    "This acknowledgement has no effect: the only messages before that date fall in the last "
    "7 days, and those are always sent."
)


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
def test_acknowledgement_without_effect_is_reported(left: int, lasts: int, *, quiet: bool) -> None:
    view = acknowledged(service_view(in_use=credential(ends=left)), TODAY + timedelta(days=lasts))
    assert keeps_nothing_quiet(view, NOW, ZONE) == ("" if quiet else NO_EFFECT)
    saved = "LibCal: reminders snoozed."
    assert answered("acknowledge", view) == (
        Receipt(saved) if quiet else Receipt(f"{saved} {NO_EFFECT}", Severity.NOTICE)
    )


def test_acknowledgement_of_daily_reminders_has_an_effect() -> None:
    view = service_view(Standing.EXPIRED, credential(ends=-1), over=Loss.EXPIRED)
    assert keeps_nothing_quiet(acknowledged(view, TODAY + timedelta(days=5)), NOW, ZONE) == ""


def test_query_is_never_echoed() -> None:
    view = service_view()
    assert receipt("<b>zzmark", "libcal", judged(view), WATCHLIST) is None
    assert receipt("undo", "zzmark", judged(view), WATCHLIST) is None
    assert answered("confirm", view, "zzmark") == Receipt(
        "Confirmation saved. Everyone who was asked to act has been informed."
    )


@pytest.mark.parametrize(
    ("done", "service", "text"),
    [
        ("claim", "libcal", "LibCal: credential assigned."),
        ("claim", "", "Assignment saved."),
        ("check", "", "Check completed."),
    ],
)
def test_other_forms_are_answered(done: str, service: str, text: str) -> None:
    assert answered(done, service_view(), service) == Receipt(text)
