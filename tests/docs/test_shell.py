"""ShellCheck finds nothing in the scripts, and in the shell blocks of documents and workflows."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]  # it has no types of its own

ROOT = Path(__file__).parents[2]
SHELLCHECK = Path(sys.executable).with_name("shellcheck")
BLOCK = re.compile(r"^( *)```(?:sh|bash)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
DOCS = [path for path in (ROOT / "docs").iterdir() if path.is_dir()]
FOLDERS = (
    *(".", "docs", "infra", "local", ".ci", ".github/workflows", ".github", ".devcontainer"),
    *sorted(path.relative_to(ROOT).as_posix() for path in DOCS),
)


def files() -> list[Path]:
    return [
        path for folder in FOLDERS for path in sorted((ROOT / folder).iterdir()) if path.is_file()
    ]


def shell_in(path: Path) -> str:
    """Return the shell of a file as one script, since a block uses names of those before it."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".md":
        parts = [
            "\n".join(line.removeprefix(indent) for line in block.splitlines())
            for indent, block in BLOCK.findall(text)
        ]
    elif path.suffix == ".yml" and "jobs" in (document := yaml.safe_load(text)):
        steps = [step for job in document["jobs"].values() for step in job["steps"]]
        parts = [step["run"] for step in steps if "run" in step]
    else:
        return text if re.match(r"#!.*\b(sh|bash)\b", text) else ""
    by_hand = (
        "# shellcheck disable=SC2164\n" if path.suffix == ".md" else ""
    )  # people see a failed cd
    return f"#!/usr/bin/env bash\n{by_hand}" + "\n".join(parts) + "\n" if parts else ""


def found_in(scripts: dict[str, str], folder: Path) -> str:
    """Return the findings; names of variables may come from azd or from another page."""
    for name, script in scripts.items():
        (folder / name).write_text(script, encoding="utf-8")
    done = subprocess.run(
        [SHELLCHECK, "--norc", "--format=gcc", "--exclude=SC2034,SC2154", *scripts],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stderr
    return done.stdout


def test_shellcheck_finds_nothing(tmp_path: Path) -> None:
    scripts = {
        path.relative_to(ROOT).as_posix().replace("/", "+"): script
        for path in files()
        if (script := shell_in(path))
    }
    assert {"docs+deploy.md", "infra+README.md", ".ci+run", ".github+workflows+bicep.yml"} <= set(
        scripts
    )
    assert found_in(scripts, tmp_path) == ""


@pytest.mark.parametrize("text", ["cp $A b\n", "if true; then\n", "echo 'a\n", "read NAME\n"])
def test_mistakes_in_a_block_are_found(text: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"1. Run:\n\n   ```sh\n   {text}   ```\n", encoding="utf-8")
    assert found_in({"page": shell_in(page)}, tmp_path) != ""
