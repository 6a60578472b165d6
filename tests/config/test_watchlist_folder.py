"""A folder of watchlists, one for each tenant; mistakes in all files are reported together."""

from pathlib import Path

import pytest

from shared.config.problems import InvalidValue, Misconfigured
from shared.config.watchlist_folder import load
from tests.support.toml import RUNBOOK, watchlist_toml

ONE, TWO = "11111111-2222-4333-8444-555555555555", "99999999-2222-4333-8444-555555555555"
ENVIRONMENT = {
    "TEAMS_WEBHOOK_URL": "https://teams.example.org/workflows/42/invoke?sig=Zq8Kd0nt5h0wTh15",
    "LIBAPPS_CLIENT_ID": "6f1c2f5e-8a04-4d0b-9d5e-0c7a5a2b13d6",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "watchlists").mkdir()
    (tmp_path / "watchlists" / "libcal.md").write_text(RUNBOOK)
    return tmp_path / "watchlists"


def put(folder: Path, name: str, tenant: str = "", zone: str = "America/Chicago") -> None:
    (folder / name).write_text(watchlist_toml(tenant, zone=zone, runbook="libcal.md"))


def problems(folder: Path) -> list[str]:
    with pytest.raises(Misconfigured) as caught:
        load(folder, "watchlists", ENVIRONMENT)
    return [str(problem) for problem in caught.value.problems]


def test_a_single_file_has_no_tenant_name(folder: Path) -> None:
    put(folder, "only.toml")
    found = load(folder / "only.toml", "only.toml", ENVIRONMENT)
    assert [(key, each.key, each.tenant_id, each.name) for key, each in found.items()] == [
        ("own", "own", "", "")
    ]


def test_a_folder_has_one_watchlist_for_each_tenant(folder: Path) -> None:
    put(folder, "home.toml")
    put(folder, "branch.toml", ONE.upper())
    (folder / ".hidden.toml").write_text("no watchlist")
    (folder / "notes.txt").write_text("no watchlist")
    found = load(folder, "watchlists/", ENVIRONMENT)
    assert [(key, each.tenant_id, each.name) for key, each in found.items()] == [
        (ONE, ONE, "branch"),
        ("own", "", "home"),
    ]
    assert all(
        service.runbook is not None for each in found.values() for service in each.services.values()
    )


def test_two_files_for_one_tenant_are_a_mistake(folder: Path) -> None:
    put(folder, "a.toml", ONE)
    put(folder, "b.toml", ONE)
    put(folder, "c.toml")
    put(folder, "d.toml")
    expected = (
        'expected a different [tenant] id = "..." in each watchlist; '
        "one watchlist may omit it, for the managed identity's own tenant."
    )
    assert problems(folder) == [
        f"watchlists/b.toml: tenant.id: the same tenant as in watchlists/a.toml; {expected}",
        f"watchlists/d.toml: tenant.id: no [tenant] id, like watchlists/c.toml; {expected}",
    ]


def test_mistakes_in_all_files_are_reported_together(folder: Path) -> None:
    put(folder, "a.toml", ONE, zone="America/Chicgo")
    put(folder, "b.toml", "no-id")
    (folder / "c.toml").write_text("timezone")
    places = [problem.partition(";")[0] for problem in problems(folder)]
    assert places == [
        "watchlists/a.toml: timezone (line 1): 'America/Chicgo'",
        "watchlists/b.toml: tenant.id (line 3): not a GUID",
        (
            "watchlists/c.toml: end of document: "
            "not valid TOML (\"Expected '=' after a key in a key/value pair\")"
        ),
    ]


def test_an_empty_folder_is_a_mistake(folder: Path) -> None:
    with pytest.raises(
        InvalidValue,
        match=r"a folder without \*\.toml files; expected one watchlist for each tenant in it",
    ):
        load(folder, "watchlists", ENVIRONMENT)
