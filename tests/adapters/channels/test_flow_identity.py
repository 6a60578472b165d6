"""A flow that admits only the app's identity gets a token, for Power Automate and nobody else."""

import logging
import traceback
from collections.abc import Iterator
from functools import partial

import pytest

from local.stand_in.tenant import Tenant
from shared.adapters.channels.teams import FLOW_AUDIENCE, TeamsWebhook
from shared.adapters.channels.token import CredentialFactory
from shared.adapters.identity.managed import credential
from shared.core.model.secret import Secret
from shared.core.model.watchlist import TeamsChannel
from shared.ports.errors import ChannelError
from shared.render.card.card import cards
from tests.adapters.channels.test_mail import FakeCredential
from tests.support.notices import message, notice, service_view
from tests.support.scripted import Reply, Scripted

MESSAGE = message(notice(service_view()))
SIGN_IN_FAILS = "The managed identity is not assigned to the app"


@pytest.fixture
def tenant(monkeypatch: pytest.MonkeyPatch) -> Iterator[Tenant]:
    with Tenant() as running:
        for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"):  # azure-identity asks the process
            monkeypatch.setenv(name, running.environment[name])
        yield running


@pytest.fixture
def sign_in(tenant: Tenant) -> CredentialFactory:
    return partial(credential, None, graph_is_loopback=True, environment=tenant.environment)


def flow(url: str, sign_in: CredentialFactory) -> TeamsWebhook:
    return TeamsWebhook(TeamsChannel("its", Secret(url), auth="identity"), cards, sign_in=sign_in)


def failure(channel: TeamsWebhook) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        channel.send(MESSAGE)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert "eyJ" not in shown
    assert str(caught.value).startswith("Channel “its”: not sent. ")
    return caught.value


def test_flow_of_the_tenant_takes_a_card_with_the_identitys_token(
    tenant: Tenant, sign_in: CredentialFactory, caplog: pytest.LogCaptureFixture
) -> None:
    """The stand-in checks that the token is the identity's own, current and for Power Automate."""
    caplog.set_level(logging.DEBUG)
    flow(tenant.flow_url("its"), sign_in).send(MESSAGE)
    (posted,) = tenant.posted("its")
    token = posted.headers["Authorization"].removeprefix("Bearer ")
    grant = tenant.identity.grant(token)
    assert grant is not None
    assert grant.resource == FLOW_AUDIENCE == "https://service.flow.microsoft.com/"
    assert token not in caplog.text


def test_flow_for_anyone_gets_no_token(tenant: Tenant, sign_in: CredentialFactory) -> None:
    plain = TeamsChannel("its", Secret(tenant.teams_url("its")))
    TeamsWebhook(plain, cards, sign_in=sign_in).send(MESSAGE)
    assert "Authorization" not in tenant.posted("its")[0].headers


@pytest.mark.parametrize("wrong", ["no token", "for another service", "expired", "not its own"])
def test_flow_of_the_tenant_refuses_everybody_else(tenant: Tenant, wrong: str) -> None:
    url = tenant.flow_url("its")
    if wrong == "no token":
        channel = TeamsWebhook(TeamsChannel("its", Secret(url)), cards)
    elif wrong == "for another service":
        other = tenant.identity.issue("https://graph.microsoft.com")["access_token"]
        channel = flow(url, lambda: FakeCredential(token=other))
    elif wrong == "expired":
        tenant.identity.lifetime = -1
        late = tenant.identity.issue(FLOW_AUDIENCE)["access_token"]
        channel = flow(url, lambda: FakeCredential(token=late))
    else:
        channel = flow(url, lambda: FakeCredential(token="eyJhbGciOiJub25lIn0.e30."))
    error = failure(channel)
    said = "Set “Who can trigger the flow” to Anyone" if wrong == "no token" else "allowed users"
    assert said in str(error)
    assert not error.transient
    assert tenant.posted("its") == []


def test_missing_token_sends_nothing(tenant: Tenant) -> None:
    fails = FakeCredential(RuntimeError(f"{SIGN_IN_FAILS}: eyJhbGciOiJub25lIn0"))
    error = failure(flow(tenant.flow_url("its"), lambda: fails))
    assert f"No token for Power Automate. The sign-in says: {SIGN_IN_FAILS}" in str(error)
    assert error.transient
    assert tenant.posted("its") == []


def test_redirect_does_not_get_the_token(sign_in: CredentialFactory) -> None:
    with Scripted([Reply(200)]) as elsewhere:
        moved = Reply(307, headers={"Location": elsewhere.url})
        with Scripted([moved]) as server:
            assert "redirects are not followed" in str(failure(flow(server.url, sign_in)))
        assert elsewhere.asked == []
