"""Build the package of the app, as azd does: `python -m local.package [--start | --try]`.

The hook before azd's own packaging makes `build/package`: the app and its libraries, for Azure.
It becomes `build/package.zip`. With `--start` it is unpacked elsewhere, and the worker library
indexes the functions; they answer `health` and a tick, and hand a secret over, with the stand-in
tenant and Azurite. With `--try`, the tests of the whole app also run with the libraries of the
package: every route, the timer, mail, the inventory, sign-in reports, hand-overs, several tenants,
and errors of each service.
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
from itertools import chain
from pathlib import Path

import requests

from local.azurite import Azurite, AzuriteError
from local.package_hand_over import HandOverError, hand_over
from local.stand_in.tenant import Tenant

ROOT = Path(__file__).resolve().parents[1]
HOOK = ROOT / "infra" / "hooks" / "before_package.py"
FOLDER = ROOT / "build" / "package"
PACKAGE = ROOT / "build" / "package.zip"
LIBRARIES = Path(".python_packages", "lib", "site-packages")
PLATFORM_PACKAGES = ("azure_functions_runtime", "azurefunctions", "azure.storage")
"""The worker library, which Azure provides, and what the local host needs in its place."""
TESTS = (
    "tests/e2e/test_every_route.py",
    "tests/e2e/test_functions.py",
    "tests/e2e/test_handing_over.py",
    "tests/e2e/test_outages.py",
    "tests/e2e/test_page_routes.py",
    "tests/e2e/test_several_tenants.py",
    "tests/e2e/test_tenant.py",
    "tests/adapters",
)
"""The tests of the whole app, and of each call to a service with its errors."""
KEY, MASTER_KEY = {"x-functions-key": "local"}, {"x-functions-key": "local-master"}
TIMEOUT_SECONDS = 60.0
"""Seconds to wait for the host, and for a check."""


class PackageError(Exception):
    """The package does not work. The text says what failed."""


def pack(folder: Path, package: Path) -> int:
    """Write the package, without the ignore file. Return the bytes of its files."""
    package.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file() and file != folder / ".funcignore":
                archive.write(file, file.relative_to(folder))
                size += file.stat().st_size
    return size


def prove(package: Path, folder: Path) -> Iterator[str]:
    """Unpack the package in `folder`, index and call it. Yield each result.

    Raise `PackageError` if one is wrong.
    """
    app, python, platform = folder / "app", folder / "venv" / "bin" / "python", folder / "platform"
    with zipfile.ZipFile(package) as archive:
        archive.extractall(app)
    _run(sys.executable, "-m", "venv", "--without-pip", str(folder / "venv"))
    _link_platform(platform)
    with Azurite(services=("table", "queue")) as azurite, Tenant(hand_over=True) as tenant:
        plain = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        storage = {
            "LAPSEWATCH_TABLES": azurite.tables,
            "AzureWebJobsStorage": azurite.tables,
            "LAPSEWATCH_SCHEDULE": "0 5 * * * *",
        }
        paths = {
            "PYTHONPATH": f"{platform}{os.pathsep}{app / LIBRARIES}",
            "PYTHONDONTWRITEBYTECODE": "1",  # the folder of the app in Azure cannot be written to
        }
        settings = plain | dict(tenant.environment) | storage | paths
        began = time.monotonic()
        with _hosted(python, app, folder, settings) as (root, functions):
            yield f"indexed {len(functions)} functions: {', '.join(functions)}"
            yield (
                f"health answers “{_health(root, 'starting')}”, {time.monotonic() - began:.1f} s "
                "after the start of the host"
            )
            requests.post(
                f"{root}/admin/functions/tick",
                headers=MASTER_KEY,
                json={},
                timeout=TIMEOUT_SECONDS,
            ).raise_for_status()
            yield f"the tick ended as {_check(root)} and posted {len(tenant.posted('its'))} card"
            yield f"health answers “{_health(root, 'ok')}”"
            yield hand_over(root, tenant)


def run_tests(package: Path, folder: Path) -> Iterator[str]:
    """Run the tests of the whole app with the libraries of the package. Yield the result.

    Raise `PackageError` if one fails.
    """
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder / "tested")
    libraries = folder / "tested" / LIBRARIES
    began = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", "auto", *TESTS]
    environment = {**os.environ, "PYTHONPATH": str(libraries)}
    done = subprocess.run(  # noqa: S603  (our own command)
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise PackageError(f"The tests of the whole app failed: {done.stdout[-4000:]}")
    yield f"the tests of the whole app passed, {time.monotonic() - began:.0f} s"


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
    options = ["--strict", "--app", str(app), "--port", "0", "--no-timers", "--signed-in", "Dana"]
    command = [str(python), "-m", "local.host", *options]
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
    """Build the package and, if wanted, try it. Return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m local.package", description="Build the package of the app."
    )
    parser.add_argument(
        "--start", action="store_true", help="index and call it, far from this checkout"
    )
    parser.add_argument(
        "--try",
        action="store_true",
        dest="trial",
        help="the same, then test the whole app with its libraries",
    )
    given = parser.parse_args(arguments)
    if subprocess.run([sys.executable, str(HOOK)], check=False).returncode:  # noqa: S603  (ours)
        return 1
    size = pack(FOLDER, PACKAGE)
    zipped = PACKAGE.stat().st_size / 1e6
    print(f"{PACKAGE.relative_to(ROOT)}: {size / 1e6:.1f} MB, {zipped:.1f} MB zipped")
    if given.trial or given.start:
        with tempfile.TemporaryDirectory(prefix="package-") as folder:
            try:
                tested = run_tests(PACKAGE, Path(folder)) if given.trial else ()
                for result in chain(prove(PACKAGE, Path(folder)), tested):
                    print(result)
            except (AzuriteError, HandOverError, PackageError) as error:
                print(error, file=sys.stderr)
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
