"""`requests` of the status document: the mails to send, as they stand in the installer's mail."""

from typing import Any

import pytest

from local.simulation.build import secret, service, watchlist
from local.simulation.world import World
from shared.render.feeds.status_document import status_document
from tests.render.mail_reading import Page, sent

TO = "its-helpdesk@example.org"


def world(to: str = TO) -> World:
    """Return a world in which LibCal expires in a month and LibStaffer in two."""
    world = World(watchlist(*(service(name, request_to=to) for name in ("LibCal", "LibStaffer"))))
    world.tenant.put(
        secret("cal24", "LibCal 2024", ends="2026-12-13T09:15Z"),
        secret("staff24", "LibStaffer 2024", ends="2026-12-29T09:15Z"),
    )
    return world


def requests_of(world: World) -> list[dict[str, Any]]:
    """Return `requests` of the status document."""
    found = status_document(world.watch.status(), world.watched)["requests"]
    assert isinstance(found, list)
    return found


def test_request_is_the_one_that_was_sent() -> None:
    there = world()
    there.run("2026-10-01T18:00Z")
    [request] = requests_of(there)
    assert (request["services"], request["to"]) == (["libcal", "libstaffer"], TO)
    [message] = [each for each in there.inboxes["admins"].heard if len(each.notices) == 1][-1:]
    assert [notice.view.item for notice in message.notices] == ["libstaffer"]
    shown = Page(sent(message).html).text
    assert f"Subject: {request['subject']}" in shown
    assert all(line in shown for line in request["body"].splitlines())


@pytest.mark.parametrize(
    ("day", "to", "services"),
    [
        ("2026-09-02T18:00Z", TO, []),
        ("2026-09-15T18:00Z", "", [["libcal", "libstaffer"]]),
        ("2026-12-14T18:00Z", TO, [["libcal", "libstaffer"]]),
    ],
)
def test_what_is_asked_for_at_a_day(day: str, to: str, services: list[list[str]]) -> None:
    there = world(to)
    there.run(day)
    found = requests_of(there)
    assert [each["services"] for each in found] == services
    assert {each["to"] for each in found} <= {to or None}


def test_what_is_there_is_no_longer_asked_for() -> None:
    there = world()
    there.run("2026-10-01T18:00Z")
    there.tenant.add(secret("cal28", "LibCal 2028", starts="2026-10-01T00:00Z", ends=None))
    there.run("2026-10-02T18:00Z")
    [request] = requests_of(there)
    assert request["services"] == ["libstaffer"]
    assert "LibCal" not in request["body"]
