"""Values of new secrets in a vault that speaks as Key Vault does, over TLS."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import partial

import pytest

from local.stand_in.created_values import new_value
from local.stand_in.hand_over_vault import HandOverVault
from local.stand_in.tenant import Tenant
from shared.adapters.identity.managed import credential
from shared.adapters.vault.key_vault import KeyVault
from shared.core.model.secret import Secret
from shared.ports.errors import VaultError
from shared.ports.vault import Vault, VaultLabel

AT = datetime(2026, 11, 28, 9, 30, tzinfo=timezone(timedelta(hours=-6)))
KEY_ID = "0a1b2c3d-1111-4222-8333-444455556666"
LABEL = VaultLabel("libcal", KEY_ID, "Dana Example", AT, AT + timedelta(days=14))
NAME = f"lapsewatch-libcal-{KEY_ID}"

type Call = Callable[[Vault, Secret], object]
KEEP: Call = lambda vault, value: vault.keep(LABEL, value)  # noqa: E731  (a row of a table)
HAS: Call = lambda vault, _: vault.has(NAME)  # noqa: E731  (the same)
VALUE: Call = lambda vault, _: vault.value(NAME)  # noqa: E731  (the same)
DELETE: Call = lambda vault, _: vault.delete(NAME)  # noqa: E731  (the same)
CALLS = {"keep": KEEP, "has": HAS, "value": VALUE, "delete": DELETE}
AT_ONCE = {"Retry-After": "0"}


@pytest.fixture
def tenant(monkeypatch: pytest.MonkeyPatch) -> Iterator[Tenant]:
    with Tenant("empty", hand_over=True) as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
def stand_in(tenant: Tenant) -> HandOverVault:
    return tenant.hand_over


@pytest.fixture
def vault(tenant: Tenant) -> KeyVault:
    return opened(tenant)


@pytest.fixture
def value() -> Secret:
    return Secret(new_value())


def opened(tenant: Tenant, url: str = "", seconds: float = 30) -> KeyVault:
    sign_in = partial(credential, None, graph_is_loopback=True, environment=tenant.environment)
    return KeyVault(url or tenant.hand_over.url, sign_in, seconds=seconds)


def refused(call: Call, vault: KeyVault, value: Secret) -> VaultError:
    """Return the error of a call, which holds nothing that could print the value."""
    with pytest.raises(VaultError) as caught:
        call(vault, value)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    assert value.reveal() not in str(caught.value)
    return caught.value


def test_a_value_is_kept_with_what_people_need_to_know(
    vault: KeyVault, stand_in: HandOverVault, value: Secret
) -> None:
    assert (vault.has(NAME), vault.value(NAME)) == (False, None)
    vault.keep(LABEL, value)
    assert vault.has(NAME)
    assert ("SecretGet", NAME) not in stand_in.secrets.done  # looking does not read the value
    assert vault.value(NAME) == value
    assert stand_in.secrets.described()["secrets"] == {
        NAME: {
            "versions": 1,
            "content_type": "text/plain",
            "tags": {
                "service": "libcal",
                "key_id": KEY_ID,
                "by": "Dana Example",
                "at": "2026-11-28T15:30:00+00:00",
            },
            "expires": int(LABEL.until.timestamp()),
            "not_before": None,
        }
    }


def test_the_name_of_a_person_may_be_anything(
    vault: KeyVault, stand_in: HandOverVault, value: Secret
) -> None:
    hostile = VaultLabel("libcal", KEY_ID, "Dana\u202e\n<b>" + "\U0001f600" * 600, AT, LABEL.until)
    vault.keep(hostile, value)
    tags = stand_in.secrets.tags(NAME)
    assert len(tags["by"]) <= 256
    assert tags["by"].startswith("Dana <b>\U0001f600")


def test_a_second_value_replaces_the_first(
    vault: KeyVault, stand_in: HandOverVault, value: Secret
) -> None:
    vault.keep(LABEL, Secret(new_value()))
    vault.keep(LABEL, value)
    assert stand_in.secrets.values == {NAME: value.reveal()}


def test_the_name_of_a_long_service_id_is_one_that_the_vault_allows(
    vault: KeyVault, stand_in: HandOverVault, value: Secret
) -> None:
    label = replace(LABEL, service="long-" * 20 + "id")
    vault.keep(label, value)
    assert stand_in.secrets.values == {label.name: value.reveal()}
    assert label.name.startswith("lapsewatch-long-")
    assert label.name.endswith(KEY_ID)


@pytest.mark.parametrize("call", [KEEP, VALUE], ids=["keep", "value"])
def test_no_redirect_is_followed(
    vault: KeyVault, stand_in: HandOverVault, value: Secret, call: Call
) -> None:
    elsewhere = {"Location": f"{stand_in.url}/secrets/elsewhere?api-version=7.4"}
    stand_in.fault("/secrets/", status=307, headers=elsewhere)
    assert "answered 307" in str(refused(call, vault, value))
    assert "elsewhere" not in stand_in.secrets.values


def test_an_empty_list_of_versions_has_no_value(vault: KeyVault, stand_in: HandOverVault) -> None:
    stand_in.fault("GET /secrets/", status=200, body='{"value": [], "nextLink": null}')
    assert not vault.has(NAME)


@pytest.mark.parametrize("busy", [0, 2], ids=["at once", "after a while"])
def test_a_deleted_name_is_recovered_and_set_anew(
    vault: KeyVault, stand_in: HandOverVault, value: Secret, busy: int
) -> None:
    stand_in.secrets.put(NAME, new_value(), deleted=True)
    stand_in.secrets.busy = busy
    vault.keep(LABEL, value)
    assert stand_in.secrets.values == {NAME: value.reveal()}
    assert stand_in.secrets.done == [("SecretRecover", NAME), ("SecretSet", NAME)]


@pytest.mark.parametrize("busy", [0, 2], ids=["at once", "after a while"])
def test_a_deleted_value_is_purged(vault: KeyVault, stand_in: HandOverVault, busy: int) -> None:
    stand_in.secrets.put(NAME, new_value())
    stand_in.secrets.busy = busy
    vault.delete(NAME)
    assert (stand_in.secrets.values, stand_in.secrets.deleted) == ({}, [])
    vault.delete(NAME)  # a missing one is not an error


def test_what_an_earlier_deletion_left_is_purged(vault: KeyVault, stand_in: HandOverVault) -> None:
    stand_in.secrets.put(NAME, new_value(), deleted=True)
    vault.delete(NAME)
    assert stand_in.secrets.deleted == []


@pytest.mark.parametrize("reason", ["right", "protection"])
def test_without_purge_deleted_is_enough(
    vault: KeyVault, stand_in: HandOverVault, reason: str
) -> None:
    stand_in.secrets.put(NAME, new_value())
    if reason == "right":
        stand_in.rights.remove("purge")
    stand_in.secrets.purge_protection = reason == "protection"
    for _ in range(2):
        vault.delete(NAME)
        assert (stand_in.secrets.values, stand_in.secrets.deleted) == ({}, [NAME])


def test_a_purge_that_fails_is_tried_by_the_next_deletion(
    vault: KeyVault, stand_in: HandOverVault, value: Secret
) -> None:
    stand_in.secrets.put(NAME, new_value())
    stand_in.fault("DELETE /deletedsecrets/", status=503, times=None, headers=AT_ONCE)
    assert "answered 503" in str(refused(DELETE, vault, value))
    stand_in.gate.clear()
    vault.delete(NAME)
    assert stand_in.secrets.deleted == []


@pytest.mark.parametrize(
    ("right", "call"),
    [("setSecret", "keep"), ("readMetadata", "has"), ("getSecret", "value"), ("delete", "delete")],
)
def test_a_missing_right_is_named(
    vault: KeyVault, stand_in: HandOverVault, value: Secret, right: str, call: str
) -> None:
    stand_in.rights.remove(right)
    error = refused(CALLS[call], vault, value)
    assert f"lacks the right secrets/{right} on the vault. Assign" in str(error)
    assert (error.transient, error.code) == (False, "ForbiddenByRbac")


def test_the_right_to_recover_is_named(
    vault: KeyVault, stand_in: HandOverVault, value: Secret
) -> None:
    stand_in.secrets.put(NAME, new_value(), deleted=True)
    stand_in.rights.remove("recover")
    assert "lacks the right secrets/recover" in str(refused(KEEP, vault, value))


@pytest.mark.parametrize(
    ("call", "fault", "expected"),
    [
        ("keep", {"status": 503, "headers": AT_ONCE}, "answered 503. The vault is down"),
        ("value", {"status": 429, "headers": AT_ONCE}, "answered 429. The vault is throttled"),
        ("delete", {"drop": True}, "broke before its answer"),
        ("keep", {"status": 200, "body": "<html>"}, "is not a vault's. Is LAPSEWATCH_HAND"),
        ("value", {"status": 200, "body": "<html>"}, "is not a vault's. Is LAPSEWATCH_HAND"),
        ("has", {"status": 418}, "answered 418. Is LAPSEWATCH_HAND_OVER_VAULT the URL"),
    ],
    ids=["down", "throttled", "cut", "a page", "a page to open", "odd"],
)
def test_each_failure_has_a_sentence(
    tenant: Tenant, value: Secret, call: str, fault: dict[str, object], expected: str
) -> None:
    tenant.hand_over.secrets.put(NAME, new_value())
    tenant.hand_over.fault("/", times=None, **fault)
    error = refused(CALLS[call], opened(tenant), value)
    assert expected in str(error)
    assert error.transient == (expected.find("LAPSEWATCH") < 0)


def test_a_lost_answer_is_asked_for_again(
    vault: KeyVault, stand_in: HandOverVault, value: Secret
) -> None:
    stand_in.fault("PUT /secrets/", drop=True, after=True)
    vault.keep(LABEL, value)
    stand_in.fault("DELETE /secrets/", drop=True, after=True)
    vault.delete(NAME)
    assert (stand_in.secrets.values, stand_in.secrets.deleted) == ({}, [])


def test_the_firewall_is_named(vault: KeyVault, stand_in: HandOverVault, value: Secret) -> None:
    stand_in.firewall = True
    assert "The vault's firewall refuses this network" in str(refused(KEEP, vault, value))


def test_a_missing_token_is_named(tenant: Tenant, value: Secret) -> None:
    tenant.identity.header = "canary-changed"
    error = refused(KEEP, opened(tenant), value)
    assert "kept in the vault: no token for it. The sign-in says: " in str(error)


def test_a_certificate_that_is_not_trusted_is_named(
    tenant: Tenant, value: Secret, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name)
    assert "no secure connection to 127.0.0.1" in str(refused(KEEP, opened(tenant), value))
    assert tenant.hand_over.challenges == 0


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://127.0.0.1:1", "no connection to 127.0.0.1 came about"),
        ("https://vault.invalid", "the host vault.invalid is not known"),
    ],
)
def test_a_vault_that_is_not_there_is_named(
    tenant: Tenant, value: Secret, url: str, expected: str
) -> None:
    assert expected in str(refused(HAS, opened(tenant, url), value))


def test_a_vault_that_does_not_answer_costs_its_time_once(
    tenant: Tenant, stand_in: HandOverVault, value: Secret
) -> None:
    vault = opened(tenant, seconds=0.5)
    stand_in.fault("/", times=None, delay=20)
    started = time.monotonic()
    for call in CALLS.values():
        assert "did not answer in time" in str(refused(call, vault, value))
    assert time.monotonic() - started < 1.5


def test_without_time_nothing_is_sent(tenant: Tenant, value: Secret) -> None:
    sign_in = partial(credential, None, graph_is_loopback=True, environment=tenant.environment)
    vault = KeyVault(tenant.hand_over.url, sign_in, left=lambda: 0)
    assert "did not answer in time" in str(refused(KEEP, vault, value))
    assert tenant.hand_over.challenges == 0


def test_a_vault_on_this_machine_gets_no_token_for_graph(
    tenant: Tenant, stand_in: HandOverVault, value: Secret
) -> None:
    stand_in.resource = "https://graph.microsoft.com"
    assert "a token for graph.microsoft.com, which is never" in str(
        refused(KEEP, opened(tenant), value)
    )
    assert tenant.requests()["GET /msi/token"] == 0


def test_nothing_is_logged(
    vault: KeyVault, stand_in: HandOverVault, value: Secret, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        vault.keep(LABEL, value)
        assert vault.value(NAME) == value
        stand_in.fault("GET /secrets/", status=418, body="<html>")
        refused(VALUE, vault, value)
    assert caplog.text == ""
