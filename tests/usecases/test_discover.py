"""A suggested watchlist is valid for every app, and its claims find what it lists."""

import tomllib
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.simulation.build import CHICAGO, CLIENT_ID, OBJECT_ID, at, secret
from local.simulation.directory import InMemoryDirectory
from shared.config.problems import InvalidValue
from shared.config.watchlist import parse
from shared.core.judge.claims import claimed_by
from shared.core.judge.suggest import base_name
from shared.core.model.directory import App, Credential, Kind
from shared.core.model.memory import Memory
from shared.core.model.watchlist import Watchlist
from shared.ports.errors import DirectoryError
from shared.render.feeds.discover import watchlist_toml
from shared.usecases.discover import discover, suggestion

NOW = at("2026-11-22T14:00Z")


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("LibCal 2024", "LibCal"),
        ("LibCal-2026-11-20", "LibCal"),
        ("LibCal (new) Nov 2026", "LibCal"),
        ("LibCal2024", "LibCal"),
        ("LibCal secret exp. Dec 2024", "LibCal secret"),
        ("2024 LibCal", "LibCal"),
        ("O365 sync 2024", "O365 sync"),
        ("LibCal", "LibCal"),
        ("CN=LibCal SAML 2", "LibCal SAML"),
        ("Password uploaded on Mon Nov 02 2026", ""),
        ("2024", ""),
        ("", ""),
        ("v2", ""),
    ],
)
def test_the_part_of_a_name_that_rotation_does_not_change(name: str, base: str) -> None:
    assert base_name(name) == base


def test_services_are_guessed_from_the_names_of_secrets() -> None:
    app = app_with(
        ("LibCal 2024", "q7X", "2026-12-13T09:15Z"),
        ("LibCal 2026", "Zr2", "2028-11-20T17:00Z"),
        ("LibStaffer 2025", "b3W", "2027-03-20T02:00Z"),
        ("", "m9_", "2027-05-01T12:00Z"),
        ("Wallet", "aaa", "2019-05-01T12:00Z"),
        redirect_uris=(
            "https://library.example/callback",
            "http://library.example/plain",
            "msal123://auth",
        ),
    )
    assert watchlist_toml(suggestion(app, NOW), NOW, CHICAGO) == EXPECTED
    watched = parsed(EXPECTED)
    assert [
        (service.id, service.claim.by, service.claim.value) for service in watched.apps[0].services
    ] == [
        ("libcal", "name", "LibCal*"),
        ("libstaffer", "name", "LibStaffer*"),
        ("unnamed-secret-m9", "hint", "m9_"),
    ]
    assert watched.apps[0].redirect_uris == ("https://library.example/callback",)


def test_a_name_does_not_claim_a_longer_one() -> None:
    app = app_with(
        ("LibCal 2024", "q7X", None),
        ("LibCalendar 2024", "b3W", None),
        ("LibCal test 2025", "ccc", None),
    )
    assert whose(app) == {
        "LibCal 2024": {"libcal"},
        "LibCalendar 2024": {"libcalendar"},
        "LibCal test 2025": {"libcal-test"},
    }


def test_pattern_and_invisible_characters_are_literal() -> None:
    app = app_with(
        ("[Lib*Cal?] 2024", "q7X", None),
        ("Lib\u200bStaffer\t2025", "b3W", None),
        ("LibCal 2024", "ccc", None),
    )
    claims = [service.claim.value for service in suggestion(app, NOW).services]
    assert claims == ["[Lib*Cal?]*", "LibCal*", "Lib*Staffer*"]


def test_a_line_separator_survives_the_way_to_the_file() -> None:
    app = app_with(("Lib\u2028Cal\u2029x 2024", "q7X", None))
    assert [each.claim.value for each in suggestion(app, NOW).services] == ["Lib*Cal*x*"]


