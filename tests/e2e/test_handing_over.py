"""`hand-over` and `renew` with the stand-ins of `az`, Graph and the vault, and with Azurite."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.data.tables import TableServiceClient
from typer.testing import CliRunner

from local.azurite import Azurite
from local.stand_in.az import NOT_SIGNED_IN
from local.stand_in.stories import LIBAPPS_CLIENT_ID
from local.stand_in.tenant import Tenant
from shared.__main__ import app
from shared.bootstrap import settings, watching
from shared.config.table_storage import Tables
from shared.core.model.secret import Secret
from shared.ports.errors import LedgerError
from tests.e2e.conftest import Ran

CREATED = "POST /v1.0/applications/*/addPassword"
VALUE = "canary-pasted~1.aB"


@dataclass
class Commands:
    """The command line of a person whose `az` is the stand-in's."""

    tenant: Tenant
    tables: str
    environment: pytest.MonkeyPatch

    def __call__(self, *arguments: str, typed: str = "") -> Ran:
        ran = CliRunner().invoke(app, [*arguments], input=typed)
        assert ran.exception is None or isinstance(ran.exception, SystemExit)
        print(ran.stdout, ran.stderr)  # noqa: T201  (for `tests.support.secret_scan`)
        return Ran(ran.exit_code, ran.stdout, ran.stderr)

    def rows(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the rows of the ledger by their keys; none before the first."""
        with (
            TableServiceClient.from_connection_string(self.tables) as service,
            contextlib.suppress(ResourceNotFoundError),
        ):
            table = service.get_table_client("Lapsewatch")
            return {row["RowKey"]: row for row in table.list_entities()}
        return {}

    def values(self) -> Mapping[str, str]:
        """Return what the vault has, by name."""
        return self.tenant.hand_over.secrets.values

    @property
    def created(self) -> int:
        """The number of requests to create a secret."""
        return self.tenant.requests()[CREATED]

    def assert_unspoken(self, *ran: Ran) -> None:
        """Assert that no value is anywhere but in the vault."""
        everywhere = f"{ran} {self.rows()} {self.tenant.posted('its')}"
        for value in (VALUE, *self.tenant.passwords.created.values()):
            assert value not in everywhere


@pytest.fixture
def commands(
    azurite: Azurite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Commands]:
    with (
        TableServiceClient.from_connection_string(azurite.tables) as service,
        contextlib.suppress(ResourceNotFoundError),
    ):
        service.delete_table("Lapsewatch")
    with Tenant(hand_over=True) as tenant:
        for name in [*os.environ]:
            if name.startswith(("LAPSEWATCH_", "IDENTITY_", "AZURE_")):
                monkeypatch.delenv(name)
        present = {
            **tenant.environment,
            "LAPSEWATCH_TABLES": azurite.tables,
            "LAPSEWATCH_SCHEDULE": "0 5 * * * *",
            "PATH": f"{tenant.install_az(tmp_path)}{os.pathsep}{os.environ['PATH']}",
        }
        for name, value in present.items():
            monkeypatch.setenv(name, value)
        yield Commands(tenant, azurite.tables, monkeypatch)


def test_two_secrets_are_renewed_by_the_person_alone(commands: Commands) -> None:
    ran = commands("renew", "LibCal", "libstaffer", "libcal", "--by", "Dana", "--json")
    assert (ran.status, ran.err) == (0, "")
    assert ran.json["refused"] == []
    first, second = ran.json["renewed"]
    assert (first["service"], second["service"]) == ("libcal", "libstaffer")
    assert first["name"].startswith("LibCal 20")
    assert first["ends"] != second["ends"]
    requests = commands.tenant.requests()
    assert (requests[CREATED], requests["GET /msi/token"]) == (2, 0)
    assert commands.values() == {
        f"lapsewatch-{each['service']}-{each['key_id']}": commands.tenant.passwords.created[
            each["key_id"]
        ]
        for each in (first, second)
    }
    assert commands.rows()["handover:libcal"]["state"] == "ready"
    shown = commands("status", "--json").json["services"]
    assert {each["hand_over"]["by"] for each in shown} == {"Dana"}
    assert len(commands.tenant.posted("its")) == 1
    commands.assert_unspoken(ran)


def test_people_read_what_was_created_and_what_comes_next(commands: Commands) -> None:
    ran = commands("renew", "libcal", "--months", "12")
    assert ran.status == 0
    assert "created: “LibCal 20" in ran.out
    assert "status page" in ran.out
    assert "sent to library staff and ITS" in ran.out
    commands.assert_unspoken(ran)


def test_a_dry_run_names_the_secret_and_has_no_effect(commands: Commands) -> None:
    ran = commands("renew", "libcal", "--dry-run")
    assert ran.status == 0
    assert "would create: “LibCal 20" in ran.out
    assert (commands.created, commands.rows()) == (0, {})
    assert commands.tenant.hand_over.challenges == 0
    [planned] = commands("renew", "libcal", "--dry-run", "--json").json["renewed"]
    assert planned["key_id"] is None


def test_a_policy_ends_the_command_after_one_request(commands: Commands) -> None:
    commands.tenant.passwords.max_life = timedelta(days=180)
    commands.tenant.passwords.life_said = "The maximum lifetime is P180D."
    ran = commands("renew", "libcal", "libstaffer", "--json")
    assert (ran.status, commands.created) == (1, 1)
    first, second = ran.json["refused"]
    assert "--months 5" in first["why"]
    assert (first["key_id"], second["service"]) == (None, "libstaffer")
    assert first["why"] in ran.err
    assert commands.tenant.posted("its") == []


def test_a_vault_that_forbids_it_leaves_an_orphan_that_is_said(commands: Commands) -> None:
    commands.tenant.hand_over.rights_of_person.discard("setSecret")
    ran = commands("renew", "libcal", "--json")
    [refused] = ran.json["refused"]
    [key_id] = commands.tenant.passwords.created
    assert (ran.status, refused["key_id"]) == (1, key_id)
    command = f"az ad app credential delete --id {LIBAPPS_CLIENT_ID} --key-id {key_id}"
    assert command in ran.err
    assert command in refused["why"]
    assert commands.values() == {}
    commands.assert_unspoken(ran)


def test_a_vault_that_does_not_answer_comes_first(commands: Commands) -> None:
    commands.tenant.hand_over.firewall = True
    ran = commands("renew", "libcal", "libstaffer", "--json")
    assert (ran.status, commands.created) == (1, 0)
    assert [each["service"] for each in ran.json["refused"]] == ["libcal", "libstaffer"]
    assert "handover:libcal" not in commands.rows()


def test_without_az_login_nothing_is_asked_for(commands: Commands) -> None:
    commands.tenant.az.error = NOT_SIGNED_IN
    for ran in (commands("renew", "libcal"), commands("renew", "libcal", "--dry-run")):
        assert (ran.status, commands.created) == (1, 0)
        assert "az login" in ran.err
        assert "Traceback" not in ran.err


def test_the_person_signs_in_to_the_ledger_too(commands: Commands) -> None:
    """A token for a real one is not asked for beside stand-ins, so none is sent."""
    endpoint = Secret("https://account.table.core.windows.net")
    known = replace(settings(), tables=Tables("endpoint", endpoint))
    with (
        watching(known, environment=None) as watch,
        pytest.raises(LedgerError, match=r"storage\.azure\.com"),
    ):
        watch.ledger.load()
    assert commands.tenant.requests()["GET /msi/token"] == 0


def test_a_lost_answer_is_looked_up_and_never_asked_again(commands: Commands) -> None:
    commands.tenant.fault("POST /v1.0/applications/", drop=True, after=True)
    ran = commands("renew", "libcal", "--json")
    [key_id] = commands.tenant.passwords.created
    [refused] = ran.json["refused"]
    assert (ran.status, refused["key_id"], commands.created) == (1, key_id, 1)
    commands.assert_unspoken(ran)


def test_a_message_that_cannot_be_sent_is_sent_by_the_next_tick(commands: Commands) -> None:
    commands.tenant.fault("teams", times=None, status=401)
    ran = commands("renew", "libcal")
    assert ran.status == 0
    assert "next hourly run" in ran.err
    commands.tenant.clear_faults()
    assert commands("tick", "--json").json["told"][0]["delivered"]
    commands.tenant.add_secret(
        LIBAPPS_CLIENT_ID,
        name="LibStaffer 2028",
        ends=datetime.now(UTC) + timedelta(days=730),
        hint=VALUE[:3],
    )
    commands.tenant.fault("teams", times=None, status=401)
    ran = commands("hand-over", "libstaffer", typed=VALUE)
    assert ran.status == 0
    assert "next hourly run" in ran.err


@pytest.mark.parametrize("managed", [True, False])
def test_a_value_is_handed_over_and_withdrawn(
    commands: Commands,
    managed: bool,  # noqa: FBT001  (a case)
) -> None:
    """By the managed identity where there is one, else by the person."""
    if not managed:
        commands.environment.delenv("IDENTITY_ENDPOINT")
        commands.environment.delenv("IDENTITY_HEADER")
    key_id = commands.tenant.add_secret(
        LIBAPPS_CLIENT_ID,
        name="LibCal 2028",
        ends=datetime.now(UTC) + timedelta(days=730),
        hint=VALUE[:3],
    )
    ran = commands("hand-over", "LibCal", "--by", "Dana", "--json", typed=f"{VALUE}\n")
    assert (ran.status, ran.err) == (0, "")
    assert set(ran.json) == {"hand_over", "check"}
    assert (ran.json["hand_over"]["state"], ran.json["hand_over"]["by"]) == ("ready", "Dana")
    assert commands.values() == {f"lapsewatch-libcal-{key_id}": VALUE}
    assert bool(commands.tenant.requests()["POST /az"]) != managed
    back = commands("hand-over", "libcal", "--withdraw")
    assert (back.status, commands.values()) == (0, {})
    assert "withdrawn" in back.out
    assert commands("hand-over", "libcal", "--withdraw").status == 1
    commands.assert_unspoken(ran, back)


def test_a_withdrawal_whose_value_is_not_deleted_is_no_success(commands: Commands) -> None:
    hint, ends = VALUE[:3], datetime.now(UTC) + timedelta(days=730)
    commands.tenant.add_secret(LIBAPPS_CLIENT_ID, name="LibCal 2028", ends=ends, hint=hint)
    commands("hand-over", "libcal", typed=f"{VALUE}\n")
    rights = commands.tenant.hand_over.rights
    commands.tenant.hand_over.rights = set()
    back = commands("hand-over", "libcal", "--withdraw")
    assert (back.status, [*commands.values().values()]) == (1, [VALUE])
    assert "must still be deleted" in " ".join(back.out.split())
    assert "The next hourly run deletes it." in " ".join(back.err.split())
    commands.tenant.hand_over.rights = rights
    commands("tick")
    assert commands.values() == {}


def test_a_value_that_does_not_fit_is_refused(commands: Commands) -> None:
    ran = commands("hand-over", "libcal", typed=f"{VALUE}\n")
    assert (ran.status, ran.out, commands.values()) == (1, "", {})
    commands.assert_unspoken(ran)
