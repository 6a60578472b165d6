from shared.core.model import Runbook
from shared.render.runbooks import LONGEST, for_card


def test_wrapped_lines_are_joined_and_lists_kept() -> None:
    runbook = Runbook("a.md", {"Create": "1. Write `LibCal`\n   and the year.\n2. Open <https://entra.microsoft.com>.\n   - once\n"})
    assert for_card(runbook, ("Create",)) == (
        "**Create**\n\n1. Write LibCal and the year.\n2. Open [https://entra.microsoft.com](https://entra.microsoft.com).\n   - once"
    )


def test_only_the_sections_that_fit_are_shown() -> None:
    runbook = Runbook("a.md", {"Install": "x", "Verify": "y" * LONGEST})
    assert for_card(runbook, ("Install", "Verify")) == "**Install**\n\nx"
    assert for_card(runbook, ("Verify",)) == ""
    assert for_card(runbook, ("Clean up",)) == ""
