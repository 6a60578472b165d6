"""Without settings, a command says what to do first; and every `--help` fits a terminal."""

import json
import os
import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from local.command_help import answer_help
from shared.__main__ import app
from shared.cli.commands import ABOUT
from shared.cli.first_steps import FIRST_STEPS
from shared.cli.session import program
from shared.config.local_settings import use_local_settings

ROOT = Path(__file__).parents[2]
DOCUMENTED = (
    *["bench", "local.bicep", "local.host", "local.kept_modules", "local.mutate", "local.package"],
    *["local.set_up_browser", "local.simulation.soak", "local.simulation.story", "local.tenant"],
    *["tests.docs.plain_english", "tests.render.regenerate"],
)


@pytest.fixture
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*os.environ]:
        if name.startswith(("LAPSEWATCH_", "LIBAPPS_", "TEAMS_")):
            monkeypatch.delenv(name)


@pytest.mark.usefixtures("no_settings")
@pytest.mark.parametrize("command", ["doctor", "status", "check", "tick", "forecast"])
def test_without_settings_the_first_steps_come_first(command: str) -> None:
    ran = CliRunner().invoke(app, [command])
    assert (ran.exit_code, ran.stdout) == (2, "")
    first, *_ = ran.stderr.splitlines()
    assert first.startswith("There are no settings yet.")
    assert "cp local.settings.example.json local.settings.json" in ran.stderr
    assert "setting LAPSEWATCH_TABLES: not set" in ran.stderr


@pytest.mark.usefixtures("no_settings")
def test_with_some_settings_only_mistakes_are_listed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LAPSEWATCH_DEADLINE", "soon")
    with pytest.raises(typer.Exit), program(""):
        pass
    assert "There are no settings yet" not in capsys.readouterr().err


@pytest.mark.usefixtures("no_settings")
def test_the_first_steps_lead_to_settings_that_are_complete(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As its first step does, copy the example; the documents show the same commands."""
    example = (ROOT / "local.settings.example.json").read_text("utf-8")
    (tmp_path / "local.settings.json").write_text(example, encoding="utf-8")
    for name in json.loads(example)["Values"]:
        monkeypatch.delenv(name, raising=False)
    with monkeypatch.context() as inside:
        inside.setattr(os, "environ", os.environ.copy())
        use_local_settings(tmp_path)
        with program("") as (_, configured):
            assert configured.watchlist.services
    pages = (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))
    shown = " ".join(word for page in pages for word in page.read_text("utf-8").split())
    steps = " ".join(" ".join(FIRST_STEPS).replace("\\", "").split())
    for command in re.findall(r"(?:cp|npx|\.venv/bin/python) .*?(?:json| &)(?= )", steps):
        assert command in shown


@pytest.mark.parametrize("command", [[], *([name] for name in ABOUT)], ids=str)
def test_help_is_in_words_and_fits_80_columns(command: list[str]) -> None:
    ran = CliRunner().invoke(app, [*command, "--help"], env={"COLUMNS": "200"})
    assert ran.exit_code == 0
    assert [line for line in ran.stdout.splitlines() if len(line) > 80] == []
    assert re.findall(r"<\w+.*?>|\{\w+\}|\(dynamic\)|[a-z,]\.\.\.\n", ran.stdout) == []


@pytest.mark.parametrize("module", DOCUMENTED)
def test_each_documented_command_answers_help_before_it_does_anything(module: str) -> None:
    path = ROOT.joinpath(*module.split("."))
    file = path / "__main__.py" if path.is_dir() else path.with_suffix(".py")
    source = file.read_text("utf-8")
    started = source.partition('if __name__ == "__main__":\n')[2]
    assert started.lstrip().startswith("answer_help(__doc__)\n") or ".ArgumentParser(" in source


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["--record", "--help"]])
def test_help_is_the_docstring_and_ends_the_command(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        answer_help("Do it: `python -m it`.\n\n    It is done.\n", words)
    assert ended.value.code == 0
    assert capsys.readouterr().out == "Do it: `python -m it`.\n\nIt is done.\n"
    answer_help("Do it.", ["--record"])  # goes on
