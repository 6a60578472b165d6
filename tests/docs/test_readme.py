"""The readme fits one screen, and the changelog is short."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
MAX_README_WORDS = 600
MAX_CHANGELOG_LINES = 120


def test_the_readme_fits_one_screen() -> None:
    """It is a landing page: everything else is one click away."""
    assert len(README.split()) <= MAX_README_WORDS
    assert len(re.findall(r"!\[", README)) == 1
    for part in ("Try it", "Test it", "Deploy it", "Read on"):
        assert f"\n## {part}\n" in README
    assert {"make demo", "make test", "azd up"} <= set(re.findall(r"(?:make|azd) \w+", README))


def test_the_changelog_is_short_and_has_room_for_the_next_release() -> None:
    versions = re.findall(r"^## \[(.+?)\]", CHANGELOG, re.MULTILINE)
    assert versions[0] == "Unreleased"
    assert "1.0.0" in versions
    assert len(CHANGELOG.partition("[1.0.0]")[2].splitlines()) < MAX_CHANGELOG_LINES
