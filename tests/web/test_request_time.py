"""Every function has the time limits of its kind, and they reach every outside service."""

import ast
import time
from datetime import timedelta
from pathlib import Path

import pytest

import shared.web
from local.simulation.build import CHICAGO
from shared.bootstrap import ROOT, clock, ledgers, watching
from shared.config.settings_loader import load
from shared.core.model.message import Message
from shared.core.model.owners import Owner
from shared.ports.errors import ChannelError, LedgerError
from shared.usecases.answer_time import AnswerTime
from tests.support.toml import watchlist_toml

APP = [ROOT / "function_app.py", *sorted(Path(shared.web.__path__[0]).glob("*.py"))]
CHANNELS = """
[channels.staff]
kind = "email"
to = ["staff@example.org"]

[tenant]
watch = true
tell = ["staff"]
owners = true
"""
ANN = Owner("00000000-0000-4000-8000-00000000000a", "Ann Example", "ann@example.org")


def test_every_function_passes_its_time() -> None:
    calls = [
        node
        for path in APP
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"watching", "ledgers"}
    ]
    assert len(calls) >= 8
    assert all("time" in [keyword.arg for keyword in call.keywords] for call in calls)


@pytest.mark.parametrize("over", ["work", "send", "save"])
def test_what_would_begin_too_late_is_not_begun(over: str, tmp_path: Path) -> None:
    """Nothing listens at these addresses: what is contacted fails with another error."""
    (tmp_path / "watchlist.toml").write_text(watchlist_toml() + CHANNELS)
    settings = load(
        {
            "LAPSEWATCH_TABLES": "UseDevelopmentStorage=true",
            "LAPSEWATCH_GRAPH": "http://127.0.0.1:1",
            "LAPSEWATCH_WATCHLIST": str(tmp_path / "watchlist.toml"),
            "LAPSEWATCH_MAIL_SENDER": "alerts@example.org",
            "LIBAPPS_CLIENT_ID": "00000000-0000-4000-8000-000000000001",
            "TEAMS_WEBHOOK_URL": "http://127.0.0.1:1/flow",
        },
        ROOT,
    )
    later = clock() + timedelta(hours=1)
    ends = AnswerTime(later, later, later)._replace(**{over: clock()})
    environment = {"IDENTITY_ENDPOINT": "http://127.0.0.1:1", "IDENTITY_HEADER": "x"}
    started = time.monotonic()
    with watching(settings, time=ends, environment=environment) as watch:
        if over == "work":
            assert watch.seconds_left(240) < 1
        elif over == "send":
            for name in watch.channels:
                with pytest.raises(ChannelError, match="There was no time left to send it"):
                    watch.channels[name].send(Message(name, clock(), CHICAGO, (), test=True))
            assert watch.inventory is not None
            with pytest.raises(ChannelError, match="There was no time left to send it"):
                watch.inventory.to_owner(ANN).send(
                    Message(ANN.channel, clock(), CHICAGO, (), test=True)
                )
        else:
            with pytest.raises(LedgerError, match="did not respond in time"):
                watch.ledger.last_checks()
            with (
                ledgers(settings, time=ends) as known,
                pytest.raises(LedgerError, match="did not respond in time"),
            ):
                known["own"].last_checks()
    assert time.monotonic() - started < 3
