"""The check of `infra/` fails on whatever the compiler prints. A small program stands in for it."""

import json
from pathlib import Path
from stat import S_IRWXU

import pytest

from local.bicep import SOURCES, CompilerMissing, find_compiler, main, problems, sums, up_to_date

WARNING = "app.bicep(1,1) : Warning BCP036: A value of type string was expected."
COMPILER = """#!/bin/sh
case "$1 $*" in
{cases}
"format "*) for file in ${{3%%/\\**}}/*.bicep; do sed -i 's/  */ /g' "$file"; done ;;
"snapshot "*Overwrite*)
  echo '{{"outputs": {{"B": 2, "A": 1}}}}' > "${{2%.bicepparam}}.snapshot.json" ;;
esac
"""


@pytest.fixture
def infra(tmp_path: Path) -> Path:
    folder = tmp_path / "infra"
    (folder / "snapshots").mkdir(parents=True)
    (folder / "bicepconfig.json").write_text("{}", encoding="utf-8")
    (folder / "main.bicep").write_text("param name string\n", encoding="utf-8")
    (folder / "snapshots" / "default.bicepparam").write_text("using '../main.bicep'\n", "utf-8")
    (folder / SOURCES).write_text(sums(folder), encoding="utf-8")
    return folder


def compiler(folder: Path, *cases: str) -> str:
    program = folder / "bicep"
    program.write_text(COMPILER.format(cases="\n".join(cases)), encoding="utf-8")
    program.chmod(S_IRWXU)
    return str(program)


def test_nothing_is_wrong_if_the_compiler_prints_nothing(infra: Path, tmp_path: Path) -> None:
    assert list(problems(compiler(tmp_path), infra)) == []


@pytest.mark.parametrize("command", ["lint", "format", "snapshot"])
def test_a_warning_is_a_problem_although_the_exit_status_is_0(
    infra: Path, tmp_path: Path, command: str
) -> None:
    program = compiler(tmp_path, f'"{command} "*) echo "{WARNING}" >&2; exit 0 ;;')
    assert {
        line.removeprefix("snapshots/default.bicepparam: ") for line in problems(program, infra)
    } == {WARNING}


def test_a_changed_snapshot_is_a_problem_with_what_changed(infra: Path, tmp_path: Path) -> None:
    program = compiler(
        tmp_path,
        '"snapshot "*Validate*) printf "\\\\n  \\\\033[38;5;141m~\\\\033[0m key\\\\n"; exit 1 ;;',
    )
    first, second = problems(program, infra)
    assert first == "snapshots/default.bicepparam:   ~ key"
    assert second.endswith("snapshot failed (exit status 1).")


def test_another_layout_is_a_problem_and_can_be_written(infra: Path, tmp_path: Path) -> None:
    source, program = infra / "main.bicep", compiler(tmp_path)
    source.write_text("param  name  string\n", encoding="utf-8")
    (infra / SOURCES).write_text(sums(infra), encoding="utf-8")
    assert list(problems(program, infra)) == [
        "main.bicep is not in the layout of `bicep format`. Run it."
    ]
    assert list(problems(program, infra, record=True)) == []
    assert source.read_text(encoding="utf-8") == "param name string\n"


def test_recorded_outputs_are_sorted(infra: Path, tmp_path: Path) -> None:
    assert list(problems(compiler(tmp_path), infra, record=True)) == []
    text = (infra / "snapshots" / "default.snapshot.json").read_text(encoding="utf-8")
    assert list(json.loads(text)["outputs"]) == ["A", "B"]


def test_a_change_of_the_sources_is_noticed_without_a_compiler(infra: Path, tmp_path: Path) -> None:
    assert up_to_date(infra)
    (infra / "main.bicep").write_text("param other string\n", encoding="utf-8")
    assert not up_to_date(infra)
    assert list(problems(compiler(tmp_path), infra)) == [f"The sources are not those of {SOURCES}."]
    assert list(problems(compiler(tmp_path), infra, record=True)) == []
    assert up_to_date(infra)


def test_a_record_without_its_form_is_a_problem(infra: Path, tmp_path: Path) -> None:
    (infra / "snapshots" / "old.snapshot.json").write_text("{}", encoding="utf-8")
    assert list(problems(compiler(tmp_path), infra)) == [
        "snapshots/old.snapshot.json belongs to no .bicepparam file. Delete it."
    ]


def test_a_program_that_cannot_run_is_a_problem(infra: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_text("\0", encoding="utf-8")
    broken.chmod(S_IRWXU)
    assert all("could not run" in line for line in problems(str(broken), infra))


def test_the_chosen_compiler_comes_first_and_that_of_az_last(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("chosen", "path", "home/.azure/bin", "config/bin")]
    for folder in folders:
        folder.mkdir(parents=True)
    chosen, on_path, of_az, configured = (compiler(folder) for folder in folders)
    environment = {
        "BICEP": chosen,
        "PATH": str(folders[1]),
        "AZURE_CONFIG_DIR": str(tmp_path / "config"),
        "HOME": str(tmp_path / "home"),
    }
    for name, expected in (("BICEP", chosen), ("PATH", on_path), ("AZURE_CONFIG_DIR", configured)):
        assert find_compiler(environment) == expected
        del environment[name]
    assert find_compiler(environment | {"PATH": ""}) == of_az
    with pytest.raises(CompilerMissing, match=r"^No Bicep compiler was found\. Run `az bicep"):
        find_compiler({"PATH": "", "HOME": str(tmp_path)})


@pytest.mark.parametrize(
    ("words", "chosen", "status"),
    [((), "", 1), (("--if-found",), "", 0), (("--if-found",), "/nowhere/bicep", 1)],
)
def test_without_a_compiler_one_line_says_so(
    words: tuple[str, ...],
    chosen: str,
    status: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    environment = {"PATH": "", "HOME": str(tmp_path), "BICEP": chosen}
    assert main(words, environment) == status
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("The Bicep was not compiled: ")
    assert line.endswith("Run `az bicep install`, or set BICEP to the path of a compiler.")
    assert ("which is not a program" in line) is bool(chosen)


@pytest.mark.parametrize(("cases", "status"), [((), 0), (('"lint "*) echo bad >&2 ;;',), 1)])
def test_the_exit_status_tells_whether_something_is_wrong(
    cases: tuple[str, ...], status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = compiler(tmp_path, *cases, '"format "*) ;;')
    assert main((), {"PATH": "/usr/bin:/bin", "BICEP": program}) == status
    out = capsys.readouterr().out
    assert ("bad\n" in out) is ("make infra RECORD=1" in out) is bool(status)
