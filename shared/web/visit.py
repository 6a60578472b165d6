"""A visit to the status page: who is there, and what they may use."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from shared.core.model.decision import Person
from shared.core.model.visitor import Visitor
from shared.core.results import CheckResult
from shared.usecases.check import Watch
from shared.web.done import Done
from shared.web.forms import Fields
from shared.web.response import HttpResponse


@dataclass(frozen=True, slots=True)
class PageVisit:
    """A signed-in person, and the use cases of the tenant that they see."""

    person: Person
    watch: Watch
    log: Callable[[str], None]
    """Logs the progress of a check."""
    report: Callable[[CheckResult, str], None]
    """Logs the result of a check, with the key of the watchlist."""
    page_url: str = ""
    """Where people open the page of this tenant; empty if unknown."""
    roles: frozenset[str] = frozenset()
    """The person's roles, as in `Visitor`."""
    authenticated_at: datetime | None = None
    """When the person signed in, as in `Visitor`."""
    sign_in_origin: str = ""
    """Where people sign in, to which a form may lead; empty if unknown."""

    @property
    def visitor(self) -> Visitor:
        """The person with their roles and their sign-in."""
        return Visitor(self.person, self.roles, self.authenticated_at)

    @property
    def hands_over(self) -> bool:
        """Whether new secrets are handed over here."""
        return self.watch.vault is not None

    @property
    def posts_to(self) -> str:
        """The origin besides the page's own to which its forms may lead."""
        return self.sign_in_origin if self.hands_over else ""

    @property
    def tenant(self) -> str:
        """The tenant's key in links; empty if there is only one."""
        return self.watch.watchlist.key if self.watch.watchlist.name else ""

    def report_check(self, result: CheckResult) -> None:
        """Log a check that this person started."""
        self.report(result, self.watch.watchlist.key)


class NotAllowed(Exception):
    """The person may not do this; the text explains why, and who can change that."""


type Act = Callable[[PageVisit, Fields], Done | HttpResponse]
"""What a form of the page does: a function of the visit and the fields of the form."""
