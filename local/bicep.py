"""Check `infra/` with Azure's Bicep compiler: `python -m local.bicep`, or `make infra`.

The compiler ends with 0 on a type mistake, so any line of its errors is a failure here. It also
holds the layout, and the snapshots of what each form would deploy; `--record` writes these.
Standard library only: the workflow runs this without any package.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from local.command_help import answer_help

SETTING = "BICEP"
INSTALL = f"Run `az bicep install`, or set {SETTING} to the path of a compiler."
INFRA = Path(__file__).parents[1] / "infra"
SOURCES = "snapshots/sources.sha256"
"""From which sources the snapshots were recorded."""
ENDINGS = ("bicep", "bicepparam", "kql")
TIMEOUT_SECONDS = 300
TENANT = "00000000-1111-2222-3333-444444444444"
SUBSCRIPTION = "00000000-1111-2222-3333-555555555555"
SCOPE = (
    *("--tenant-id", TENANT, "--subscription-id", SUBSCRIPTION),
    *("--location", "eastus", "--deployment-name", "library"),
)
"""Where a snapshot pretends to deploy. Names of resources follow from it."""


class CompilerMissing(Exception):
    """No compiler was found. The text says why, and what to do."""


def find_compiler(environment: Mapping[str, str] = os.environ) -> str:
    """Return the program of the compiler: `$BICEP`, one on PATH, or the one of `az bicep`.

    Raises:
        CompilerMissing: there is none.
    """
    path = environment.get("PATH", "")
    if chosen := environment.get(SETTING):
        if found := shutil.which(chosen, path=path):
            return found
        raise CompilerMissing(f'{SETTING} is "{chosen}", which is not a program. {INSTALL}')
    home = environment.get("HOME") or environment.get("USERPROFILE", "")
    of_az = Path(environment.get("AZURE_CONFIG_DIR") or Path(home, ".azure"), "bin", "bicep")
    if found := shutil.which("bicep", path=path) or shutil.which(str(of_az)):
        return found
    raise CompilerMissing(f"No Bicep compiler was found. {INSTALL}")


def problems(compiler: str, infra: Path = INFRA, *, record: bool = False) -> Iterator[str]:
    """Yield what is wrong. `record` writes the layout and the snapshots instead."""
    yield from _run(compiler, "lint", "--pattern", f"{infra}/**/*.bicep")
    yield from _layout(compiler, infra, record=record)
    forms = sorted(infra.glob("snapshots/*.bicepparam"))
    mode = "Overwrite" if record else "Validate"
    with ThreadPoolExecutor(os.process_cpu_count()) as pool:
        ran = pool.map(
            lambda form: list(_run(compiler, "snapshot", str(form), "--mode", mode, *SCOPE)), forms
        )
        for form, found in zip(forms, ran, strict=True):
            yield from (f"snapshots/{form.name}: {line}" for line in found)
    named = {form.with_suffix(".snapshot.json") for form in forms}
    for extra in sorted({*infra.glob("snapshots/*.json")} - named):
        yield f"snapshots/{extra.name} belongs to no .bicepparam file. Delete it."
    if record:
        for path in sorted(filter(Path.exists, named)):
            _sort_outputs(path)
        (infra / SOURCES).write_text(sums(infra), encoding="utf-8")
    elif not up_to_date(infra):
        yield f"The sources are not those of {SOURCES}."


def sums(infra: Path = INFRA) -> str:
    """Return the sum of each source of the snapshots, as `sha256sum` writes them."""
    sources = sorted(path for ending in ENDINGS for path in infra.rglob(f"*.{ending}"))
    return "".join(
        f"{hashlib.sha256(path.read_text(encoding='utf-8').encode()).hexdigest()}"
        f"  {path.relative_to(infra).as_posix()}\n"
        for path in sources
    )


def up_to_date(infra: Path = INFRA) -> bool:
    """Return whether the snapshots were recorded from these sources. Needs no compiler."""
    recorded = infra / SOURCES
    return recorded.exists() and recorded.read_text(encoding="utf-8") == sums(infra)


def _sort_outputs(path: Path) -> None:
    """Sort the outputs of a snapshot: the compiler writes them in another order each time."""
    document = json.loads(path.read_text(encoding="utf-8"))
    document["outputs"] = dict(sorted(document["outputs"].items()))
    text = json.dumps(document, indent=2, ensure_ascii=False)
    path.write_text(f"{text}\n", encoding="utf-8")


def _layout(compiler: str, infra: Path, *, record: bool) -> Iterator[str]:
    """Format a copy, or with `record` the files themselves, and yield what differs."""
    sources = [path for ending in ("bicep", "bicepparam") for path in infra.rglob(f"*.{ending}")]
    with tempfile.TemporaryDirectory() as copied:
        copies = {path: Path(copied, path.relative_to(infra)) for path in sources}
        for path, copy in copies.items():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
        shutil.copy(infra / "bicepconfig.json", copied)
        for ending in ("bicep", "bicepparam"):
            yield from _run(compiler, "format", "--pattern", f"{copied}/**/*.{ending}")
        for path, copy in sorted(copies.items()):
            if copy.read_bytes() == path.read_bytes():
                continue
            if record:
                shutil.copyfile(copy, path)
            else:
                yield f"{path.relative_to(infra)} is not in the layout of `bicep format`. Run it."


def _run(compiler: str, *words: str) -> Iterator[str]:
    """Run the compiler, and yield its errors and warnings."""
    try:
        done = subprocess.run(  # noqa: S603  (the compiler that the caller chose)
            [compiler, *words],
            check=False,
            capture_output=True,
            encoding="utf-8",
            timeout=TIMEOUT_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        yield f"{compiler} {words[0]} could not run: {error}"
        return
    yield from _lines(done.stderr)
    if done.returncode:
        yield from _lines(done.stdout)
        yield f"{compiler} {words[0]} failed (exit status {done.returncode})."


def _lines(printed: str) -> list[str]:
    """Return the lines that are not empty, without colours."""
    return [line for line in re.sub(r"\x1b\[[\d;]*m", "", printed).splitlines() if line.strip()]


def main(words: Sequence[str], environment: Mapping[str, str] = os.environ) -> int:
    """Check, and print what is wrong. Return the exit status.

    `--if-found`: without a compiler, print that in one line, and succeed. `--record`: write the
    snapshots.
    """
    try:
        compiler = find_compiler(environment)
    except CompilerMissing as error:
        print(f"The Bicep was not compiled: {error}")
        return 0 if "--if-found" in words and not environment.get(SETTING) else 1
    found = list(dict.fromkeys(problems(compiler, record="--record" in words)))
    print(*found, sep="\n", end="\n" if found else "")
    if found:
        print("infra/ has problems. If a snapshot differs on purpose, run `make infra RECORD=1`.")
        return 1
    print("The Bicep compiles without a warning, and matches its snapshots.")
    return 0


if __name__ == "__main__":
    answer_help(__doc__)
    sys.exit(main(sys.argv[1:]))
