from dataclasses import replace

import pytest

from shared.core.model.directory import Kind
from shared.core.model.views import View
from shared.core.model.vocabulary import Standing
from shared.render.text.links import entra_credentials, https
from shared.render.text.wording import words_for
from tests.support.notices import (
    APP,
    CLIENT_ID,
    NEW,
    app_view,
    credential,
    leftover,
    reading,
    service_view,
    unclaimed,
    unmatched,
)

APPS = "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~"
SECRETS = f"{APPS}/Credentials/appId/{CLIENT_ID}/isMSAApp~/false"
PRINCIPAL = "9a0f4c1e-3d57-4b22-8e16-7c5b2d90a3f8"
SINGLE_SIGN_ON = f"https://entra.microsoft.com/#view/Microsoft_AAD_IAM/ManagedAppMenuBlade/~/SignOn/objectId/{PRINCIPAL}/appId/{CLIENT_ID}"
SAML = credential("LibCal single sign-on", 21, kind=Kind.CERTIFICATE)._replace(principal=PRINCIPAL)
BLACKENED = replace(APP, client_id="../?x#")


@pytest.mark.parametrize(
    ("view", "leads"),
    [
        (service_view(), SECRETS),
        (unmatched(), SECRETS),
        (service_view(in_use=SAML), SINGLE_SIGN_ON),
        (
            service_view(Standing.AWAITING_INSTALL, SAML, replacement=NEW),
            SECRETS,
        ),  # what is worked on next is the new one
        (leftover(3), SECRETS),
        (replace(leftover(3), credential=SAML), SINGLE_SIGN_ON),
        (unclaimed(), SECRETS),
        (unclaimed(SAML), SINGLE_SIGN_ON),
        (
            app_view("a redirect URI is missing", aspect="redirect_uris"),
            SECRETS.replace("Credentials", "Authentication"),
        ),
    ],
)
def test_entra_link_opens_the_page_of_the_credential(view: View, leads: str) -> None:
    assert (
        next(link.url for link in words_for(view).links() if link.title == "Open in Entra") == leads
    )


def test_service_link_is_the_one_in_the_watchlist() -> None:
    assert [link.title for link in words_for(service_view()).links()] == [
        "Open in Entra",
        "Open LibCal",
    ]
    assert [
        link.title for link in words_for(service_view(app=replace(APP, found=False))).links()
    ] == ["Open LibCal"]


def test_trouble_of_lapsewatch_has_no_link() -> None:
    assert list(words_for(reading("Graph is down")).links()) == []


def test_ids_are_quoted_in_links() -> None:
    assert "/appId/..%2F%3Fx%23/" in entra_credentials(BLACKENED, None)
    assert "/objectId/..%2F%3Fx%23/appId/..%2F%3Fx%23" in entra_credentials(
        BLACKENED, SAML._replace(principal="../?x#")
    )


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://a.example",
        "javascript:alert(1)",
        "/api/page",
        "https://",
        "https://[",
        "//a.example",
    ],
)
def test_only_an_absolute_https_address_is_a_link(url: str) -> None:
    assert https(url) == ""
    assert https("https://a.example/x") == "https://a.example/x"
