from dataclasses import replace

import pytest

from shared.core.model.message import Role
from shared.core.model.views import UnclaimedView
from shared.core.model.vocabulary import Kind, Loss, Reason, Standing
from shared.core.model.watchlist import Claim
from shared.render.text.explanations import explanation
from shared.render.text.facts import facts
from shared.render.text.headlines import headline, next_message, summary, title
from shared.render.text.inventory import InventoryWords
from shared.render.text.naming import described, listed
from shared.render.text.next_steps import next_step, runbook_sections, whose_turn
from shared.render.text.words import Moment
from tests.render.cases import (
    ASSUMED,
    ENDED,
    HEALTHY,
    MESSAGES,
    WAITING,
    WAITING_ENDED,
    WAITING_GONE,
)
from tests.support.notices import (
    BOTH,
    CLIENT_ID,
    COPY,
    INSTALLER,
    LIBCAL,
    LIBSTAFFER,
    NEW,
    NOW,
    PAGE_URL,
    RENEWER,
    ZONE,
    channel,
    credential,
    inventory_view,
    leftover,
    message,
    notice,
    reading,
    service_view,
    unclaimed,
    unmatched,
    weekly,
)


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("expiring_first", "LibCal: secret ends in 88 days (18 Feb 2027)"),
        ("expiring_to_renewer", "LibCal: secret ends in 21 days (13 Dec)"),
        ("expiring_tomorrow", "LibCal: secret ends tomorrow (23 Nov, 03:15 CST)"),
        ("expiring_today", "LibCal: secret ends today at 17:15 CST"),
        (
            "expiring_replacement_starts_later",
            "LibCal: secret ends in 21 days (13 Dec); the new one starts on 1 Dec 2026",
        ),
        (
            "replaced",
            "LibCal: the new secret waits to be installed; the old one ends in 6 days (28 Nov)",
        ),
        ("replaced_shorter", "LibCal: the new secret ends sooner than the one in use"),
        ("assumed", "LibCal: which secret does it use?"),
        ("assumed_rung", "LibCal: a newer secret exists; the older one ends in 21 days (13 Dec)"),
        ("old_one_deleted", "LibCal: the secret in use is gone; is the new one installed?"),
        (
            "old_one_ended",
            "LibCal: the old secret ended 3 days ago (19 Nov); is the new one installed?",
        ),
        ("still_old", "LibCal: the old secret is still in use somewhere"),
        ("missing", "LibCal: the secret in use is gone from the app"),
        ("expired", "LibCal: secret ended 3 days ago (19 Nov)"),
        ("unmatched", "LibCal: no secret on the app matches its claim"),
        ("confirmed", "LibCal is safe until 14 Nov 2028"),
        (
            "confirmed_on_an_ending_one",
            "LibCal: confirmed, but this secret ends in 21 days (13 Dec)",
        ),
        ("does_not_expire", "LibCal is safe: its secret does not expire"),
        ("unclaimed", "Secret “Test by the intern” on LibApps Outlook sync: whose is this?"),
        ("unclaimed_rivals", "Secret “Test by the intern”: LibCal and LibStaffer both claim it"),
        ("unclaimed_wanted", "Probably LibCal's new secret: secret “secret for sync”"),
        ("unclaimed_ended", "Unclaimed secret “LibCal 2024” ended 3 days ago (19 Nov)"),
        ("app_not_found", "LibApps Outlook sync: the app cannot be found"),
        ("app_disabled", "LibApps Outlook sync: the app cannot be signed in to"),
        ("redirect_uri", "LibApps Outlook sync: a redirect URI is missing"),
        ("leftover_tomorrow", "LibCal: its old secret ends tomorrow (23 Nov, 03:15 CST)"),
        ("leftover_deletable", "LibCal: the old secret “LibCal 2024” can be deleted"),
        ("removed", "“libwizard” is no longer watched"),
        ("removed_channel", "Channel “old-team” is no longer on the watchlist"),
        (
            "confirmed_on_an_older_one",
            "LibCal: the new secret waits to be installed; the old one ends in 6 days (28 Nov)",
        ),
        ("check_failing", "Lapsewatch could not read an app since 20 Nov"),
        ("check_failing_for_several", "Lapsewatch could not read 2 apps since 20 Nov"),
        ("check_recovered", "Lapsewatch reads every app again"),
        ("channel_failed", "Channel “libapps-admins” could not be reached since 21 Nov"),
        ("channel_recovered", "Channel “libapps-admins” is reached again"),
        ("weekly", "Lapsewatch is alive: watching 2 services, all safe"),
        (
            "weekly_not_all_safe_with_page",
            "Lapsewatch is alive: watching 2 services, 1 not safe yet (LibCal)",
        ),
    ],
)
def test_a_headline_says_it_at_a_glance(case: str, words: str) -> None:
    assert headline(MESSAGES[case].notices[0], now=NOW, zone=ZONE) == words


