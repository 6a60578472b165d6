"""A release has the tag of its version, a section of the changelog, and right checksums."""

import hashlib
import json
from pathlib import Path

import pytest

from local.release import FILES, NOTES, SUMS, ReleaseError, collect, main, notes
from local.sbom import write_sbom
from shared.version import VERSION

TAG = f"v{VERSION}"
CHANGELOG = f"""# Changelog

## [Unreleased]

## [{VERSION}] - 2026-11-29
### Added
- Add [this](docs/this.md#part), as [they](https://example.org/) say.

## [0.9.0] - 2026-01-01
- Add that.
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a folder with a changelog and what make builds."""
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    (tmp_path / "build").mkdir()
    for name in FILES:
        (tmp_path / "build" / name).write_text(name)
    return tmp_path


def test_notes_are_the_section_of_the_version() -> None:
    assert notes(TAG, CHANGELOG) == "### Added\n- Add this, as [they](https://example.org/) say.\n"


@pytest.mark.parametrize(
    ("tag", "changelog", "error"),
    [
        ("v0.9.0", CHANGELOG, "The tag is v0.9.0, but the version is"),
        (VERSION, CHANGELOG, "The tag is"),
        (TAG, CHANGELOG.replace(f"[{VERSION}]", "[9.9.9]"), "has no section"),
        (TAG, CHANGELOG.replace(" - 2026-11-29", ""), "has no section"),
        (TAG, f"## [{VERSION}] - 2026-11-29\n\n## [0.9.0] - 2026-01-01\n- a\n", "with changes"),
    ],
)
def test_a_wrong_tag_or_changelog_is_refused(tag: str, changelog: str, error: str) -> None:
    with pytest.raises(ReleaseError, match=error):
        notes(tag, changelog)


def test_the_files_of_a_release(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([TAG], root) == 0
    folder = root / "build" / "release"
    assert {file.name for file in folder.iterdir()} == {*FILES.values(), SUMS, NOTES}
    lines = (folder / SUMS).read_text().splitlines()
    assert [line.split("  ") for line in lines] == [
        [hashlib.sha256(source.encode()).hexdigest(), name] for source, name in FILES.items()
    ]
    assert capsys.readouterr().out.splitlines() == lines


def test_a_missing_file_is_named(root: Path) -> None:
    (root / "build" / "sbom.json").unlink()
    with pytest.raises(ReleaseError, match=r"^sbom.json not found in build: run make package"):
        collect(root / "build", "")


def test_the_check_writes_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([TAG, "--check"], root) == 0
    assert main(["v0.0.1", "--check"], root) == 1
    assert not (root / "build" / "release").exists()
    out, err = capsys.readouterr()
    assert out == f"{TAG} can be released.\n"
    assert err.startswith("The tag is v0.0.1, but the version is")


def test_the_list_of_libraries_has_the_version(tmp_path: Path) -> None:
    assert write_sbom(tmp_path / "sbom.json") == 0
    document = json.loads((tmp_path / "sbom.json").read_text("utf-8"))
    app = document["metadata"]["component"]
    assert (app["name"], app["version"]) == ("lapsewatch", VERSION)
    assert "msgraph-sdk" in {each["name"] for each in document["components"]}
