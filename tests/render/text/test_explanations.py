from dataclasses import replace

import pytest

from shared.core.model.views import UnclaimedView
from shared.core.model.vocabulary import Loss, Reason, Standing
from shared.render.text.explanations import explanation
from shared.render.text.headlines import headline
from tests.render.cases import (
    ASSUMED,
    ENDED,
    MESSAGES,
    WAITING,
    WAITING_ENDED,
    WAITING_GONE,
)
from tests.render.hand_over_cases import HAND_OVERS
from tests.support.notices import (
    LIBCAL,
    LIBSTAFFER,
    NOW,
    PAGE_URL,
    ZONE,
    notice,
    service_view,
    unclaimed,
)


def said(case: str, page_url: str = "") -> str:
    return " ".join(explanation(MESSAGES[case].notices[0], now=NOW, zone=ZONE, page_url=page_url))


@pytest.mark.parametrize(
    "view",
    [WAITING, ASSUMED, service_view(), service_view(Standing.EXPIRED, ENDED, over=Loss.EXPIRED)],
)
@pytest.mark.parametrize("reason", list(Reason))
def test_explanation_never_claims_that_a_service_is_down(view: object, reason: Reason) -> None:
    for each in (view, WAITING_GONE, WAITING_ENDED):
        text = " ".join(explanation(notice(each, reason), now=NOW, zone=ZONE, page_url=PAGE_URL))  # type: ignore[arg-type]  # each is a view
        for sentence in text.split(". "):
            stopped = "syncing" in sentence and ("not" in sentence or "stopped" in sentence)
            assert not stopped or sentence.startswith("If ") or "probably" in sentence


def test_one_two_or_three_services_are_listed_naturally() -> None:
    third = replace(LIBCAL, name="LibWizard")
    two, three = (
        unclaimed(rivals=rivals) for rivals in ((LIBCAL, LIBSTAFFER), (LIBCAL, LIBSTAFFER, third))
    )
    assert headline(notice(two, Reason.UNCLAIMED), now=NOW, zone=ZONE).endswith(
        " matches both LibCal and LibStaffer"
    )
    assert headline(notice(three, Reason.UNCLAIMED), now=NOW, zone=ZONE).endswith(
        " matches LibCal, LibStaffer and LibWizard"
    )

    def reason(view: UnclaimedView) -> str:
        return explanation(notice(view, Reason.UNCLAIMED), now=NOW, zone=ZONE, page_url=PAGE_URL)[0]

    assert (
        reason(two)
        == "It matches the claims of both LibCal and LibStaffer, so it is assigned to neither."
    )
    assert (
        reason(three) == "It matches the claims of LibCal, LibStaffer and LibWizard, "
        "so it is assigned to none of them."
    )
    assert (
        reason(unclaimed(wanted_by=(LIBCAL,)))
        == "LibCal needs a credential, and this one is not assigned."
    )
    assert (
        reason(unclaimed(wanted_by=(LIBCAL, LIBSTAFFER)))
        == "LibCal and LibStaffer need a credential, and this one is not assigned."
    )


def test_installed_or_not_stays_open_without_evidence() -> None:
    assert explanation(
        notice(WAITING_GONE, Reason.DELETED), now=NOW, zone=ZONE, page_url=PAGE_URL
    ) == [
        "If the new value has not been pasted, LibCal is not syncing.",
        "When LibCal syncs with the new secret, press Confirm on the status page.",
    ]


def test_explanation_names_who_or_what_confirmed() -> None:
    assert said("confirmed").startswith(
        "Pat Example confirmed on 21 Nov 2026 that LibCal uses the secret “LibCal 2026”."
    )
    assert (
        said("confirmed_by_evidence")
        == "The secret “LibCal 2026” was used to sign in on two days, so LibCal uses it."
    )
    assert said("leftover_deletable").startswith(
        "On 21 Nov 2026, LibCal was confirmed to use a newer one."
    )
    assert said("leftover_deletable_by_evidence").startswith(
        "Sign-ins on 7 Nov 2026 showed that LibCal uses a newer one."
    )
    assert said("still_old").startswith(
        "The old secret was used to sign in after LibCal was confirmed to use the new one."
    )


def test_missing_credential_has_its_possible_replacement() -> None:
    assert said("missing") == "There is no replacement. LibCal has probably stopped syncing."
    assert said("missing_replacement_starts_later").startswith(
        "There is no replacement until the new one starts on 1 Dec 2026."
    )
    assert said("missing_with_candidate").endswith(
        "probably LibCal's: secret “secret for sync” (begins with p0W, expires 5 Apr 2028)."
    )
    assert "No replacement is known." in said("missing_with_candidate")


def test_failing_check_is_no_all_clear() -> None:
    assert "Authorization_RequestDenied" in said("check_failing")
    assert "No alerts does not mean all is well" in said("check_failing")
    assert "No alerts" not in said("check_recovered")
    assert not any(
        "For your information" in said(case)
        for case in ("check_failing", "channel_failed", "weekly")
    )
    assert "\n" not in said("check_failing_for_several")


def test_confirming_is_a_button_or_a_command() -> None:
    assert said("replaced").endswith("When LibCal syncs with the new secret, run “confirm”.")
    assert said("replaced", PAGE_URL).endswith(
        "When LibCal syncs with the new secret, press Confirm on the status page."
    )
    assert said("unclaimed").endswith("To assign it, run “claim”.")
    assert said("unclaimed", PAGE_URL).endswith("Assign it on the status page.")


def test_no_button_is_mentioned_without_a_page() -> None:
    for name, case in MESSAGES.items():
        for each in case.notices:
            text = " ".join(explanation(each, now=NOW, zone=ZONE)).lower()
            assert "press" not in text
            assert "page" not in text or name in HAND_OVERS, "a value is opened only there"
