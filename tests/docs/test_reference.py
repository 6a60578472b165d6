"""Each table of docs/reference has every name of the program, and no other."""

import ast
import json
import re
from pathlib import Path

import pytest

from local.reference.openapi import DOCUMENT
from local.reference.pages import PAGES, generated
from local.simulation.build import at
from shared.cli.commands import ABOUT
from shared.cli.errors import FAILED, MISCONFIGURED
from shared.config.setting_list import SETTINGS
from shared.core.model.check_record import Outcome
from shared.core.model.vocabulary import Reason, Severity, Standing
from shared.core.model.watchlist import RUNBOOK_SECTIONS
from shared.core.results import CheckResult, InventoryResult
from shared.render.feeds import metrics
from shared.render.feeds.log_line import log_line
from shared.render.feeds.metric_expiries import Labels
from shared.render.text.fields import FIELDS

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
INFRA = ROOT / "infra"


def section(page: str, heading: str = "") -> str:
    """Return the text of a page, or the part below a heading of it."""
    text = (REFERENCE / page).resolve().read_text("utf-8")
    return (
        re.split(rf"^##+ {heading}$", text, flags=re.MULTILINE)[1].split("\n## ")[0]
        if heading
        else text
    )


def rows(text: str) -> list[list[str]]:
    """Return the cells of each table, without heads and without code font."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    heads = {number - 1 for number, line in enumerate(lines) if set(line) <= set("|- ")}
    found = [line for number, line in enumerate(lines) if number not in heads]
    return [
        [cell.strip().strip("`") for cell in line.strip("|").split(" |")]
        for line in found
        if not set(line) <= set("|- ")
    ]


def first(text: str) -> list[str]:
    return [row[0] for row in rows(text)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_tables_are_as_generated(page: Path) -> None:
    text = page.read_text("utf-8")
    assert text == generated(text), "run .venv/bin/python -m local.reference"
    assert text.count("<!-- table: ") == text.count("<!-- end of table -->")


def test_every_page_and_schema_has_its_place() -> None:
    index = section("index.md")
    assert [
        page.name for page in PAGES if page.stem != "index" and f"]({page.name})" not in index
    ] == []
    pages = "".join(page.read_text("utf-8") for page in PAGES)
    schema = json.loads((REFERENCE / "watchlist.schema.json").read_text("utf-8"))
    tables = [
        "watchlist",
        *(name for name, each in schema["$defs"].items() if "properties" in each),
    ]
    assert [name for name in tables if f"<!-- table: watchlist {name} -->" not in pages] == []
    documents = re.findall(r"<!-- table: properties (\w+) -->", pages)
    linked = set(re.findall(r"\[[A-Z]\w+\]\((?:[a-z-]+\.md)?#(\w+)\)", pages))
    assert linked <= {each.lower() for each in documents}


def test_settings_have_their_defaults() -> None:
    by_azure = {each.name: each.by_azure for each in SETTINGS}
    own, azure = section("settings.md", "Settings of the app").split("Azure sets these.")
    expected = {
        each.name: "required" if each.required else each.default or "none" for each in SETTINGS
    }
    for text, is_by_azure in ((own, False), (azure, True)):
        found = {name: default for name, _, default in rows(text)}
        assert found == {
            name: default for name, default in expected.items() if by_azure[name] == is_by_azure
        }


def test_parameters_of_a_deployment_have_their_defaults() -> None:
    """Those with a variable of azd are in docs/deploy.md, the others in settings.md."""
    bicep = (INFRA / "main.bicep").read_text("utf-8")
    declared = dict(re.findall(r"^param (\w+) \w+(?: = (.+))?$", bicep, re.MULTILINE))
    given = json.loads((INFRA / "main.parameters.json").read_text("utf-8"))["parameters"]
    found = {
        name: default
        for name, _, default in rows(section("settings.md", "Settings of a deployment"))
    }
    assert found.keys() == declared.keys() - given.keys()
    for name, default in found.items():
        if name != "deployerPrincipalId":
            assert default == declared[name].strip("'"), name
    deploy = (ROOT / "docs/deploy.md").read_text("utf-8")
    variables = re.findall(r"\$\{(\w+)=", json.dumps(given))
    assert variables
    assert [name for name in variables if f"| `{name}` |" not in deploy] == []


def test_settings_named_by_a_watchlist() -> None:
    text = section("settings.md", "Settings that a watchlist names")
    shipped = re.findall(r'"env:(\w+)"', (ROOT / "watchlist.toml").read_text("utf-8"))
    assert {row[2] for row in rows(text)} - {"none"} <= set(shipped)
    schema = (REFERENCE / "watchlist.schema.json").read_text("utf-8")
    assert (
        schema.count('"$ref": "#/$defs/setting"') == 5
    )  # two urls, a flow's url, secret, client_id


def test_each_command_has_its_exit_statuses() -> None:
    found = rows(section("commands.md", "Exit statuses"))
    assert {int(row[0]) for row in found} == {0, FAILED, MISCONFIGURED}
    named = {
        name for row in found if row[0] == str(FAILED) for name in re.findall(r"[a-z-]+", row[2])
    }
    assert named == set(ABOUT)


def test_routes_that_take_get_take_head() -> None:
    for path, methods in DOCUMENT["paths"].items():
        assert ("get" in methods) == ("head" in methods), path


def test_gauges_and_their_labels() -> None:
    """As the calls in the program add them."""
    tree = ast.parse(Path(metrics.__file__).read_text("utf-8"))
    expected = {}
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(
                    value=ast.Name("gauges"), attr="add" | "set" | "instant" as kind
                ),
                args=[ast.Constant(str(name)), _, *labels],
            ):
                names = [each.value for each in labels if isinstance(each, ast.Constant)]
                if any(isinstance(each, ast.Starred) for each in labels):
                    names = [*Labels._fields]
                expected[f"lapsewatch_{name}"] = names if kind == "add" else []
    assert len(expected) > 10
    found = {name: re.findall(r"\w+", labels) for name, labels, _ in rows(section("metrics.md"))}
    assert found == expected


def test_names_of_the_line_in_the_log() -> None:
    result = CheckResult(at("2026-11-22T14:00Z"), Outcome.OK, inventory=InventoryResult())
    line = json.loads(log_line(result, "own"))
    assert first(section("log.md", "Names of `check`")) == [*line]
    assert first(section("log.md", "Events")) == [line["event"]]
    queries = rows(section("log.md", "What the alerts read"))
    assert {row[0] for row in queries} == {path.name for path in (INFRA / "queries").glob("*.kql")}
    for name, names in queries:
        query = (INFRA / "queries" / name).read_text("utf-8")
        read = set(re.findall(r"\bline\.(\w+)", query))
        assert read == {each for each in re.findall(r"\w+", names) if each in line and read}


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("Standing", list(Standing)),
        ("Severity", list(Severity)),
        ("Outcome", list(Outcome)),
        ("Reason", list(Reason)),
    ],
)
def test_words_are_those_of_the_program(heading: str, words: list[str]) -> None:
    found = rows(section("words.md", heading))
    assert sorted(row[0] for row in found) == sorted(str(word) for word in words)
    if heading == "Severity":
        assert [(row[0], int(row[1])) for row in found] == [(each, each.rank) for each in Severity]


def test_runbook_page_has_every_section_and_field() -> None:
    names = first(section("../runbooks.md"))
    assert [name for name in names if name.startswith("## ")] == [
        f"## {each}" for each in RUNBOOK_SECTIONS
    ]
    assert [name for name in names if name.startswith("{{")] == [
        f"{{{{{name}}}}}" for name in FIELDS
    ]
