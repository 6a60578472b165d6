"""The ledger as it is opened in Azure: https, a managed identity, and no key."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from azure.identity import ManagedIdentityCredential

from local.azurite import Azurite
from local.stand_in.certificate import loopback_certificate
from shared.adapters.table.ledger import TableLedger
from shared.core.model.decision import InUse
from shared.core.model.memory import Changes
from shared.ports.errors import LedgerError
from shared.ports.ledger import Held
from tests.support.scripted import Scripted, reply

NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)
HOLD = InUse("libcal", "k1", assumed=True, at=NOW)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    return loopback_certificate(tmp_path)


@pytest.fixture
def secure(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Azurite]:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate[0]))
    with Azurite(certificate=certificate) as running:
        yield running


def token(audience: str) -> str:
    """Return a token for Azurite, which does not check the signature."""
    now = int(datetime.now(UTC).timestamp())
    claims = {
        "aud": audience,
        "iss": "https://sts.windows.net/11111111-2222-4333-8444-555555555555/",
        "nbf": now - 60,
        "iat": now - 60,
        "exp": now + 3600,
    }
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in ({"alg": "none", "typ": "JWT"}, claims)
    ]
    return ".".join([*parts, "c2lnbmVk"])


@pytest.fixture
def identity(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    """Serve the token endpoint of App Service for a managed identity."""
    resource = "https://storage.azure.com"
    expires = str(int(datetime.now(UTC).timestamp()) + 3600)
    given = {
        "access_token": token(resource),
        "expires_on": expires,
        "resource": resource,
        "token_type": "Bearer",
    }
    with Scripted(lambda _: reply(given)) as server:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{server.url}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", "header-of-a-test")
        yield server


def test_managed_identity_opens_the_ledger(secure: Azurite, identity: Scripted, table: str) -> None:
    with (
        ManagedIdentityCredential() as credential,
        TableLedger(secure.endpoint(), lambda: NOW, credential=credential, table=table) as ledger,
    ):
        ledger.remember(Changes(in_use_records=(HOLD,)))
        assert ledger.load().in_use_records == {"libcal": HOLD}
        assert not isinstance(ledger.lease(), Held)
    [asked] = identity.asked
    assert "resource=https://storage.azure.com" in asked.path
    assert asked.headers["x-identity-header"] == "header-of-a-test"


def test_missing_identity_is_named_as_the_cause(identity: Scripted) -> None:
    identity.script = lambda _: reply(
        {"statusCode": 400, "message": "No identity is assigned"}, 400
    )
    with (
        ManagedIdentityCredential() as credential,
        TableLedger(
            "https://account.table.core.windows.net", lambda: NOW, credential=credential
        ) as ledger,
        pytest.raises(
            LedgerError, match=r"there is no token for it\. .* is the identity assigned to the app"
        ),
    ):
        ledger.last_checks()


@pytest.mark.filterwarnings(
    "ignore:Testing an element's truth value:DeprecationWarning"
)  # the SDK's own, where an error is XML
def test_token_for_another_resource_is_refused(secure: Azurite, identity: Scripted) -> None:
    other = {
        "access_token": token("https://graph.microsoft.com"),
        "expires_on": "4102444800",
        "resource": "x",
        "token_type": "Bearer",
    }
    identity.script = lambda _: reply(other)
    with (
        ManagedIdentityCredential() as credential,
        TableLedger(secure.endpoint(), lambda: NOW, credential=credential) as ledger,
        pytest.raises(LedgerError, match=r"The ledger at 127\.0\.0\.1 answered 40[13] ") as caught,
    ):
        ledger.last_checks()
    assert not caught.value.transient


def test_untrusted_certificate_is_refused(
    secure: Azurite, identity: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with (
        ManagedIdentityCredential() as credential,
        TableLedger(secure.endpoint(), lambda: NOW, credential=credential) as ledger,
        pytest.raises(LedgerError, match="certificate verify failed"),
    ):
        ledger.last_checks()
    assert len(identity.asked) <= 1


def test_token_needs_https() -> None:
    with (
        ManagedIdentityCredential() as credential,
        pytest.raises(LedgerError, match="LAPSEWATCH_TABLES is neither an https endpoint"),
    ):
        TableLedger("http://127.0.0.1:10002/devstoreaccount1", lambda: NOW, credential=credential)
