"""The doctor about hand-overs: the vault, the page's registration over HTTP, and people."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from local.simulation.build import secret
from local.simulation.world import ANNA, START, World
from local.stand_in.page_app import ROLE_ID
from local.stand_in.tenant import Tenant
from shared.bootstrap import ROOT, registration_reader
from shared.config.settings import Settings
from shared.config.settings_loader import load
from shared.core.model.hand_over import HandOver, HandOverState
from shared.core.model.secret import Secret
from shared.ports.errors import VaultError
from shared.ports.vault import VaultLabel
from shared.render.text.commands import Deployment
from shared.usecases.doctor.finding import Finding
from shared.usecases.doctor.hand_over import examine_hand_overs

OTHER_ROLE = "0c4a7d1b-2b54-4c0a-8b57-3f9d2be47c62"
type Examine = Callable[..., Mapping[str, Finding]]


@dataclass
class EmptyVault:
    """A vault that has nothing, or fails."""

    error: VaultError | None = None

    def has(self, name: str) -> bool:
        assert name
        if self.error is not None:
            raise self.error
        return False

    def keep(self, label: VaultLabel, value: Secret) -> None:
        raise NotImplementedError

    def value(self, name: str) -> Secret | None:
        raise NotImplementedError

    def delete(self, name: str) -> None:
        raise NotImplementedError


@pytest.fixture
def tenant() -> Iterator[Tenant]:
    with Tenant() as running:
        yield running


@pytest.fixture
def settings(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"):  # azure-identity asks the process
        monkeypatch.setenv(name, tenant.environment[name])
    tables = {"LAPSEWATCH_TABLES": "UseDevelopmentStorage=true"}
    return load(dict(tenant.environment) | tables, ROOT)


@pytest.fixture
def examined(tenant: Tenant, settings: Settings) -> Examine:
    """Return a function that examines hand-overs with a vault, and returns findings by part."""
    reader = registration_reader(settings, tenant.environment)

    def run(vault: EmptyVault | None, deployment: Deployment | None = None) -> dict[str, Finding]:
        watch = replace(World().watch, vault=vault)
        found = examine_hand_overs(
            watch,
            settings,
            deployment or Deployment("an-identity"),
            lambda client_id: reader.read(client_id, seconds=20),
        )
        return {each.part: each for each in found}

    return run


def missing(found: Mapping[str, Finding]) -> set[str]:
    return {part for part, each in found.items() if each.ok is False}


def test_nothing_is_missing_where_everything_is_set_up(examined: Examine) -> None:
    found = examined(EmptyVault())
    assert found.keys() == {"hand-over vault", "page registration", "installers"}
    assert missing(found) == set()
    assert found["installers"].text == "1 assigned to the role Installer"


def test_off_nothing_is_read_and_nothing_reported(examined: Examine, tenant: Tenant) -> None:
    assert examined(None) == {}
    assert not tenant.requests()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"isEnabled": False}, "no role Installer"),
        ({"allowedMemberTypes": ["Application"]}, "no role Installer"),
        ({"value": "installer"}, "no role Installer"),
    ],
)
def test_the_role_must_be_enabled_for_people(
    examined: Examine, tenant: Tenant, change: dict[str, Any], said: str
) -> None:
    assert tenant.page_app.registration is not None
    tenant.page_app.registration["appRoles"][0] |= change
    found = examined(EmptyVault())
    assert missing(found) == {"page registration", "installers"}
    assert said in found["page registration"].text
    assert found["page registration"].commands == ("python3 infra/hooks/after_provision.py",)


@pytest.mark.parametrize(
    "claims",
    [None, {}, {"idToken": None}, {"idToken": [{"name": "email"}]}, {"accessToken": []}],
)
def test_the_claim_must_be_in_the_id_token(
    examined: Examine, tenant: Tenant, claims: dict[str, Any] | None
) -> None:
    assert tenant.page_app.registration is not None
    tenant.page_app.registration["optionalClaims"] = claims
    found = examined(EmptyVault())
    assert missing(found) == {"page registration"}
    assert "auth_time" in found["page registration"].text


@pytest.mark.parametrize("roles", [[], [OTHER_ROLE], [OTHER_ROLE] * 120])
def test_somebody_must_have_the_role(examined: Examine, tenant: Tenant, roles: list[str]) -> None:
    tenant.page_app.assigned = [{"principalId": "x", "appRoleId": role} for role in roles]
    found = examined(EmptyVault())
    assert missing(found) == {"installers"}
    assert "Users and groups" in found["installers"].text
    (command,) = found["installers"].commands
    assert "appRoleAssignedTo" in command


def test_everybody_with_the_role_is_counted_on_every_page(
    examined: Examine, tenant: Tenant
) -> None:
    roles = [*[OTHER_ROLE] * 100, ROLE_ID, *[OTHER_ROLE] * 100, ROLE_ID]
    tenant.page_app.assigned = [{"principalId": "x", "appRoleId": role} for role in roles]
    assert examined(EmptyVault())["installers"].text == "2 assigned to the role Installer"


def test_a_registration_that_is_not_there(examined: Examine, tenant: Tenant) -> None:
    tenant.page_app.registration = None
    found = examined(EmptyVault())
    assert missing(found) == {"page registration"}
    assert "no registration in this tenant" in found["page registration"].text


def test_a_registration_that_cannot_be_read(examined: Examine, tenant: Tenant) -> None:
    tenant.identity.roles = set()
    found = examined(EmptyVault())
    assert missing(found) == {"page registration"}
    assert "Application.Read.All" in found["page registration"].text


def test_a_page_without_sign_in(settings: Settings) -> None:
    watch = replace(World().watch, vault=EmptyVault())
    closed = replace(settings, page_auth=None)
    found = {each.part: each for each in examine_hand_overs(watch, closed, Deployment())}
    assert missing(found) == {"hand-overs"}


def test_a_vault_that_fails_is_reported_with_its_sentence(examined: Examine) -> None:
    error = VaultError("The vault did not answer within 10 s.")
    finding = examined(EmptyVault(error))["hand-over vault"]
    assert (finding.ok, finding.text, finding.commands) == (False, str(error), ())


def test_a_vault_that_refuses_the_app_needs_a_role(examined: Examine) -> None:
    error = VaultError("The vault refuses.", transient=False, code="Forbidden")
    finding = examined(EmptyVault(error))["hand-over vault"]
    assert (finding.ok, finding.text) == (False, str(error))
    assert "Key Vault Secrets Officer" in finding.commands[-1]


def test_a_person_needs_no_right_in_the_vault(examined: Examine) -> None:
    error = VaultError("The vault refuses.", transient=False, code="Forbidden")
    finding = examined(EmptyVault(error), Deployment(as_person=True))["hand-over vault"]
    assert (finding.ok, finding.commands) == (None, ())


@pytest.mark.parametrize(
    ("service", "why", "said"),
    [
        ("libcal", "The vault <b>answered 503.", "not finished. The vault <b>answered 503. Each"),
        ("removed", "", "not on the watchlist any more"),
        ("libcal", "", ""),
    ],
)
def test_what_is_not_finished_and_what_no_page_shows(
    settings: Settings, service: str, why: str, said: str
) -> None:
    world = World()
    world.ledger.memory = replace(world.ledger.memory, hands_over=True)
    credential = secret("b", "LibCal 2", ends="2028-09-12T09:00Z")
    until, ready = START + timedelta(days=14), HandOverState.READY
    record = HandOver(service, ready, credential, ANNA, START, until, START, why=why, stale=("a",))
    world.ledger.save_hand_over(record)
    watch = replace(world.watch, vault=EmptyVault())
    found = {each.part: each for each in examine_hand_overs(watch, settings, Deployment())}
    assert (f"hand-over of {service}" in found) is bool(said)
    if said:
        assert found[f"hand-over of {service}"].ok is False
        assert said in found[f"hand-over of {service}"].text


@pytest.mark.parametrize(
    ("state", "stale", "said"),
    [
        (HandOverState.OPENED, (), True),
        (HandOverState.ENDING, (), True),
        (HandOverState.DONE, ("an-old-key",), True),
        (HandOverState.DONE, (), False),
    ],
)
def test_what_is_left_after_it_was_switched_off(
    settings: Settings, state: HandOverState, stale: tuple[str, ...], *, said: bool
) -> None:
    world = World()
    credential = secret("b", "LibCal 2", ends="2028-09-12T09:00Z")
    until = START + timedelta(days=14)
    record = HandOver("libcal", state, credential, ANNA, START, until, START, stale=stale)
    world.ledger.save_hand_over(record)
    found = list(examine_hand_overs(world.watch, settings, Deployment()))
    assert bool(found) is said
    for finding in found:
        assert finding.ok is False
        assert "libcal" in finding.text