def test_credentials_without_name_or_hint_are_claimed_by_id() -> None:
    app = app_with(("", "", None), ("", "", None))
    certificate = app.credentials[0]._replace(kind=Kind.CERTIFICATE)
    app = app._replace(credentials=(certificate, app.credentials[1]))
    services = suggestion(app, NOW).services
    assert [(service.name, service.claim.by, service.id) for service in services] == [
        ("Unnamed secret", "key_id", ""),
        ("Unnamed certificate", "key_id", ""),
    ]
    assert len(parsed(watchlist_toml(suggestion(app, NOW), NOW, CHICAGO)).services) == 2


def test_services_with_similar_names_get_different_ids() -> None:
    app = app_with(
        ("Café rooms", "aaa", None), ("Cafe rooms", "bbb", None), ("會議室 預約", "ccc", None)
    )
    services = parsed(watchlist_toml(suggestion(app, NOW), NOW, CHICAGO)).services
    assert sorted(services) == ["cafe-rooms", "cafe-rooms-2", "service-2"]


def test_an_app_without_credentials() -> None:
    text = watchlist_toml(suggestion(app_with(), NOW), NOW, CHICAGO)
    assert "# FILL IN: nothing on the app suggests a service" in text
    assert [service.claim.value for service in parsed(text).services.values()] == [
        "LibApps Outlook sync*"
    ]


NAMES = st.text(max_size=30) | st.sampled_from(
    [
        "LibCal",
        "LibCal 2024",
        "libcal 2025",
        "LibCal*",
        "[LibCal] 1",
        'a"""\n[channels]\nx = """',
        "#",
    ]
)


@st.composite
def apps(draw: st.DrawFn) -> App:
    credentials = []
    for number in range(draw(st.integers(0, 6))):
        ends = draw(st.none() | st.integers(-400, 800).map(lambda days: NOW + timedelta(days=days)))
        kind = draw(st.sampled_from(Kind))
        hint = draw(st.text(min_size=3, max_size=3) | st.sampled_from(["", "q7X", "\"\\'"]))
        credentials.append(
            Credential(
                str(UUID(int=number)), kind, draw(NAMES), hint, NOW - timedelta(days=number), ends
            )
        )
    uris = draw(
        st.lists(
            st.text(max_size=20)
            | st.sampled_from(["https://library.example/a", "http://localhost/"]),
            max_size=3,
        )
    )
    return App(CLIENT_ID, OBJECT_ID, draw(NAMES), tuple(credentials), tuple(uris))


@given(app=apps())
def test_a_suggested_watchlist_is_always_valid(app: App) -> None:
    suggested = suggestion(app, NOW)
    text = watchlist_toml(suggested, NOW, CHICAGO)
    assert tomllib.loads(text.encode("utf-8").decode()), "it can be saved as a file"
    services = parsed(text).apps[0].services
    found = {c.key_id: claimed_by(c, services, Memory()).services for c in app.credentials}
    for service, guessed in zip(services, suggested.services, strict=True):
        assert {key for key, owners in found.items() if service.id in owners} >= {
            c.key_id for c in guessed.found
        }
    if any(guessed.found for guessed in suggested.services):
        assert {key for key, owners in found.items() if not owners} == {
            c.key_id for c in suggested.left_out
        }


def test_a_missing_app_is_an_error() -> None:
    tenant = InMemoryDirectory()
    with pytest.raises(
        DirectoryError,
        match=f"This tenant has no app registration with the client id {CLIENT_ID}. Copy its",
    ):
        discover(tenant, CLIENT_ID, NOW)


def test_an_unreadable_app_is_an_error() -> None:
    with pytest.raises(DirectoryError, match=r"Graph said no\."):
        discover(InMemoryDirectory(broken={CLIENT_ID: "Graph said no."}), CLIENT_ID, NOW)


def test_discover_reads_the_app() -> None:
    tenant = InMemoryDirectory()
    tenant.put(secret("00000000-0000-4000-8000-000000000001", "LibCal 2024", ends=None))
    assert [service.name for service in discover(tenant, CLIENT_ID, NOW).services] == ["LibCal"]


