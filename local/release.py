"""Collect the files of a release: `python -m local.release TAG [--check]`.

The tag must be `v` and the version, and `CHANGELOG.md` must have a dated section for it. Then
`build/release` gets the package and the list of its libraries, which `make package` and `make sbom`
have built, their checksums, and the notes. With `--check` nothing is written.
"""

import argparse
import hashlib
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from shared.version import VERSION

ROOT = Path(__file__).resolve().parents[1]
FILES = {
    "package.zip": f"lapsewatch-{VERSION}.zip",
    "sbom.json": f"lapsewatch-{VERSION}.cdx.json",
}
"""The files in `build`, and their names in a release."""
SUMS, NOTES = "SHA256SUMS", "notes.md"
LINK = re.compile(r"\[([^\]]+)\]\((?!https://)[^)]+\)")
"""To a file of the repository: from the page of a release it leads to nothing."""


class ReleaseError(Exception):
    """There can be no release. The text says why."""


def notes(tag: str, changelog: str) -> str:
    """Return the section of the changelog. Raise `ReleaseError` if tag and version differ."""
    if tag != f"v{VERSION}":
        raise ReleaseError(
            f"The tag is {tag}, but the version is {VERSION}: set it in shared/version.py, "
            f"or use the tag v{VERSION}."
        )
    section = re.search(
        rf"^## \[?{re.escape(VERSION)}\]? - \d{{4}}-\d\d-\d\d\n(.*?)(?=^## |^\[|\Z)",
        changelog,
        re.MULTILINE | re.DOTALL,
    )
    if section is None or not section[1].strip():
        raise ReleaseError(
            f'CHANGELOG.md has no section "## [{VERSION}] - YYYY-MM-DD" with changes.'
        )
    return LINK.sub(r"\1", section[1]).strip() + "\n"


def collect(build: Path, text: str) -> Path:
    """Copy the files from `build` to its folder `release`, with checksums and notes.

    Raise `ReleaseError` if a file is missing.
    """
    missing = [name for name in FILES if not (build / name).is_file()]
    if missing:
        raise ReleaseError(
            f"{' and '.join(missing)} not found in build: run make package and make sbom."
        )
    folder = build / "release"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    sums = []
    for source, name in FILES.items():
        shutil.copyfile(build / source, folder / name)
        sums.append(f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n")
    (folder / SUMS).write_text("".join(sums), encoding="ascii")
    (folder / NOTES).write_text(text, encoding="utf-8")
    return folder


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Check the tag, collect the files and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m local.release", description="Collect the files of a release."
    )
    parser.add_argument("tag", metavar="TAG", help="for example v1.2.3")
    parser.add_argument("--check", action="store_true", help="only compare tag and changelog")
    given = parser.parse_args(arguments)
    try:
        text = notes(given.tag, (root / "CHANGELOG.md").read_text("utf-8"))
        if given.check:
            print(f"{given.tag} can be released.")
            return 0
        folder = collect(root / "build", text)
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 1
    print((folder / SUMS).read_text("ascii"), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
