"""One mail for every standing and both parties; each has a digest in tests/golden/mails."""

from collections.abc import Iterator
from dataclasses import replace

from shared.core.model.message import Message
from shared.core.model.secret import Secret
from shared.core.model.watchlist import EmailChannel, TeamsChannel
from shared.render.mail.mail import mail
from shared.render.mail.mime import Mail
from tests.render.cases import MESSAGES, page_of
from tests.support.notices import INSTALLER, RENEWER

SENDER = "alerts@example.org"
CHANNELS: dict[str, TeamsChannel | EmailChannel] = {
    "its": EmailChannel("its", ("its@example.org",)),
    "libapps-admins": EmailChannel(
        "libapps-admins", ("libapps-admins@example.org", "desk@example.org")
    ),
    "everybody": TeamsChannel("everybody", Secret("https://teams.example.org/x")),
}
BOTH_PARTIES = (
    "expiring_first",
    "expiring_tomorrow",
    "expiring_replacement_starts_later",
    "expiring_certificate",
    "assumed",
    "old_one_deleted",
    "old_one_ended",
    "still_waiting",
    "still_old",
    "missing",
    "missing_with_candidate",
    "expired",
    "unmatched",
    "confirmed",
)
"""Sent to both roles; here once to each."""
TO_ONE = (
    "expiring_to_renewer",
    "expiring_to_installer",
    "expiring_in_copy",
    "rotation_late",
    "pipeline_expired",
    "replaced",
    "replaced_to_renewer",
    "replaced_with_page",
    "unclaimed",
    "unclaimed_ending",
    "app_disabled",
    "redirect_uri",
    "leftover_tomorrow",
    "leftover_deletable",
    "removed",
    "removed_channel",
    "check_failing",
    "channel_failed",
    "weekly",
    "introduction",
    "introduction_to_settle",
    "two_in_a_month",
    "two_in_a_month_with_page",
    "several_with_page",
    "hand_over_ready_with_page",
    "hand_over_orphan",
    "hand_over_hostile",
    "a_test",
    "hostile",
    "tenant_first",
    "tenant_to_owner",
    "tenant_fewer",
)
"""Sent once, to the roles of the case."""


def _cases() -> Iterator[tuple[str, Message]]:
    for name in TO_ONE:
        yield name, MESSAGES[name]
    for name in BOTH_PARTIES:
        for roles, channel in ((RENEWER, "its"), (INSTALLER, "libapps-admins")):
            notices = tuple(replace(notice, roles=roles) for notice in MESSAGES[name].notices)
            yield (
                f"{name}_to_{min(roles)}",
                replace(MESSAGES[name], channel=channel, notices=notices),
            )


MAILS: dict[str, Message] = dict(_cases())


def written(name: str) -> Mail:
    """Return the mail of a case."""
    return mail(
        MAILS[name],
        to=("reader@example.org",),
        sender=SENDER,
        channels=CHANNELS,
        page_url=page_of(name),
    )
