"""A service that a pipeline installs: nowhere is a person asked to create, install or confirm."""

import re
from typing import Any

import pytest
from rich.console import Console

from local.simulation.build import secret, service, watchlist
from local.simulation.world import World
from shared.cli.service_table import show_services
from shared.config.runbook import parse
from shared.core.model.watchlist import RUNBOOK_SECTIONS
from shared.render.feeds.calendar_events import calendar
from shared.render.feeds.status_document import status_document
from tests.render.page.page_cases import lived
from tests.render.page.parsed_page import parsed

ASKED = re.compile(r"confirm|paste|undo|install|name for the new secret", re.IGNORECASE)
RUNBOOK = parse("".join(f"## {title}\n{title} by hand.\n" for title in RUNBOOK_SECTIONS), "r.md")
DAYS = {"on time": "2026-09-20", "late": "2026-10-20", "none": "2026-11-20"}


@pytest.fixture(scope="module")
def worlds() -> dict[str, World]:
    """Return worlds in which the pipeline is on time, late, and has left no secret.

    In the last one there is a secret that is not assigned, which may be the pipeline's.
    """
    found = {}
    for name, day in DAYS.items():
        sync = service(
            "Sync",
            installed_by="pipeline",
            rotates_every=30,
            installer=(),
            runbook=RUNBOOK,
            request_to="its@example.org",
        )
        world = World(watchlist(sync, channels=("its",)))
        world.tenant.put(
            secret("old", "Sync 1", starts="2026-08-02T12:00Z", ends="2026-11-01T12:00Z"),
            secret("new", "Sync 2", starts="2026-09-01T12:00Z", ends="2026-11-12T12:00Z"),
        )
        if name == "none":
            stray = secret("other", "Stray", starts="2026-11-13T12:00Z", ends="2028-11-12T12:00Z")
            world.tenant.add(stray)
        world.run(f"{day}T18:00Z")
        found[name] = world
    return found


def sync_in(world: World) -> dict[str, Any]:
    """Return the service in the status document."""
    document: dict[str, Any] = status_document(world.watch.status(), world.watched)
    (sync,) = document["services"]
    return dict(sync)


@pytest.mark.parametrize("name", DAYS)
def test_nobody_is_asked_to_create_or_confirm(name: str, worlds: dict[str, World]) -> None:
    world = worlds[name]
    status, shown = world.watch.status(), parsed(lived(world))
    sync = sync_in(world)
    console = Console(record=True, width=200, file=None, quiet=True)
    show_services(console, status.judgement, status.next_messages, world.watched)
    events = calendar(status, world.watched, ())
    assert shown.sent("confirm") == []
    assert "its@example.org" not in shown.text
    for text in (shown.text, str(sync["next_step"]), console.export_text()):
        assert not ASKED.search(text), text
    assert events.count("SUMMARY:Sync") == 1
    assert "a pipeline replaces it" in events.replace("\r\n ", "")
    assert (sync["installed_by"], sync["rotates_every"]) == ("pipeline", 30)
    assert (sync["in_use"]["key_id"], sync["leftovers"], sync["confirmed"]) == ("new", [], None)


@pytest.mark.parametrize(
    ("name", "answer", "standing", "forms"),
    [
        ("on time", "Sync is safe until 12 Nov 2026.", "healthy", 0),
        ("late", "Action needed. The rotation of Sync has not run since 1 Sep.", "expiring", 1),
        ("none", "secret expired 8 days ago (12 Nov); its pipeline has not", "missing", 1),
    ],
)
def test_the_page_says_how_the_pipeline_is(
    name: str, answer: str, standing: str, forms: int, worlds: dict[str, World]
) -> None:
    world = worlds[name]
    shown = parsed(lived(world))
    sync = sync_in(world)
    assert answer in shown.text
    assert sync["standing"] == standing
    assert len(shown.sent("acknowledge")) == forms
    whose = "Renewer (its): find out why the pipeline of Sync has created no new secret"
    assert ((sync["next_step"] or "").startswith(whose)) is bool(forms)