@pytest.mark.parametrize(
    "view",
    [WAITING, ASSUMED, service_view(), service_view(Standing.EXPIRED, ENDED, over=Loss.EXPIRED)],
)
@pytest.mark.parametrize("reason", list(Reason))
def test_no_reason_makes_us_say_that_a_service_is_down(view: object, reason: Reason) -> None:
    for each in (view, WAITING_GONE, WAITING_ENDED):
        said = " ".join(explanation(notice(each, reason), now=NOW, zone=ZONE, page_url=PAGE_URL))  # type: ignore[arg-type]  # each is a view
        for sentence in said.split(". "):
            assert "not syncing" not in sentence or sentence.startswith("If ")


def test_of_one_two_or_three_services_it_is_said_as_people_say_it() -> None:
    third = replace(LIBCAL, name="LibWizard")
    two, three = (
        unclaimed(rivals=rivals) for rivals in ((LIBCAL, LIBSTAFFER), (LIBCAL, LIBSTAFFER, third))
    )
    assert headline(notice(two, Reason.UNCLAIMED), now=NOW, zone=ZONE).endswith(
        ": LibCal and LibStaffer both claim it"
    )
    assert headline(notice(three, Reason.UNCLAIMED), now=NOW, zone=ZONE).endswith(
        ": LibCal, LibStaffer and LibWizard all claim it"
    )

    def reason(view: UnclaimedView) -> str:
        return explanation(notice(view, Reason.UNCLAIMED), now=NOW, zone=ZONE, page_url=PAGE_URL)[0]

    assert reason(two) == "The claims of LibCal and LibStaffer both match it, so neither has it."
    assert (
        reason(three)
        == "The claims of LibCal, LibStaffer and LibWizard all match it, so none of them has it."
    )
    assert (
        reason(unclaimed(wanted_by=(LIBCAL,)))
        == "LibCal lacks a credential, and no service claims this one."
    )
    assert (
        reason(unclaimed(wanted_by=(LIBCAL, LIBSTAFFER)))
        == "LibCal and LibStaffer lack a credential, and no service claims this one."
    )


def test_the_words_of_waiting_follow_knowledge() -> None:
    assert explanation(
        notice(WAITING_GONE, Reason.DELETED), now=NOW, zone=ZONE, page_url=PAGE_URL
    ) == [
        "If the new value has not been pasted, LibCal is not syncing.",
        "If it syncs, press Confirm on the status page.",
    ]


def said(case: str, page_url: str = "") -> str:
    return " ".join(explanation(MESSAGES[case].notices[0], now=NOW, zone=ZONE, page_url=page_url))


def test_who_settled_it_is_said_as_it_was() -> None:
    assert said("confirmed").startswith(
        "Pat Example confirmed on 21 Nov 2026 that LibCal uses the secret “LibCal 2026”."
    )
    assert (
        said("confirmed_by_evidence")
        == "The secret “LibCal 2026” was seen signing in on two days, so LibCal uses it."
    )
    assert said("leftover_deletable").startswith(
        "LibCal was confirmed on a newer one on 21 Nov 2026."
    )
    assert said("leftover_deletable_by_evidence").startswith(
        "Sign-ins showed on 7 Nov 2026 that LibCal uses a newer one."
    )
    assert said("still_old").startswith(
        "The old secret was seen signing in after LibCal had been confirmed on the new one."
    )


def test_what_may_replace_a_missing_one_is_named_with_it() -> None:
    assert (
        said("missing")
        == "Nothing on the app replaces it. If LibCal holds no other value, it is not syncing."
    )
    assert said("missing_replacement_starts_later").startswith(
        "Nothing replaces it until the new one starts, on 1 Dec 2026."
    )
    assert said("missing_with_candidate").endswith(
        "probably LibCal's: secret “secret for sync” (begins with p0W, ends 5 Apr 2028)."
    )
    assert "Nothing on the app is known to replace it." in said("missing_with_candidate")


def test_that_nothing_is_known_is_no_all_clear() -> None:
    assert "Authorization_RequestDenied" in said("check_failing")
    assert "silence is no all-clear" in said("check_failing")
    assert "silence" not in said("check_recovered")
    assert not any(
        "for information" in said(case) for case in ("check_failing", "channel_failed", "weekly")
    )
    assert "\n" not in said("check_failing_for_several")


