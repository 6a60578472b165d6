"""The sign-in of a person: `az` gives it, and for stand-ins only the stand-in's `az`."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from local.stand_in import az
from local.stand_in.created_values import new_value
from local.stand_in.stories import LIBAPPS_CLIENT_ID
from local.stand_in.tenant import Tenant
from shared.adapters.graph.create_secret import GraphSecretCreator
from shared.adapters.graph.directory import GraphDirectory
from shared.adapters.identity.person import PersonCredential
from shared.adapters.vault.key_vault import KeyVault
from shared.core.model.secret import Secret
from shared.ports.directory import AppQuery
from shared.ports.errors import DirectoryError, VaultError
from shared.ports.vault import VaultLabel
from tests.support.az import az_of, az_that

GRAPH = "https://graph.microsoft.com"
AT = datetime.now(UTC)


@pytest.fixture
def tenant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tenant]:
    with Tenant("libapps", hand_over=True) as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        az_of(running, tmp_path / "az", monkeypatch)
        yield running


def refused(credential: PersonCredential, scope: str) -> str:
    """Return the text of the error, which holds no output of `az`."""
    with pytest.raises(DirectoryError) as caught:
        credential.get_token(scope)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    return str(caught.value)


def test_a_person_reads_creates_and_keeps_beside_stand_ins(tenant: Tenant) -> None:
    person = partial(PersonCredential, tenant.graph_url)
    object_id = tenant.directory.app(LIBAPPS_CLIENT_ID).object_id
    made = GraphSecretCreator(tenant.graph_url, person).create(
        object_id, "New", AT.replace(year=2099)
    )
    read = GraphDirectory(tenant.graph_url, person).read([AppQuery(LIBAPPS_CLIENT_ID)], seconds=20)
    app = read.apps[LIBAPPS_CLIENT_ID]
    assert app is not None
    assert made.credential.key_id in {each.key_id for each in app.credentials}
    label = VaultLabel("libcal", made.credential.key_id, "Sam", AT, AT + timedelta(days=14))
    KeyVault(tenant.hand_over.url, person).keep(label, made.value)
    assert list(tenant.hand_over.secrets.values.values()) == [made.value.reveal()]
    assert tenant.requests()["GET /msi/token"] == 0


def test_the_vault_names_what_the_person_may_not_do(tenant: Tenant) -> None:
    tenant.hand_over.rights_of_person.clear()
    vault = KeyVault(tenant.hand_over.url, partial(PersonCredential, tenant.graph_url))
    label = VaultLabel("libcal", "k", "Sam", AT, AT)
    with pytest.raises(VaultError, match="lacks the right secrets/setSecret"):
        vault.keep(label, Secret(new_value()))


def test_beside_a_stand_in_no_token_for_graph_is_asked_for(tenant: Tenant) -> None:
    text = refused(PersonCredential(tenant.graph_url), f"{GRAPH}/.default")
    assert "a token for graph.microsoft.com is not asked for beside it" in text
    assert tenant.requests()["POST /az"] == 0


@pytest.mark.usefixtures("tenant")
def test_the_az_of_a_stand_in_gives_no_token_for_graph() -> None:
    text = refused(PersonCredential(GRAPH), f"{GRAPH}/.default")
    assert text.startswith(
        f"The Azure CLI gave no token for {GRAPH}. Its tenant does not know that resource."
    )


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (az.NOT_SIGNED_IN, "Nobody is signed in here. Run 'az login', then try again."),
        (az.EXPIRED, "The sign-in of 'az login' has expired. Run 'az login' again."),
        (
            "ERROR: AADSTS50076: Due to a configuration change you must use multi-factor.",
            "The tenant asks for a stronger sign-in, such as multi-factor authentication.",
        ),
        ("ERROR: Something else.", "'az' says: ERROR: Something else. Run 'az login'"),
    ],
    ids=["nobody", "expired", "stronger", "other"],
)
def test_what_az_says_is_a_sentence(tenant: Tenant, error: str, expected: str) -> None:
    tenant.az.error = error
    credential = PersonCredential(tenant.graph_url)
    assert f"The Azure CLI gave no token for {tenant.url}. {expected}" in refused(
        credential, credential.graph_scope
    )


def test_another_tenant_is_named(tenant: Tenant) -> None:
    theirs = "99999999-2222-4333-8444-555555555555"
    credential = PersonCredential(tenant.graph_url, tenant_id=theirs)
    text = refused(credential, credential.graph_scope)
    assert f"The sign-in belongs to another tenant. Run 'az login --tenant {theirs}'" in text


def test_a_missing_az_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    text = refused(PersonCredential(GRAPH), f"{GRAPH}/.default")
    assert "The Azure CLI is not installed here: there is no 'az' on PATH." in text


def test_an_az_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    az_that("exec sleep 30", tmp_path, monkeypatch)
    text = refused(PersonCredential(GRAPH, seconds=1), f"{GRAPH}/.default")
    assert "'az' did not answer in time." in text


def test_a_token_in_an_odd_output_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = '{"accessToken": "eyJhbGciOiJub25lIn0.e30.", "no": 1}'
    az_that(f"echo '{odd}'", tmp_path, monkeypatch)
    assert "eyJ" not in refused(PersonCredential(GRAPH), f"{GRAPH}/.default")
