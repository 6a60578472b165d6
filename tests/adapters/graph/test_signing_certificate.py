"""A newer certificate never silences the one that a service principal signs with."""

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from local.simulation.build import RULES, watchlist
from shared.adapters.graph.page_decoder import PageDecoder
from shared.core.inventory.filter import InventoryFilter
from shared.core.model.inventory import Holder
from shared.ports.inventory import ScanQuery
from tests.support.graph_objects import application, certificate

NOW = datetime(2027, 6, 1, tzinfo=UTC)
ACTIVE, OTHER = (
    "0A0B030405060708090A0B0C0D0E0F1011121314",
    "F9D4365AFC13FC27446AD529035997B32991AE85",
)


def sha(letters: str) -> bytes:
    return sha256(letters.encode()).digest()


FORMS: dict[str, Callable[[str], bytes]] = {
    "thumbprint": bytes.fromhex,
    "sha-256 of the letters": sha,
    "sha-256 of the small letters": lambda thumbprint: sha(thumbprint.lower()),
}
WRITTEN: dict[str, Callable[[bytes], str]] = {
    "base64": lambda raw: b64encode(raw).decode(),
    "base64 for urls": lambda raw: urlsafe_b64encode(raw).decode().rstrip("="),
    "hex": lambda raw: raw.hex(),
    "hex in capitals": lambda raw: raw.hex().upper(),
}
UNKNOWN: dict[str, Callable[[str], str | None]] = {
    "sha-256 of the certificate": lambda thumbprint: b64encode(
        sha("DER of " + thumbprint)
    ).decode(),
    "random": lambda thumbprint: b64encode(sha("?" + thumbprint)[:16]).decode(),
    "no identifier": lambda _: None,
    "a text": lambda thumbprint: f"key {thumbprint[:4]} ü",
}


def listed(identifier: Callable[[str], str | None], preferred: str | None) -> list[str]:
    """Return the certificates that are listed: two of one name, the newer one is inactive."""
    keys = [
        certificate(
            keyId=f"{name}-{usage}",
            usage=usage,
            customKeyIdentifier=identifier(thumbprint),
            displayName="CN=sso",
            startDateTime=starts,
            endDateTime=ends,
        )
        for name, thumbprint, starts, ends in (
            ("active", ACTIVE, "2024-06-18T09:15:00Z", "2027-06-18T09:15:00Z"),
            ("newer", OTHER, "2027-05-01T00:00:00Z", "2027-06-28T00:00:00Z"),
        )
        for usage in ("Sign", "Verify")
    ]
    principal = application(keyCredentials=keys) | {
        "accountEnabled": True,
        "preferredTokenSigningKeyThumbprint": preferred,
    }
    wanted = InventoryFilter(watchlist(), RULES, NOW)
    decoder = PageDecoder(Holder.SERVICE_PRINCIPAL, ScanQuery(*wanted.window))
    page = decoder.decode(json.dumps({"value": [principal]}).encode())
    assert not page.failures
    return sorted(
        {item.credential.key_id.split("-")[0] for app in page.apps for item in wanted.listed(app)}
    )


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("preferred", [ACTIVE, ACTIVE.lower()])
def test_the_active_certificate_is_known_by_its_identifier(
    form: str, written: str, preferred: str
) -> None:
    def identifier(thumbprint: str) -> str:
        return WRITTEN[written](FORMS[form](thumbprint))

    assert listed(identifier, preferred) == ["active", "newer"]
    assert listed(identifier, OTHER) == ["newer"], "the newer one is active, so it may silence"


@pytest.mark.parametrize("form", UNKNOWN)
def test_neither_silences_the_other_if_the_identifier_says_nothing(form: str) -> None:
    for preferred in (ACTIVE, OTHER, None, "", "not a thumbprint"):
        assert listed(UNKNOWN[form], preferred) == ["active", "newer"]


def test_neither_silences_the_other_if_no_certificate_is_preferred() -> None:
    for preferred in (None, "", "AA" * 20):
        assert listed(lambda thumbprint: thumbprint, preferred) == ["active", "newer"]