def app_with(*credentials: tuple[str, str, str | None], redirect_uris: tuple[str, ...] = ()) -> App:
    """An app with secrets, each by name, hint and end; the first is the oldest."""
    there = tuple(
        secret(
            str(UUID(int=number)), name, ends=ends, hint=hint, starts=f"2018-01-{number:02}T00:00Z"
        )
        for number, (name, hint, ends) in enumerate(credentials, 1)
    )
    return App(CLIENT_ID, OBJECT_ID, "LibApps Outlook sync", there, redirect_uris)


def parsed(text: str) -> Watchlist:
    def no_file(name: str) -> str:
        raise InvalidValue(name, "no runbook")

    return parse(text, "watchlist.toml", {"TEAMS_WEBHOOK_URL": "https://flow.example/"}, no_file)


def whose(app: App) -> dict[str, set[str]]:
    services = parsed(watchlist_toml(suggestion(app, NOW), NOW, CHICAGO)).apps[0].services
    return {c.name: set(claimed_by(c, services, Memory()).services) for c in app.credentials}


EXPECTED = """\
# A watchlist to start from, made of “LibApps Outlook sync” on 22 Nov 2026.
# Save it as watchlist.toml beside host.json and edit every FILL IN.
# Then try it: python -m shared doctor

# FILL IN: the time zone of the dates that people read, such as America/Chicago.
timezone = "America/Chicago"
check_at = "08:00"

[channels.team]
kind = "teams"
# The setting that contains the URL of the Workflows webhook; never write the URL here.
url = "env:TEAMS_WEBHOOK_URL"

[[apps]]
name = "LibApps Outlook sync"
client_id = "6f1c2f5e-8a04-4d0b-9d5e-0c7a5a2b13d6"
redirect_uris = [  # people are notified if one of these is missing
    "https://library.example/callback",
]
# also on the app, but not watched, because it is not https: http://library.example/plain
# also on the app, but not watched, because it is not https: msal123://auth

# FILL IN at each service:
#   name       what people call the product
#   renewer    the channels of those who create a new credential in Entra
#   installer  the channels of those who paste it into the product
#   breaks     what stops working when the credential expires
# Optional:
#   runbook = "runbooks/product.md"                # the steps of renewer and installer
#   request_to = "helpdesk@example.org"            # where to ask for a new credential
#   link = "https://product.example.org/admin"     # where the installer pastes it
#   installed_by = "pipeline"                      # no installer: a pipeline replaces it

[[apps.services]]
name = "LibCal"
# The claim finds today:
#   secret “LibCal 2026” (begins with Zr2, expires 20 Nov 2028)
#   secret “LibCal 2024” (begins with q7X, expires 13 Dec 2026)
claims = { name = "LibCal*" }
renewer = ["team"]
installer = ["team"]
breaks = "Sign-in of LibCal stops working."  # FILL IN

[[apps.services]]
name = "LibStaffer"
# The claim finds today:
#   secret “LibStaffer 2025” (begins with b3W, expires 19 Mar 2027)
claims = { name = "LibStaffer*" }
renewer = ["team"]
installer = ["team"]
breaks = "Sign-in of LibStaffer stops working."  # FILL IN

[[apps.services]]
name = "Unnamed secret m9_"
# The claim finds today:
#   unnamed secret (begins with m9_, expires 1 May 2027)
# FILL IN: the claim finds only this credential, not the next one. Give the next one a name
# that begins with the product's, and use that: { name = "Product*" }
claims = { hint = "m9_" }
renewer = ["team"]
installer = ["team"]
breaks = "Sign-in of Unnamed secret m9_ stops working."  # FILL IN

# Also on the app, but on no service above: expired long ago, or no rule can tell it apart.
#   secret “Wallet” (begins with aaa, expired 1 May 2019)
"""
