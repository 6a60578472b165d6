from collections.abc import Set as AbstractSet
from dataclasses import replace

from shared.core.model.directory import Kind
from shared.core.model.views import View
from shared.core.model.vocabulary import Loss, Role, Standing
from shared.core.model.watchlist import Claim
from shared.render.text import next_steps
from shared.render.text.dates import Moment
from shared.render.text.explanations import explanation
from shared.render.text.facts import facts
from shared.render.text.next_steps import runbook_sections, turns
from shared.render.text.turn import ANYBODY
from tests.render.cases import (
    ENDED,
    HEALTHY,
    MESSAGES,
    WAITING,
)
from tests.support.notices import (
    BOTH,
    COPY,
    INSTALLER,
    LIBCAL,
    NOW,
    RENEWER,
    ZONE,
    channel,
    credential,
    leftover,
    notice,
    reading,
    service_view,
    unclaimed,
    unmatched,
)

AT = Moment(NOW, ZONE)


def next_step(view: View, roles: AbstractSet[Role] = ANYBODY) -> str:
    return next_steps.next_step(view, AT, roles)


def whose_turn(view: View) -> str:
    return next_steps.whose_turn(view, AT)


def test_trouble_of_lapsewatch_has_a_next_step() -> None:
    assert (
        next_step(reading("Graph is down."), COPY)
        == "Ask the administrator of Lapsewatch to run “doctor”, which shows what is missing."
    )
    assert next_step(channel("It is gone."), COPY).startswith(
        "Inform the readers of “libapps-admins”, and ask"
    )
    assert next_step(reading(), COPY) == ""
    assert whose_turn(reading("Graph is down.")) == ""


def test_whose_turn_follows_the_standing() -> None:
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
    send = "send its value securely to the installer (libapps-admins)"
    create = f"create a new client secret named “LibCal 2028” and {send}."
    assert next_step(service_view()) == f"Renewer (its): {create}"
    assert next_step(service_view(), RENEWER) == f"Your turn: {create}"
    assert next_step(service_view(), COPY) == f"Renewer (its): {create}"
    ask = "ask its-helpdesk@example.org for a new client secret named “LibCal 2028”."
    assert next_step(service_view(), INSTALLER) == f"Your turn: {ask}"
    install = "paste the value of “LibCal 2026” into LibCal and check that it syncs."
    assert next_step(WAITING, INSTALLER) == f"Your turn: {install}"
    assert next_step(WAITING, RENEWER) == f"Installer (libapps-admins): {install}"
    assert next_step(HEALTHY, BOTH) == ""


def test_each_role_reads_the_same_task_wherever_it_reads() -> None:
    """In its own mail, on a card of both roles, and on the page, which knows no roles."""
    ask, create = turns(service_view(), AT)
    assert [ask[0], create[0]] == ["installer (libapps-admins)", "renewer (its)"]
    assert next_step(service_view(), INSTALLER) == f"Your turn: {ask[1]}"
    assert next_step(service_view(), RENEWER) == f"Your turn: {create[1]}"
    rows = dict(facts(notice(service_view(), roles=BOTH), now=NOW, zone=ZONE))
    assert rows["Next step"] == f"Installer (libapps-admins): {ask[1]}"
    assert rows["Then"] == f"Renewer (its): {create[1]}"


def test_one_channel_of_both_roles_reads_the_roles() -> None:
    """Its label would not tell them apart."""
    shared = replace(LIBCAL, installer=LIBCAL.renewer, labels={"its": "Everybody"}, request_to="")
    rows = facts(notice(service_view(service=shared), roles=BOTH), now=NOW, zone=ZONE)
    new = "a new client secret named “LibCal 2028”"
    assert [row for row in rows if row[0] in {"Next step", "Then"}] == [
        ("Next step", f"Installer: ask the renewer for {new}."),
        ("Then", f"Renewer: create {new} and send its value securely to the installer."),
    ]


def test_installer_is_told_whom_to_ask_for_a_secret() -> None:
    plain, asked = (
        "a new client secret named “LibCal 2028”",
        "Your turn: ask its-helpdesk@example.org",
    )
    stray = credential("secret for sync", 700, hint="abc")
    assert (
        next_step(unmatched(), INSTALLER)
        == f"{asked} for {plain}, or to correct LibCal's claim in the watchlist."
    )
    assert next_step(unmatched(), RENEWER).startswith("Your turn: create")
    whether = "whether the secret “secret for sync” is the new one for LibCal, and for its value"
    with_candidate = f"{asked} {whether}; if it is not, ask for {plain}."
    assert next_step(unmatched(stray), INSTALLER) == with_candidate
    gone = service_view(Standing.MISSING, over=Loss.DELETED, candidates=(stray,))
    assert next_step(gone, INSTALLER) == with_candidate
    assert next_step(gone, RENEWER).startswith(
        "Your turn: if the secret “secret for sync” belongs to LibCal, assign it to LibCal;"
    )


def test_installer_asks_the_renewer_without_an_address() -> None:
    view = service_view(service=replace(LIBCAL, request_to="", claim=Claim("hint", "q7X")))
    asks = "Your turn: ask the renewer (its) for a new client secret for LibCal."
    assert next_step(view, INSTALLER) == asks


def test_certificate_is_installed_and_not_pasted() -> None:
    new = credential("CN=new", 700, kind=Kind.CERTIFICATE, starts=-1)
    view = service_view(
        Standing.AWAITING_INSTALL,
        credential("CN=old", -1, kind=Kind.CERTIFICATE),
        replacement=new,
        over=Loss.EXPIRED,
    )
    assert (
        next_step(view, INSTALLER)
        == "Your turn: install the certificate “CN=new” in LibCal and check that it syncs."
    )
    assert "If the new certificate has not been installed, LibCal is not syncing." in explanation(
        notice(view), now=NOW, zone=ZONE
    )


def test_runbook_opens_at_the_next_section_of_the_role() -> None:
    assert runbook_sections(service_view(), RENEWER) == ("Create",)
    assert runbook_sections(service_view(), INSTALLER) == ("Request",)
    assert runbook_sections(service_view(), BOTH) == ("Request", "Create")
    assert runbook_sections(service_view()) == ("Create",)
    assert runbook_sections(service_view(), COPY) == ()
    assert runbook_sections(WAITING, INSTALLER) == ("Install", "Verify")
    assert runbook_sections(WAITING, RENEWER) == ()
    assert runbook_sections(leftover(1), INSTALLER) == ("Verify",)
    assert runbook_sections(leftover(20, deletable=True), frozenset({Role.RENEWER})) == (
        "Clean up",
    )
    assert runbook_sections(HEALTHY, BOTH) == ()
