"""docs/personal-data.md names every row with a person; docs/staff.md has no technical terms."""

import re
from pathlib import Path

import pytest

from shared.adapters.table.fields import annotations_of
from shared.adapters.table.kinds import KINDS
from shared.core.model.decision import Decision, Person
from shared.core.model.hand_over import HandOver
from shared.core.notify.retention import HISTORY

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "personal-data.md").read_text("utf-8")
STAFF = (DOCS / "staff.md").read_text("utf-8")
TECHNICAL = (
    "Azure|Entra|app registration|client|API|webhook|tenant|ledger|credential|deploy|command|"
    "JSON|vault|token|watchlist|configure|configuration|server|database|log in|installer|renewer|"
    "runbook"
)


def has_a_person(kind: type) -> bool:
    """Return whether a row of this class has a person's name in a column."""
    hints = (str(hint) for hint in annotations_of(kind).values())
    return kind is HandOver or any(Person.__name__ in hint for hint in hints)


def test_every_row_with_a_person_is_on_the_page() -> None:
    rows = {name for name, kind in KINDS.items() if has_a_person(kind.record)}
    assert rows == {"acknowledgement", "assignment", "handover", "hold"}
    assert has_a_person(Decision)
    for column in ("by", "withdrawn_by"):
        assert "Person" in str(annotations_of(HandOver)[column])
        assert f"{column}_name" in PAGE
    for name in (*rows, "~decision", "told", "listed"):
        assert f"`{name}`" in PAGE, name


def test_the_page_has_the_time_that_rows_are_kept() -> None:
    assert f"{HISTORY.days} days" in PAGE
    assert "14 days at most" in PAGE


def test_the_staff_page_has_no_technical_terms() -> None:
    assert re.findall(rf"\b(?:{TECHNICAL})\w*", STAFF, re.IGNORECASE) == []
    assert len(re.findall(r"\w\S*", STAFF)) <= 560  # one printed page


@pytest.mark.parametrize(
    "button", ["Confirm", "Copy", "Show the value once", "Snooze reminders", "Take back", "Undo"]
)
def test_the_staff_page_names_buttons_of_the_page(button: str) -> None:
    pages = Path(__file__).parents[2] / "shared/render/page"
    sources = "".join(
        path.read_text("utf-8") for kind in ("*.j2", "*.py") for path in pages.glob(kind)
    )
    assert f"**{button}**" in STAFF
    assert button in sources
