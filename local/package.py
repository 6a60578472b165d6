"""Build the package of the app, as azd and Core Tools do: `python -m local.package [--try]`.

It writes `build/package.zip`: the folder of the app without the files that `.funcignore` names.
With `--try` it unpacks the package elsewhere and installs `requirements.txt`, and nothing else,
with pip (which contacts the package registry). The worker library then indexes the functions, and
they answer `health` and a tick, with the stand-in tenant and Azurite.
"""

import argparse
import contextlib
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pathspec
import requests

from local.azurite import Azurite, AzuriteError
from local.stand_in.tenant import Tenant

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "build" / "package.zip"
PLATFORM_PACKAGES = ("azure_functions_runtime", "azurefunctions", "azure.storage", "werkzeug")
"""The worker library, which Azure provides, and what the local host needs in its place."""
KEY = {"x-functions-key": "local"}
TIMEOUT_SECONDS = 60.0
"""Seconds to wait for the host, and for a check."""


class PackageError(Exception):
    """The package does not work. The text says what failed."""


def contents(root: Path) -> list[str]:
    """Return the files of the package, as paths from `root`: all that `.funcignore` keeps."""
    ignored = pathspec.GitIgnoreSpec.from_lines(
        (root / ".funcignore").read_text(encoding="utf-8").splitlines()
    )
    found = []
    for folder, folders, files in root.walk():
        here = folder.relative_to(root)
        folders[:] = sorted(name for name in folders if not ignored.match_file(f"{here / name}/"))
        found += [str(here / name) for name in files if not ignored.match_file(str(here / name))]
    return sorted(found)


def build(root: Path, package: Path) -> list[str]:
    """Write the package and return its files."""
    package.parent.mkdir(parents=True, exist_ok=True)
    files = contents(root)
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in files:
            archive.write(root / name, name)
    return files


def prove(package: Path, folder: Path) -> Iterator[str]:
    """Unpack the package in `folder`, install, index and call it. Yield each result.

    Raise `PackageError` if one is wrong.
    """
    app, python, platform = folder / "app", folder / "venv" / "bin" / "python", folder / "platform"
    with zipfile.ZipFile(package) as archive:
        archive.extractall(app)
    began = time.monotonic()
    _run(sys.executable, "-m", "venv", "--without-pip", str(folder / "venv"))
    pip = (sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet")
    _run(*pip, "--no-compile", "--require-hashes", "-r", str(app / "requirements.txt"))
    yield f"installed requirements.txt alone, {time.monotonic() - began:.0f} s"
    _link_platform(platform)
    with Azurite(services=("table", "queue")) as azurite, Tenant() as tenant:
        plain = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        storage = {
            "LAPSEWATCH_TABLES": azurite.tables,
            "AzureWebJobsStorage": azurite.tables,
            "LAPSEWATCH_SCHEDULE": "0 5 * * * *",
        }
        settings = plain | dict(tenant.environment) | storage | {"PYTHONPATH": str(platform)}
        with _hosted(python, app, folder, settings) as (root, functions):
            yield f"indexed {len(functions)} functions: {', '.join(functions)}"
            yield f"health answers “{_health(root, 'starting')}”"
            requests.post(
                f"{root}/admin/functions/tick", headers=KEY, timeout=TIMEOUT_SECONDS
            ).raise_for_status()
            yield f"the tick ended as {_check(root)} and posted {len(tenant.posted('its'))} card"
            yield f"health answers “{_health(root, 'ok')}”"


def _link_platform(platform: Path) -> None:
    """Link the worker library and the local host, and nothing else of this checkout."""
    platform.mkdir()
    (platform / "local").symlink_to(ROOT / "local")
    for name in PLATFORM_PACKAGES:
        found = importlib.util.find_spec(name)
        assert found is not None
        assert found.submodule_search_locations
        place = platform / name.replace(".", "/")
        place.parent.mkdir(exist_ok=True)
        place.symlink_to(next(iter(found.submodule_search_locations)))


@contextlib.contextmanager
def _hosted(
    python: Path, app: Path, folder: Path, environment: dict[str, str]
) -> Iterator[tuple[str, list[str]]]:
    """Run the local host with the package. Yield its root and the names of the functions."""
    log = folder / "host.log"
    command = [str(python), "-m", "local.host", "--app", str(app), "--port", "0", "--no-timers"]
    with (
        log.open("w") as errors,
        subprocess.Popen(  # noqa: S603  (our own command)
            command, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        try:
            assert process.stdout is not None
            functions = []
            for line in process.stdout:
                if line.startswith("listening on "):
                    break
                functions += [line.split()[0]] if line.startswith("  ") else []
            else:
                raise PackageError(f"The package cannot be indexed: {log.read_text()[-2000:]}")
            yield line.strip().removeprefix("listening on ").removesuffix("/api"), functions
        finally:
            process.terminate()


def _health(root: str, expected: str) -> str:
    answer = requests.get(f"{root}/api/health", timeout=TIMEOUT_SECONDS)
    if (answer.status_code, answer.text) != (200, expected):
        raise PackageError(
            f"health answered {answer.status_code} “{answer.text[:80]}”; expected 200 “{expected}”."
        )
    return answer.text


def _check(root: str) -> str:
    """Wait for the check of the tick and return its outcome."""
    end = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < end:
        status = requests.get(f"{root}/api/status", headers=KEY, timeout=TIMEOUT_SECONDS)
        check = status.json()["check"]
        if check["outcome"] == "ok":
            return str(check["outcome"])
        if check["outcome"]:
            raise PackageError(f"The check ended as {check['outcome']}: {check['error']}")
        time.sleep(0.2)
    raise PackageError(f"No check was made within {TIMEOUT_SECONDS:.0f} seconds.")


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  (our own commands)
    if done.returncode:
        raise PackageError(
            f"{' '.join(command[1:4])} failed ({done.returncode}): {done.stderr[-2000:]}"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the package and, with `--try`, try it. Return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m local.package", description="Build the package of the app."
    )
    parser.add_argument(
        "--try",
        action="store_true",
        dest="trial",
        help="install, index and call it, far from this checkout",
    )
    given = parser.parse_args(arguments)
    files = build(ROOT, PACKAGE)
    print(f"{PACKAGE.relative_to(ROOT)}: {len(files)} files, {PACKAGE.stat().st_size // 1024} KB")
    if given.trial:
        with tempfile.TemporaryDirectory(prefix="package-") as folder:
            try:
                for result in prove(PACKAGE, Path(folder)):
                    print(result)
            except (AzuriteError, PackageError) as error:
                print(error, file=sys.stderr)
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
