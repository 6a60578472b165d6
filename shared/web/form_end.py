"""How the forms of the page end."""

from shared.core.results import CheckResult
from shared.render.page import flash


class AlreadyDone(Exception):
    """Another form has already done the same."""

    def __init__(self, receipt: flash.Receipt) -> None:
        """Keep the text for the page: who did it, and when."""
        super().__init__(receipt.text)
        self.receipt = receipt


def later(result: CheckResult) -> str:
    """Return the suffix of the notice about a form, by the check that followed it."""
    return "" if result.everyone_notified else flash.LATER
