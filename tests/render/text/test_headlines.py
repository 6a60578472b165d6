from dataclasses import replace

import pytest

from shared.render.text.dates import Moment
from shared.render.text.facts import facts
from shared.render.text.headlines import headline, next_message, summary, title
from shared.render.text.inventory import InventoryWords
from tests.render.cases import (
    HEALTHY,
    MESSAGES,
)
from tests.support.notices import (
    CLIENT_ID,
    LIBSTAFFER,
    NEW,
    NOW,
    ZONE,
    inventory_view,
    message,
    notice,
    unclaimed,
    weekly,
)


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("expiring_first", "LibCal: secret expires in 88 days (18 Feb 2027)"),
        ("expiring_to_renewer", "LibCal: secret expires in 21 days (13 Dec)"),
        ("expiring_tomorrow", "LibCal: secret expires tomorrow (23 Nov, 03:15 CST)"),
        ("expiring_today", "LibCal: secret expires today at 17:15 CST"),
        (
            "expiring_replacement_starts_later",
            "LibCal: secret expires in 21 days (13 Dec); the new one starts on 1 Dec 2026",
        ),
        (
            "replaced",
            "LibCal: new secret ready to install; the old one expires in 6 days (28 Nov)",
        ),
        ("replaced_shorter", "LibCal: the new secret expires before the current one"),
        ("assumed", "LibCal: which secret does it use?"),
        (
            "assumed_rung",
            "LibCal: there is a newer secret; the older one expires in 21 days (13 Dec)",
        ),
        (
            "old_one_deleted",
            "LibCal: its current secret was deleted in Entra; is the new one installed?",
        ),
        (
            "old_one_ended",
            "LibCal: the old secret expired 3 days ago (19 Nov); is the new one installed?",
        ),
        ("still_old", "LibCal: the old secret is still being used"),
        ("missing", "LibCal: its current secret was deleted in Entra"),
        ("expired", "LibCal: secret expired 3 days ago (19 Nov)"),
        ("unmatched", "LibCal: no matching secret in Entra"),
        ("rotation_late", "The rotation of LibCal has not run since 15 Oct"),
        (
            "rotation_late_in_copy",
            "LibCal: secret expires in 21 days (13 Dec); its rotation has not run since 15 Oct",
        ),
        (
            "pipeline_expiring",
            "LibCal: secret expires in 21 days (13 Dec); its pipeline has not replaced it",
        ),
        (
            "pipeline_expired",
            "LibCal: secret expired 3 days ago (19 Nov); its pipeline has not replaced it",
        ),
        ("pipeline_deleted", "LibCal: its newest secret was deleted in Entra"),
        ("pipeline_recovered", "LibCal is safe until 14 Nov 2028"),
        ("pipeline_unmatched", "LibCal: no matching secret in Entra"),
        ("confirmed", "LibCal is safe until 14 Nov 2028"),
        (
            "confirmed_on_an_ending_one",
            "LibCal: confirmed, but this secret expires in 21 days (13 Dec)",
        ),
        ("does_not_expire", "LibCal is safe: its secret does not expire"),
        (
            "unclaimed",
            "Secret “Test by the intern” on LibApps Outlook sync: which service uses it?",
        ),
        ("unclaimed_rivals", "Secret “Test by the intern” matches both LibCal and LibStaffer"),
        ("unclaimed_wanted", "Secret “secret for sync” is probably the new one for LibCal"),
        ("unclaimed_ended", "Unassigned secret “LibCal 2024” expired 3 days ago (19 Nov)"),
        ("app_not_found", "LibApps Outlook sync: the app cannot be found"),
        ("app_disabled", "LibApps Outlook sync: the app is disabled"),
        ("redirect_uri", "LibApps Outlook sync: a redirect URI is missing"),
        ("leftover_tomorrow", "LibCal: its old secret expires tomorrow (23 Nov, 03:15 CST)"),
        ("leftover_deletable", "LibCal: the old secret “LibCal 2024” can be deleted"),
        ("removed", "“libwizard” is no longer watched"),
        ("removed_channel", "Channel “old-team” is no longer on the watchlist"),
        (
            "confirmed_on_an_older_one",
            "LibCal: new secret ready to install; the old one expires in 6 days (28 Nov)",
        ),
        ("check_failing", "Lapsewatch has not been able to read an app since 20 Nov"),
        ("check_failing_for_several", "Lapsewatch has not been able to read 2 apps since 20 Nov"),
        ("check_recovered", "Lapsewatch can read every app again"),
        ("channel_failed", "Channel “libapps-admins” has been unreachable since 21 Nov"),
        ("channel_recovered", "Channel “libapps-admins” is reachable again"),
        ("weekly", "Weekly status: 2 services watched, nothing to do"),
        (
            "weekly_not_all_safe_with_page",
            "Weekly status: 2 services watched, 1 needs attention (LibCal)",
        ),
    ],
)
def test_headline_of_each_case(case: str, words: str) -> None:
    assert headline(MESSAGES[case].notices[0], now=NOW, zone=ZONE) == words


def test_weekly_status_counts_an_unusable_app_as_open() -> None:
    lost = replace(HEALTHY, app=replace(HEALTHY.app, found=False))
    assert (
        summary(weekly(lost), now=NOW, zone=ZONE)
        == "Weekly status: 1 service watched, 1 needs attention (LibCal)"
    )


def test_title_is_the_kind_of_message() -> None:
    assert title(MESSAGES["weekly"]) == "Lapsewatch: weekly status"
    assert title(MESSAGES["check_failing"]) == "Lapsewatch: urgent"
    assert title(MESSAGES["check_recovered"]) == "Lapsewatch: good news"


def test_next_message_is_announced_only_if_known() -> None:
    assert (
        next_message(MESSAGES["introduction"]) == "Next message on 15 Sep 2027 if nothing changes."
    )
    assert next_message(message()) == ""


def test_summary_is_the_status_without_a_reason() -> None:
    assert (
        summary(replace(HEALTHY, service=LIBSTAFFER), now=NOW, zone=ZONE)
        == "LibStaffer is safe until 14 Nov 2028"
    )
    assert (
        summary(unclaimed(NEW), now=NOW, zone=ZONE)
        == "Unassigned secret “LibCal 2026” on LibApps Outlook sync"
    )


def test_app_without_a_name_has_its_whole_client_id() -> None:
    for name in ("", "\u202e\u200b"):
        nameless = inventory_view(name, -2)
        assert (
            InventoryWords(nameless).line(Moment(NOW, ZONE))
            == f"client id {CLIENT_ID}: secret “key 1” expired 2 days ago (20 Nov)"
        )
        assert (
            dict(facts(notice(nameless), now=NOW, zone=ZONE))["App"]
            == f"client id {CLIENT_ID} (it has no name)"
        )
    named = inventory_view("Digital signage", 5)
    assert (
        InventoryWords(named).line(Moment(NOW, ZONE))
        == "Digital signage: secret “key 1” expires in 5 days (27 Nov), client id …13d6"
    )
    assert (
        dict(facts(notice(named), now=NOW, zone=ZONE))["App"] == "Digital signage (client id …13d6)"
    )
