import re
from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.model.message import Message
from shared.core.model.secret import Secret
from shared.core.model.vocabulary import Reason, Role, Severity
from shared.core.model.watchlist import Service, TeamsChannel
from shared.render.mail.mime import as_bytes
from tests.render.cases import MESSAGES
from tests.render.mail_cases import CHANNELS, written
from tests.render.mail_reading import Channels, parsed, sent
from tests.support.notices import (
    BOTH,
    INSTALLER,
    LIBCAL,
    LIBSTAFFER,
    RENEWER,
    credential,
    message,
    notice,
    service_view,
    unclaimed,
)

DELETED = "its current secret was deleted in Entra; is the new one installed?"
UNASSIGNED = "Secret “Test by the intern” on LibApps Outlook sync: which service uses it?"


@pytest.mark.parametrize(
    ("told", "subject"),
    [
        (message(notice(service_view())), "[LibCal] secret expires in 21 days (13 Dec)"),
        (
            message(notice(unclaimed()), notice(service_view(in_use=credential(ends=6)))),
            "[LibCal] secret expires in 6 days (28 Nov), and 1 more",
        ),
        (
            MESSAGES["several_with_page"],
            f"[LibCal] {DELETED} And 2 more",
        ),
        (MESSAGES["confirmed"], "[LibCal] is safe until 14 Nov 2028"),
        (
            MESSAGES["unclaimed"],
            f"[Lapsewatch] {UNASSIGNED}",
        ),
        (MESSAGES["app_not_found"], "[LibApps Outlook sync] the app cannot be found"),
        (
            MESSAGES["leftover_tomorrow"],
            "[LibCal] its old secret expires tomorrow (23 Nov, 03:15 CST)",
        ),
        (MESSAGES["introduction"], "[Lapsewatch] now watches 2 services"),
        (
            MESSAGES["introduction_to_settle"],
            "[Lapsewatch] now watches 2 services; 2 need attention",
        ),
        (MESSAGES["a_test"], "[Lapsewatch] test message"),
        (MESSAGES["weekly"], "[Lapsewatch] Weekly status: 2 services watched, nothing to do"),
    ],
)
def test_subject_begins_with_the_service_in_brackets(told: Message, subject: str) -> None:
    assert parsed(sent(told))["Subject"] == subject


@given(st.text(st.characters() | st.sampled_from("\r\n   []()“é世=?_"), min_size=1))
def test_any_name_survives_in_the_subject(name: str) -> None:
    made = sent(
        message(
            notice(service_view(service=replace(LIBCAL, name=name, runbook=None)), Reason.STILL_OLD)
        )
    )
    written = as_bytes(made)
    assert message_from_bytes(written, policy=default)["Subject"] == made.subject
    assert all(len(line) <= 78 for line in re.findall(rb"=\?utf-8\?.*", written))


def test_only_critical_mail_has_high_importance() -> None:
    for name, told in MESSAGES.items():
        found = parsed(sent(told))
        expected = ["high", "1"] if told.severity == Severity.CRITICAL else [None, None]
        assert [found["Importance"], found["X-Priority"]] == expected, name


def test_headers_name_sender_recipients_and_a_program() -> None:
    found = parsed(sent(message(notice(service_view(), roles=INSTALLER))))
    assert found.keys() == [
        *["From", "To", "Reply-To", "Subject", "Date", "Auto-Submitted"],
        *["MIME-Version", "Content-Type"],
    ]
    assert (found["From"], found["To"]) == (
        "Lapsewatch <alerts@example.org>",
        "reader@example.org, desk@example.org",
    )
    assert (found["Auto-Submitted"], found["Date"]) == (
        "auto-generated",
        "Sun, 22 Nov 2026 14:00:00 +0000",
    )


def test_reply_goes_to_the_other_role() -> None:
    other = replace(LIBSTAFFER, request_to="elsewhere@example.org")
    several = replace(LIBCAL, installer=("everybody", "libapps-admins", "libapps-admins"))

    def answers(
        *services: Service, roles: frozenset[Role] = INSTALLER, channels: Channels = CHANNELS
    ) -> object:
        notices = [notice(service_view(service=service), roles=roles) for service in services]
        return parsed(sent(message(*notices), channels=channels))["Reply-To"]

    assert answers(LIBCAL) == "its-helpdesk@example.org"
    assert answers(LIBCAL, LIBSTAFFER) == "its-helpdesk@example.org"
    assert answers(LIBCAL, LIBSTAFFER, roles=BOTH) == "its-helpdesk@example.org"
    assert answers(LIBCAL, other) is None
    assert answers(replace(LIBCAL, request_to="")) is None
    assert answers(several, roles=RENEWER) == "libapps-admins@example.org, desk@example.org"
    assert answers(LIBCAL, roles=RENEWER, channels={}) is None
    assert (
        answers(
            LIBCAL,
            roles=RENEWER,
            channels={
                "libapps-admins": TeamsChannel("libapps-admins", Secret("https://x.example"))
            },
        )
        is None
    )


def test_only_services_decide_where_replies_go() -> None:
    assert parsed(sent(MESSAGES["a_test"]))["Reply-To"] is None
    assert parsed(sent(MESSAGES["removed"]))["Reply-To"] is None
    with_channel = replace(
        MESSAGES["channel_failed"],
        notices=(*MESSAGES["channel_failed"].notices, notice(unclaimed(), roles=BOTH)),
    )
    assert parsed(sent(with_channel))["Reply-To"] == "its-helpdesk@example.org"


def test_line_break_in_a_header_is_refused() -> None:
    with pytest.raises(ValueError, match="linefeed"):
        as_bytes(replace(written("a_test"), subject="a\r\nBcc: evil@example.org"))


@pytest.mark.parametrize("case", ["expiring_to_renewer", "introduction_to_settle", "a_test"])
def test_subject_begins_with_the_tenant_if_several(case: str) -> None:
    alone, ours = sent(MESSAGES[case]), sent(replace(MESSAGES[case], tenant_name="branch"))
    assert ours.subject == f"[branch] {alone.subject}"
    assert parsed(ours)["Subject"] == ours.subject
    assert ours.text.startswith("branch | Lapsewatch")
