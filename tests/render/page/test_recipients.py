"""The watchlist on the page: who is notified, and when, without addresses, URLs and secrets."""

from dataclasses import replace

import pytest

from local.simulation.build import CLIENT_ID, RULES, service, watchlist
from local.simulation.world import inventory_world
from shared.core.model.secret import Secret
from shared.core.model.watchlist import (
    AnyChannel,
    EmailChannel,
    Escalation,
    TeamsChannel,
    WebhookChannel,
)
from shared.render.page.recipients import ladder_words, recipients
from tests.render.page.page_cases import lived
from tests.render.page.parsed_page import parsed

CHANNELS: dict[str, AnyChannel] = {
    "its": TeamsChannel("its", Secret("https://flow.example/?sig=s3cret"), mention=("dana@e.org",)),
    "admins": EmailChannel("admins", ("dana@example.org",), label="LibCal administrators"),
    "tickets": WebhookChannel("tickets", Secret("https://h.example/"), Secret("whsec_c2VjcmV0")),
}
SERVICES = (
    service(
        "LibCal",
        request_to="helpdesk@example.org",
        link="https://admin.example/",
        escalate=Escalation(("tickets",), 14),
    ),
    service("Rota", installed_by="pipeline", installer=(), ladder=(7,), rotates_every=30),
)
EXCLUDING = replace(
    RULES,
    exclude_names=("Test*",),
    exclude_tags=frozenset({"lab"}),
    exclude_client_ids=frozenset({CLIENT_ID}),
    owners=True,
    noise=("app_proxy",),
)
WATCHED = replace(watchlist(*SERVICES, inventory=EXCLUDING), channels=CHANNELS)


def test_each_part_of_the_watchlist_has_its_facts() -> None:
    assert {group.title: dict(group.facts) for group in recipients(WATCHED)} == {
        "Channels": {
            "Checks": "Daily at 08:00, America/Chicago",
            "its": "A Teams channel, with a weekly status",
            "LibCal administrators": "Email",
            "tickets": "A program (webhook)",
        },
        "LibCal": {
            "App": "LibApps Outlook sync",
            "Renewer": "its",
            "Installer": "LibCal administrators",
            "Reminders": "90, 60, 30, 14, 7, 3 and 1 days before, and on the day",
            "Escalation": "tickets, from 14 days before expiry on",
        },
        "Rota": {
            "App": "LibApps Outlook sync",
            "Renewer": "its",
            "Rotation": "By a pipeline, every 30 days",
            "Reminders": "7 days before",
        },
        "All apps of the tenant": {
            "Notified": "The owners of each app; its about apps without a reachable owner",
            "Reminders": "30, 14, 7 and 1 days before",
            "Enterprise apps": "Not included",
            "Excluded names": "Test*",
            "Excluded tags": "lab",
            "Excluded apps": "1 app by client id",
            "Noise rules": "app_proxy",
        },
    }


def test_page_shows_it_without_addresses_and_urls() -> None:
    page = parsed(lived(inventory_world(WATCHED)))
    assert "What is watched, and who is notified" in page.text
    assert "Excluded names" in page.text
    section = page.text.partition("What is watched, and who is notified")[2]
    for hidden in ("@", "http", "s3cret", "whsec_", "c2VjcmV0"):
        assert hidden not in section


@pytest.mark.parametrize(
    ("ladder", "words"),
    [
        ((30, 0), "30 days before, and on the day"),
        ((1,), "1 day before"),
        ((0,), "On the day"),
        ((14, 7), "14 and 7 days before"),
    ],
)
def test_a_ladder_is_a_phrase(ladder: tuple[int, ...], words: str) -> None:
    assert ladder_words(ladder) == words
