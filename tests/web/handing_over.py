"""People who hand over a new secret on the page, in a simulated world."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import urlencode

from local.simulation.build import at, secret, service, watchlist
from local.simulation.memory_vault import InMemoryVault
from local.simulation.world import World
from shared.core.hand_over.opening import NOTHING_SHOWN
from shared.core.model.decision import Person
from shared.web.done import Done
from shared.web.hand_over import HAND_OVER_ACTS, SHOW
from shared.web.page import answer_form
from shared.web.response import HttpResponse
from shared.web.status_page import NOTHING_SAVED, status_page
from shared.web.visit import PageVisit
from tests.render.page.parsed_page import ParsedPage

OLD, NEW = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
VALUE = "r2B8Q~" + "handed-over_0123456789.AbCdEfGh"
DANA = Person("00000000-0000-4000-8000-00000000000d", "Dana Example")
PAT = Person("00000000-0000-4000-8000-00000000000c", "Pat Example")
INSTALLER = frozenset({"Installer"})
LABELS = {"its": "ITS", "admins": "LibCal administrators"}


def world() -> World:
    """Return a world in which LibCal's new secret waits to be installed."""
    watched = watchlist(service("LibCal", labels=LABELS), service("LibStaffer", labels=LABELS))
    made = World(watched, now=at("2026-11-25T14:00Z"))
    made.tenant.put(
        secret(OLD, "LibCal 2024", ends="2026-12-13T09:15Z"),
        secret("k2", "LibStaffer", ends="2028-01-13T09:15Z"),
    )
    made.check()
    made.now += timedelta(hours=2)
    new = secret(NEW, "LibCal 2026", starts="2026-11-25T15:00Z", ends="2028-11-25T15:00Z")
    made.tenant.add(new._replace(hint="r2B"))
    made.check()
    return made


@dataclass
class Site:
    """The page of a world with a vault."""

    life: World = field(default_factory=world)
    vault: InMemoryVault | None = field(default_factory=InMemoryVault)

    def visit(
        self,
        person: Person = DANA,
        roles: frozenset[str] = INSTALLER,
        signed_in: timedelta | None = timedelta(minutes=1),
    ) -> PageVisit:
        watch = replace(self.life.watch, vault=self.vault)
        then = self.life.now - signed_in if signed_in is not None else None
        return PageVisit(
            person, watch, lambda _: None, lambda *_: None, roles=roles, authenticated_at=then
        )

    def page(self, visit: PageVisit | None = None, done: Done | None = None) -> str:
        return status_page(visit or self.visit(), done).body

    def shown(self, action: str, visit: PageVisit | None = None) -> dict[str, str]:
        """Return what the only form with this action sends."""
        (form,) = ParsedPage(self.page(visit)).sent(action)
        return form

    def send(
        self, action: str, values: Mapping[str, object], visit: PageVisit | None = None
    ) -> HttpResponse:
        self.life.now += timedelta(seconds=1)
        body = urlencode(values, doseq=True).encode()
        failed = NOTHING_SHOWN if action == SHOW else NOTHING_SAVED
        return answer_form(visit or self.visit(), HAND_OVER_ACTS[action], body, failed=failed)

    def hand_over(self, value: str = VALUE, person: Person = PAT) -> HttpResponse:
        pats = self.visit(person, frozenset(), None)
        return self.send("hand-over", self.shown("hand-over", pats) | {"value": value}, pats)

    def press(self, action: str, visit: PageVisit | None = None) -> HttpResponse:
        """Press the button of a form as it is on the page now."""
        return self.send(action, self.shown(action, visit), visit)


def text(answer: HttpResponse | str) -> str:
    return ParsedPage(answer if isinstance(answer, str) else answer.body).text
