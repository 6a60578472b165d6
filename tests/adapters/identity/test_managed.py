"""Our own sign-in: a managed identity or the developer, never a secret."""

from collections.abc import Mapping

import pytest
from azure.identity import AzureCliCredential, ManagedIdentityCredential

from shared.adapters.identity.managed import credential
from shared.ports.errors import DirectoryError

STAND_IN = {"IDENTITY_ENDPOINT": "http://127.0.0.1:1/msi/token", "IDENTITY_HEADER": "x"}


@pytest.mark.parametrize(
    "environment",
    [
        STAND_IN,
        {"WEBSITE_SITE_NAME": "lapsewatch"},
        {**STAND_IN, "WEBSITE_SITE_NAME": "lapsewatch"},
    ],
)
@pytest.mark.parametrize("graph_is_loopback", [True, False])
def test_uses_the_managed_identity_if_there_is_one(
    environment: Mapping[str, str],
    graph_is_loopback: bool,  # noqa: FBT001  (a parameter of the test)
) -> None:
    assert isinstance(
        credential(None, graph_is_loopback=graph_is_loopback, environment=environment),
        ManagedIdentityCredential,
    )


def test_laptop_uses_the_developers_sign_in() -> None:
    assert isinstance(
        credential("c", graph_is_loopback=False, environment={"IDENTITY_HEADER": "x"}),
        AzureCliCredential,
    )


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"IDENTITY_ENDPOINT": "http://127.0.0.1:1/"},
        {"IDENTITY_HEADER": "x"},
        {"IDENTITY_ENDPOINT": "", "IDENTITY_HEADER": ""},
    ],
)
def test_developers_sign_in_is_not_sent_to_a_stand_in(
    environment: Mapping[str, str],
) -> None:
    with pytest.raises(DirectoryError, match="Set IDENTITY_ENDPOINT and IDENTITY_HEADER") as caught:
        credential(None, graph_is_loopback=True, environment=environment)
    assert not caught.value.transient
