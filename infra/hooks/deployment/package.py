"""The package of the app: its files, the pinned requirements for Linux, and their bytecode.

It is built here and not in Azure, so that what is tested is what runs: nothing is installed there.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

VERSION = (3, 13)
"""Of Python, in Azure."""
TARGET = (
    "--platform=manylinux2014_x86_64",
    "--platform=manylinux_2_28_x86_64",
    "--python-version=3.13",
    "--implementation=cp",
    "--only-binary=:all:",
    "--no-deps",  # all are pinned; pip before 24 takes the needs of the Python that runs it
    "--ignore-requires-python",  # the same
)
LIBRARIES = Path(".python_packages", "lib", "site-packages")
"""Where the worker in Azure looks for them, in the folder of the app."""
PRUNED = "msgraph"
"""The package of which only the files in `kept.txt` are shipped."""
SCRIPTS = "bin"
"""Programs of the libraries, with the path of the Python that installed them."""
KEPT = Path(__file__).with_name("kept.txt")
NO_IGNORED = "# nothing is left out: azd would leave out the bytecode\n"


class PackageError(ValueError):
    """The package cannot be built. The text says why, and what to do."""


def build(root: Path, package: Path, version: tuple[int, int] = VERSION) -> bool:
    """Build the package of the app in `root`. Return whether it has bytecode.

    Raises:
        PackageError: pip failed, or there is no pip.
    """
    libraries = _installed(root / "requirements.txt", package.parent)
    if package.exists():
        shutil.rmtree(package)
    for name in app_files(root):
        _copy(root / name, package / name)
    for name in shipped(libraries):
        _copy(libraries / name, package / LIBRARIES / name)
    (package / ".funcignore").write_text(NO_IGNORED, encoding="utf-8")
    return _compiled(package, version)


def app_files(root: Path) -> Iterator[Path]:
    """Yield the files that `.funcignore` keeps, from `root`."""
    lines = (root / ".funcignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    for folder, folders, files in os.walk(root):
        here = Path(folder).relative_to(root)
        folders[:] = sorted(name for name in folders if not _ignored(here / name, rules))
        yield from (here / name for name in sorted(files) if not _ignored(here / name, rules))


def _ignored(path: Path, rules: list[str]) -> bool:
    """Return whether a rule names the path itself. The folders above it are not ignored."""
    whole = f"/{path.as_posix()}"
    return any(fnmatchcase(whole if rule.startswith("/") else path.name, rule) for rule in rules)


def shipped(libraries: Path) -> Iterator[Path]:
    """Yield the files of the libraries that are shipped, from their folder."""
    kept = set(KEPT.read_text(encoding="utf-8").split())
    for folder, folders, files in os.walk(libraries):
        here = Path(folder).relative_to(libraries)
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(files):
            path = here / name
            if path.as_posix() in kept or path.parts[0] not in (PRUNED, SCRIPTS):
                yield path


def _installed(requirements: Path, build_folder: Path) -> Path:
    """Return the folder with the pinned requirements; they are installed if they have changed."""
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()[:16]
    folder = build_folder / f"libraries-{digest}"
    if folder.exists():
        return folder
    for old in build_folder.glob("libraries-*"):
        shutil.rmtree(old)
    unfinished = build_folder / "libraries-unfinished"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--no-compile"]
    where = [f"--target={unfinished}", "--require-hashes", "--requirement", str(requirements)]
    done = subprocess.run(  # noqa: S603  (our own command)
        [*pip, "--quiet", *TARGET, *where], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise PackageError(
            f"The libraries of the app cannot be installed: {done.stderr.strip()[-1000:]}\n"
            f"Update pip ({sys.executable} -m pip install --upgrade pip), verify that the package "
            "registry can be reached, then repeat: azd deploy"
        )
    return unfinished.rename(folder)


def _compiled(package: Path, version: tuple[int, int]) -> bool:
    """Compile the package with the Python of the app; return whether there is one here.

    Python trusts this bytecode without a look at the source, whose time is lost in the archive.
    """
    mode = ("--invalidation-mode", "unchecked-hash", "-q", "-j", "0")
    paths = ("-s", str(package), "-p", "/home/site/wwwroot", str(package))
    for python in _pythons():
        asked = [*python, "-c", f"import sys; sys.exit(sys.version_info[:2] != {version})"]
        try:
            if subprocess.run(asked, capture_output=True, check=False).returncode:  # noqa: S603  (ours)
                continue
        except OSError:
            continue
        subprocess.run([*python, "-m", "compileall", *mode, *paths], check=False)  # noqa: S603  (ours)
        return True
    return False


def _pythons() -> Iterator[list[str]]:
    yield [sys.executable]
    for name, *options in (["python3.13"], ["py", "-3.13"], ["python3"], ["python"]):
        found = shutil.which(name)
        if found:
            yield [found, *options]


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
