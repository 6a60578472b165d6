"""The example watchlists load as they are, and doctor finds nothing in their apps."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from textwrap import dedent

import pytest

from local.simulation.build import secret
from local.simulation.world import World
from shared.config.watchlist import load
from shared.core.model.watchlist import Watchlist
from shared.render.text.commands import Deployment
from shared.usecases.doctor.apps import examine_apps
from tests.docs.test_watchlist_schema import is_valid

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "docs/examples").glob("*.toml"))
PAGE = (ROOT / "docs/how-to/examples.md").read_text("utf-8")
VALUES = {"LAPSEWATCH_MAIL_SENDER": "alerts@example.org"}
REFERENCE = (ROOT / "docs/reference/watchlist.md").read_text("utf-8")
SCHEMA_LINE = re.compile(r"#:schema (\S+)")


def settings_of(document: str) -> list[str]:
    """Return the settings that the comment at the top names."""
    (named,) = re.findall(r"^# Settings: (.+)$", document, re.MULTILINE)
    return str(named).split(", ")


def loaded(path: Path) -> Watchlist:
    names = settings_of(path.read_text("utf-8"))
    settings = {name: VALUES.get(name, "https://flow.example/x") for name in names}
    return load(path, path.name, settings)


def test_there_is_an_example_for_each_common_case() -> None:
    assert [path.stem for path in EXAMPLES] == [
        "department",
        "one-service",
        "pipeline",
        "saml",
        "whole-tenant",
    ]
    for path in EXAMPLES:
        assert f"](../examples/{path.name})" in PAGE


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_loads_and_is_valid(path: Path) -> None:
    document = path.read_text("utf-8")
    data = tomllib.loads(document)
    assert is_valid(data)
    watchlist = loaded(path)
    named = {*re.findall(r'"env:(\w+)"', document)}
    mail = any(each["kind"] == "email" for each in data["channels"].values())
    owners = watchlist.inventory is not None and watchlist.inventory.owners
    assert {*settings_of(document)} == named | (
        {"LAPSEWATCH_MAIL_SENDER"} if mail or owners else set()
    )
    used = {name for each in watchlist.services.values() for name in each.channels}
    assert used | {*(watchlist.inventory.tell if watchlist.inventory else ())} == {
        *data["channels"]
    }


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_doctor_finds_nothing_in_the_apps_of_an_example(path: Path) -> None:
    """In a tenant in which each service has a credential that its claim matches."""
    world = World(loaded(path))
    for app in world.watched.apps:
        credentials = [
            secret(each.id, each.claim.value.replace("*", " 2027"), ends="2027-06-01T12:00Z")
            for each in app.services
        ]
        world.tenant.put(*credentials, client_id=app.client_id, redirect_uris=app.redirect_uris)
    findings = list(examine_apps(world.watch, Deployment()))
    assert len(findings) > len(world.watched.services)
    assert [each for each in findings if each.ok is False] == []


@pytest.mark.parametrize(
    "path", [ROOT / "watchlist.toml", *EXAMPLES], ids=lambda path: str(path.stem)
)
def test_first_line_leads_editors_to_the_schema(path: Path) -> None:
    """Taplo and Tombi take the path as relative to the file."""
    first = SCHEMA_LINE.fullmatch(path.read_text("utf-8").splitlines()[0])
    assert first
    assert (path.parent / first[1]).resolve() == ROOT / "docs/reference/watchlist.schema.json"


def test_the_shipped_watchlist_is_valid() -> None:
    document = (ROOT / "watchlist.toml").read_text("utf-8")
    assert is_valid(tomllib.loads(document))
    without_comments = re.sub(
        r"^# ?(?=\[channels|kind|url|to =|label)", "", document, flags=re.MULTILINE
    )
    assert without_comments != document
    assert is_valid(tomllib.loads(without_comments))


def blocks(page: str, language: str) -> list[str]:
    found = re.findall(rf"^ *```{language}\n(.*?)^ *```$", page, re.MULTILINE | re.DOTALL)
    return [dedent(each) for each in found]


def test_the_steps_of_the_page_make_a_watchlist(tmp_path: Path) -> None:
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    (tmp_path / "runbooks").mkdir()
    steps = blocks(PAGE, "sh")
    assert len(steps) == 2
    subprocess.run(["sh", "-ec", "\n".join(steps)], cwd=tmp_path, timeout=30, check=True)
    made = tmp_path / "watchlist.toml"
    shipped = (ROOT / "watchlist.toml").read_text("utf-8")
    assert made.read_text("utf-8").splitlines()[0] == shipped.splitlines()[0]
    (service,) = loaded(made).services.values()
    assert service.runbook


WRONG = {
    'check_at = "08:00"': 'check_at = "8 o\'clock"',
    "ladder = [90, 60": "ladder = [9000, 60",
    'kind = "teams"': 'kind = "slack"',
    "\nrenewer =": "\nrenewr =",
}


@pytest.mark.parametrize("wrong", [{}, WRONG], ids=["right", "wrong"])
def test_the_validator_of_the_page_finds_mistakes(wrong: dict[str, str], tmp_path: Path) -> None:
    (script,) = blocks(REFERENCE, "python")
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    document = (ROOT / "watchlist.toml").read_text("utf-8")
    for old, new in wrong.items():
        assert old in document
        document = document.replace(old, new, 1)
    (tmp_path / "watchlist.toml").write_text(document, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    places = {line.partition(" ")[0] for line in ran.stdout.splitlines()}
    found = {"$.check_at", "$.ladder[0]", "$.channels.libapps.kind", "$.apps[0].services[0]"}
    assert places == (found if wrong else set())