def test_an_app_that_cannot_be_used_is_not_counted_as_safe() -> None:
    lost = replace(HEALTHY, app=replace(HEALTHY.app, found=False))
    assert (
        summary(weekly(lost), now=NOW, zone=ZONE)
        == "Lapsewatch is alive: watching 1 service, 1 not safe yet (LibCal)"
    )


def test_the_watchers_own_trouble_has_a_next_step_for_people() -> None:
    assert (
        next_step(reading("Graph is down."), COPY)
        == "Ask whoever looks after Lapsewatch to run “doctor”, which says what is missing."
    )
    assert next_step(channel("It is gone."), COPY).startswith(
        "Tell whoever reads “libapps-admins”, and ask"
    )
    assert next_step(reading(), COPY) == ""
    assert whose_turn(reading("Graph is down.")) == ""


def test_settling_is_a_press_on_the_page_or_a_command() -> None:
    assert said("replaced").endswith(
        "Once LibCal syncs with the new one, have it recorded (command “confirm”)."
    )
    assert said("replaced", PAGE_URL).endswith(
        "Once LibCal syncs with the new one, press Confirm on the status page."
    )
    assert said("unclaimed").endswith("Whose it is can be said with the command “claim”.")
    assert said("unclaimed", PAGE_URL).endswith("Say on the status page whose it is.")


def test_the_title_says_what_kind_of_message_it_is() -> None:
    assert title(MESSAGES["weekly"]) == "Lapsewatch is alive"
    assert title(MESSAGES["check_failing"]) == "Lapsewatch: urgent"
    assert title(MESSAGES["check_recovered"]) == "Lapsewatch: good news"


def test_without_a_page_nobody_is_told_to_press_anything() -> None:
    for case in MESSAGES.values():
        for each in case.notices:
            said = " ".join(explanation(each, now=NOW, zone=ZONE))
            assert "press" not in said
            assert "page" not in said


def test_whose_turn_it_is_follows_the_standing() -> None:
    assert whose_turn(service_view()) == "renewer (its)"
    assert whose_turn(service_view(Standing.EXPIRED, ENDED, over=Loss.EXPIRED)) == "renewer (its)"
    assert whose_turn(WAITING) == "installer (libapps-admins)"
    assert (
        whose_turn(MESSAGES["expiring_replacement_starts_later"].notices[0].view)
        == "installer (libapps-admins)"
    )
    assert whose_turn(MESSAGES["unmatched"].notices[0].view) == "renewer (its)", (
        "who alone can create one"
    )
    assert whose_turn(unclaimed()) == "renewer (its)"
    assert whose_turn(HEALTHY) == ""


def test_each_role_reads_its_own_next_step() -> None:
    create = "create a new client secret named like “LibCal*” and hand its value to the installer (libapps-admins)."
    assert next_step(service_view()) == f"Renewer (its): {create}"
    assert next_step(service_view(), RENEWER) == f"Your turn: {create}"
    assert (
        next_step(service_view(), BOTH) == f"Renewer (its): {create}"
    )  # one channel, and readers of either kind
    assert next_step(service_view(), COPY) == f"Renewer (its): {create}"
    assert (
        next_step(service_view(), INSTALLER)
        == "Ask its-helpdesk@example.org for a new client secret named like “LibCal*”."
    )
    install = "paste the value of the secret “LibCal 2026” into LibCal, then check that it syncs."
    assert next_step(WAITING, INSTALLER) == f"Your turn: {install}"
    assert next_step(WAITING, RENEWER) == f"Installer (libapps-admins): {install}"
    assert next_step(HEALTHY, BOTH) == ""


def test_an_installer_is_never_told_to_create_a_secret_but_whom_to_ask() -> None:
    plain, asked = "a new client secret named like “LibCal*”", "Ask its-helpdesk@example.org"
    stray = credential("secret for sync", 700, hint="abc")
    assert (
        next_step(unmatched(), INSTALLER)
        == f"{asked} for {plain}, or have the claim of LibCal in the watchlist corrected."
    )
    assert next_step(unmatched(), RENEWER).startswith("Your turn: create")
    with_candidate = f"{asked} whether the secret “secret for sync” is the new one of LibCal, and for its value; if it is not, for {plain}."
    assert next_step(unmatched(stray), INSTALLER) == with_candidate
    gone = service_view(Standing.MISSING, over=Loss.DELETED, candidates=(stray,))
    assert next_step(gone, INSTALLER) == with_candidate
    assert next_step(gone, RENEWER).startswith(
        "Your turn: if the secret “secret for sync” is LibCal's, claim it for LibCal;"
    )


def test_without_an_address_the_installer_asks_the_renewers_channel() -> None:
    view = service_view(service=replace(LIBCAL, request_to="", claim=Claim("hint", "q7X")))
    assert next_step(view, INSTALLER) == "Ask the renewer (its) for a new client secret for LibCal."


