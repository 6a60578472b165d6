"""Sign-in to another tenant: the managed identity proves who we are, without a secret."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.identity import AzureCliCredential

from local.stand_in.other_tenants import REGISTRATION, OtherTenants
from local.stand_in.tenant import Tenant
from shared.adapters.identity.cross_tenant import CrossTenantCredential, cross_tenant_credential
from shared.config.clouds import OtherTenant
from shared.ports.errors import DirectoryError

THEIRS = "11111111-2222-4333-8444-555555555555"
SCOPE = "https://graph.microsoft.com/.default"


@pytest.fixture
def tenant() -> Iterator[Tenant]:
    with Tenant("empty") as running:
        yield running


@pytest.fixture
def other_tenants(
    tenant: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OtherTenants]:
    with OtherTenants(tenant, tmp_path) as running:
        running.add(THEIRS, ())
        for name, value in {**tenant.environment, **running.environment}.items():
            monkeypatch.setenv(name, value)
        yield running


def signed_in(
    tenant: Tenant,
    other_tenants: OtherTenants,
    where: OtherTenant = OtherTenant(THEIRS, REGISTRATION),  # noqa: B008  (a value)
) -> CrossTenantCredential:
    authority = other_tenants.environment["AZURE_AUTHORITY_HOST"]
    made = cross_tenant_credential(
        where,
        None,
        graph=tenant.graph_url,
        authority=authority,
        graph_is_loopback=True,
        environment=tenant.environment,
    )
    assert isinstance(made, CrossTenantCredential)
    return made


def failing(
    tenant: Tenant,
    other_tenants: OtherTenants,
    where: OtherTenant = OtherTenant(THEIRS, REGISTRATION),  # noqa: B008  (a value)
) -> str:
    made = signed_in(tenant, other_tenants, where)
    with pytest.raises(DirectoryError) as caught:
        made.get_token(SCOPE)
    made.close()
    return str(caught.value)


def test_gets_a_token_of_the_other_tenant_by_an_assertion(
    tenant: Tenant, other_tenants: OtherTenants
) -> None:
    made = signed_in(tenant, other_tenants)
    token = made.get_token(SCOPE).token
    assert other_tenants[THEIRS].tokens.grant(token) is not None
    assert tenant.identity.grant(token) is None
    made.close()


def test_missing_consent_error_has_the_consent_url(
    tenant: Tenant, other_tenants: OtherTenants
) -> None:
    other_tenants[THEIRS].consented = False
    said = failing(tenant, other_tenants)
    assert "AADSTS700016" in said
    assert f"/{THEIRS}/adminconsent?client_id={REGISTRATION}" in said


def test_unknown_tenant_is_an_error(tenant: Tenant, other_tenants: OtherTenants) -> None:
    said = failing(
        tenant, other_tenants, OtherTenant("99999999-2222-4333-8444-555555555555", REGISTRATION)
    )
    assert said.startswith("The tenant 99999999-2222-4333-8444-555555555555 gave no token.")


def test_missing_token_of_the_managed_identity_is_an_error(
    tenant: Tenant, other_tenants: OtherTenants
) -> None:
    tenant.fault("msi", times=None, status=400, body='{"error": "invalid_request"}')
    assert failing(tenant, other_tenants).startswith(
        "The managed identity gave no token for signing in to another tenant."
    )


def test_errors_of_the_managed_identity_quote_no_token(
    tenant: Tenant, other_tenants: OtherTenants
) -> None:
    tenant.fault(
        "msi", times=None, status=200, body='{"access_token": "eyJ0eXAi.eyJhdWQi.secret", "expires'
    )
    said = failing(tenant, other_tenants)
    assert said.startswith("The managed identity gave no token for signing in to another tenant.")
    assert "secret" not in said
    assert "eyJ" not in said


@pytest.mark.parametrize(
    "odd", [b'{"access_token": "eyJ0eXAi.eyJhdWQi.secret", "expires', b'"eyJ0eXAi.eyJhdWQi.secret"']
)
def test_unreadable_response_error_quotes_no_token(
    tenant: Tenant, other_tenants: OtherTenants, odd: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    other_tenants.odd_answer = odd
    said = failing(tenant, other_tenants)
    assert said.startswith(f"The tenant {THEIRS} gave no token.")
    for text in (said, caplog.text):
        assert "secret" not in text
        assert "eyJ" not in text


def test_laptop_uses_the_developers_sign_in() -> None:
    made = cross_tenant_credential(
        OtherTenant(THEIRS, REGISTRATION),
        None,
        graph="https://graph.microsoft.com",
        authority="",
        graph_is_loopback=False,
        environment={},
    )
    assert isinstance(made, AzureCliCredential)


@pytest.mark.parametrize(
    ("graph", "authority", "asked"),
    [
        ("https://graph.microsoft.com", "", "https://login.microsoftonline.com/"),
        ("https://graph.microsoft.us", "", "https://login.microsoftonline.us/"),
        ("https://microsoftgraph.chinacloudapi.cn", "", "https://login.chinacloudapi.cn/"),
        ("https://graph.microsoft.com", "https://login.example.org", "https://login.example.org/"),
    ],
)
def test_each_cloud_has_its_own_sign_in(graph: str, authority: str, asked: str) -> None:
    here = {"WEBSITE_SITE_NAME": "lapsewatch"}
    where = OtherTenant(THEIRS, REGISTRATION)
    made = cross_tenant_credential(
        where, None, graph=graph, authority=authority, graph_is_loopback=False, environment=here
    )
    assert isinstance(made, CrossTenantCredential)
    assert made.consent.startswith(f"{asked}{THEIRS}/adminconsent?")
    made.close()


def test_local_graph_sends_nothing_to_the_real_sign_in(tenant: Tenant) -> None:
    with pytest.raises(DirectoryError, match="Set AZURE_AUTHORITY_HOST"):
        cross_tenant_credential(
            OtherTenant(THEIRS, REGISTRATION),
            None,
            graph=tenant.graph_url,
            authority="",
            graph_is_loopback=True,
            environment=tenant.environment,
        )
