"""docs/threat-model.md names the test that shows what stops each threat to a hand-over."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECTION = (
    (ROOT / "docs" / "threat-model.md")
    .read_text(encoding="utf-8")
    .partition("## Handing a new secret over")[2]
    .partition("\n## ")[0]
)


def test_every_threat_to_a_hand_over_names_tests_that_exist() -> None:
    cells = [line.strip("|").split("|") for line in SECTION.splitlines() if line.startswith("| ")]
    rows = [(row[0].strip(), re.findall(r"`(test_\w+)`", row[-1])) for row in cells[1:]]
    assert len(rows) >= 15
    assert [threat for threat, names in rows if not names] == []
    tests = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")
    )
    defined = set(re.findall(r"^def (test_\w+)\(", tests, re.MULTILINE))
    assert {name for _, names in rows for name in names} - defined == set()
