"""Channels by the labels that people know; their names stay in documents for programs."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from local.simulation.build import secret
from local.simulation.world import World
from shared.cli import console
from shared.cli.forecast_table import show_forecast
from shared.config.watchlist import load
from shared.core.model.context import CheckContext
from shared.core.results import Status
from shared.render.card.card import cards
from shared.render.feeds.spreadsheet import status_csv
from shared.render.feeds.webhook import webhook_document
from shared.render.mail import plain_text
from shared.render.mail.letter import letter
from shared.render.page.page import PageData, page
from tests.render.page.page_cases import ROBIN
from tests.support.toml import watchlist_toml

ENVIRONMENT = {
    "LIBAPPS_CLIENT_ID": "6f1c2f5e-8a04-4d0b-9d5e-0c7a5a2b13d6",
    "URL": "https://flow.example/x?sig=x",
}
CHANNELS = "".join(
    f'[channels.{name}]\nkind = "teams"\nurl = "env:URL"\nlabel = "{label}"\nweekly = false\n'
    for name, label in (("key-one", "ITS"), ("key-two", "LibCal administrators"))
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Return a tenant after the first messages, with a channel that cannot be reached."""
    text = watchlist_toml().replace(
        '[channels.its]\nkind = "teams"\nurl = "env:TEAMS_WEBHOOK_URL"\n', CHANNELS
    )
    text = text.replace('renewer = ["its"]', 'renewer = ["key-one"]')
    text = text.replace('installer = ["its"]', 'installer = ["key-two"]')
    (tmp_path / "watchlist.toml").write_text(text, encoding="utf-8")
    made = World(load(tmp_path / "watchlist.toml", "watchlist.toml", ENVIRONMENT))
    made.tenant.put(secret("cal24", "LibCal 2024", ends="2026-12-13T09:15Z"))
    made.inboxes["key-one"].down = True
    made.run("2026-09-04T18:00Z")
    made.inboxes["key-one"].down = False
    made.run("2026-09-15T18:00Z")
    return made


def everything_people_read(world: World) -> str:
    """Return the cards, mails, page, text status, CSV and forecast."""
    out = io.StringIO()
    terminal = Console(file=out, width=300)
    for message in [message for inbox in world.inboxes.values() for message in inbox.heard]:
        out.write("\n".join(card.decode() for card in cards(message)))
        out.write(plain_text.text(letter(message)))

    def shown(found: Status, at: CheckContext) -> str:
        console.status(terminal, found, at.watchlist)
        out.write(status_csv(found, at.watchlist))
        return page(PageData(found, at, {}, ROBIN))

    out.write(world.watch.shown_status(shown))
    world.tenant.drop("cal24")
    console.check(terminal, world.check(), world.watched)
    world.watch.shown_forecast(lambda found: show_forecast(terminal, found, svg=None))
    return out.getvalue()


def test_people_read_labels_and_programs_names(world: World) -> None:
    read = everything_people_read(world)
    assert "Renewer (ITS)" in read
    assert "installer (LibCal administrators)" in read
    assert "Channel “ITS” " in read
    assert "Sent to “LibCal administrators”" in read
    assert "key-one" not in read
    assert "key-two" not in read


def test_programs_read_names(world: World) -> None:
    message = world.inboxes["key-two"].heard[0]
    assert json.loads(webhook_document(message))["data"]["channel"] == "key-two"