def test_a_certificate_is_installed_and_not_pasted() -> None:
    new = credential("CN=new", 700, kind=Kind.CERTIFICATE, starts=-1)
    view = service_view(
        Standing.AWAITING_INSTALL,
        credential("CN=old", -1, kind=Kind.CERTIFICATE),
        replacement=new,
        over=Loss.EXPIRED,
    )
    assert (
        next_step(view, INSTALLER)
        == "Your turn: install the certificate “CN=new” in LibCal, then check that it syncs."
    )
    assert "If the new certificate has not been installed, LibCal is not syncing." in explanation(
        notice(view), now=NOW, zone=ZONE
    )


def test_the_runbook_opens_at_the_readers_next_section() -> None:
    assert runbook_sections(service_view(), RENEWER) == ("Create",)
    assert runbook_sections(service_view(), INSTALLER) == ("Request",)
    assert runbook_sections(service_view(), BOTH) == ("Create", "Request")
    assert runbook_sections(service_view()) == ("Create",)
    assert runbook_sections(service_view(), COPY) == ()
    assert runbook_sections(WAITING, INSTALLER) == ("Install", "Verify")
    assert runbook_sections(WAITING, RENEWER) == ()
    assert runbook_sections(leftover(1), INSTALLER) == ("Verify",)
    assert runbook_sections(leftover(20, deletable=True), frozenset({Role.RENEWER})) == (
        "Clean up",
    )
    assert runbook_sections(HEALTHY, BOTH) == ()


def test_credentials_are_told_apart_by_what_people_see() -> None:
    assert (
        described(credential(), NOW, ZONE)
        == "secret “LibCal 2024” (begins with q7X, ends 13 Dec 2026)"
    )
    assert (
        described(credential(ends=-3), NOW, ZONE)
        == "secret “LibCal 2024” (begins with q7X, ended 19 Nov 2026)"
    )
    assert described(credential("", None, hint=""), NOW, ZONE) == "unnamed secret (does not expire)"
    assert (
        described(credential("CN=x", 12, kind=Kind.CERTIFICATE), NOW, ZONE)
        == "certificate “CN=x” (ends 4 Dec 2026)"
    )
    assert (
        described(credential("\u202e\u200b", None), NOW, ZONE)
        == "unnamed secret (begins with q7X, does not expire)"
    )


def test_long_lists_are_counted() -> None:
    assert listed([]) == ""
    assert listed(["A"]) == "A"
    assert listed(["A", "B", "C"]) == "A, B and C"
    assert listed(list("ABCDEFG")) == "A, B, C, D, E and 2 more"


def test_what_breaks_is_said_until_all_is_well() -> None:
    assert ("What breaks", LIBCAL.breaks) in facts(notice(service_view()), now=NOW, zone=ZONE)
    assert "What breaks" not in dict(facts(notice(HEALTHY), now=NOW, zone=ZONE))


def test_a_credential_that_is_gone_has_no_end_to_count_down_to() -> None:
    labels = dict(facts(notice(WAITING_GONE), now=NOW, zone=ZONE))
    assert "Gone" in labels
    assert "Ends" not in labels


def test_the_next_message_is_announced_only_if_it_can_be_foreseen() -> None:
    assert (
        next_message(MESSAGES["introduction"]) == "Next message on 15 Sep 2027 if nothing changes."
    )
    assert next_message(message()) == ""


def test_a_summary_needs_no_occasion() -> None:
    assert (
        summary(replace(HEALTHY, service=LIBSTAFFER), now=NOW, zone=ZONE)
        == "LibStaffer is safe until 14 Nov 2028"
    )
    assert (
        summary(unclaimed(NEW), now=NOW, zone=ZONE)
        == "Unclaimed secret “LibCal 2026” on LibApps Outlook sync"
    )


def test_an_app_without_a_name_can_be_found_by_its_whole_client_id() -> None:
    for name in ("", "\u202e\u200b"):
        nameless = inventory_view(name, -2)
        assert (
            InventoryWords(nameless).line(Moment(NOW, ZONE))
            == f"client id {CLIENT_ID}: secret “key 1” ended 2 days ago (20 Nov)"
        )
        assert (
            dict(facts(notice(nameless), now=NOW, zone=ZONE))["App"]
            == f"client id {CLIENT_ID} (it has no name)"
        )
    named = inventory_view("Digital signage", 5)
    assert (
        InventoryWords(named).line(Moment(NOW, ZONE))
        == "Digital signage: secret “key 1” ends in 5 days (27 Nov), client id …13d6"
    )
    assert (
        dict(facts(notice(named), now=NOW, zone=ZONE))["App"] == "Digital signage (client id …13d6)"
    )
