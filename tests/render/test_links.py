import pytest

from shared.render.links import entra_credentials, https


def test_entra_is_opened_at_the_apps_secrets() -> None:
    assert entra_credentials("5d1c0e7a-96b4-4f0e-8a51-2f6c9b3413d6") == (
        "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Credentials"
        "/appId/5d1c0e7a-96b4-4f0e-8a51-2f6c9b3413d6/isMSAApp~/false"
    )


def test_a_client_id_cannot_lead_elsewhere() -> None:
    assert "/appId/..%2F%3Fx%23/" in entra_credentials("../?x#")


@pytest.mark.parametrize("url", ["", "http://a.example", "javascript:alert(1)", "/api/page", "https://", "https://[", "//a.example"])
def test_only_an_absolute_https_address_is_a_link(url: str) -> None:
    assert https(url) == ""
    assert https("https://a.example/x") == "https://a.example/x"
